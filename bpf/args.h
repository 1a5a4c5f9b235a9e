/* SPDX-License-Identifier: GPL-2.0-only */
/* Contexts of the syscall programs, shared with user/ and tests/. */
#ifndef ARGS_H
#define ARGS_H

#include <tierbpf/abi.h>

/* Program ask_node: what the hook and what the rules say of a node; moves nothing. */
struct ask_args {
	__s32 node;   /* in */
	__s32 err;   /* of tierbpf_ask() */
	struct tierbpf_answer answer; /* of the hook, programs of others included */
	struct tierbpf_decision decision; /* of the rules alone */
};

/* Program decide_node, for tests alone: what the rules say of a node that need not exist. */
struct decide_args {
	struct tierbpf_node node; /* in */
	struct tierbpf_decision decision;
};

#endif
