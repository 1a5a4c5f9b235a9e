/* SPDX-License-Identifier: GPL-2.0-only */
/* The contexts of the SEC("syscall") programs, shared with user/ and tests/. */
#ifndef ARGS_H
#define ARGS_H

#include <tierbpf/abi.h>

/* Program ask_node returns the answers of the hook and of the rules for a node; it moves nothing. */
struct ask_args {
	__s32 node; /* in */
	__s32 err; /* from tierbpf_ask(); if it is not 0, the rest is not set */
	struct tierbpf_answer answer; /* of the hook, which includes programs in front of the policy */
	struct tierbpf_decision decision; /* of the rules alone */
};

/* Program decide_node, for tests only, returns the answer of the rules for a node that need not exist. */
struct decide_args {
	struct tierbpf_node node; /* in */
	struct tierbpf_decision decision;
};

#endif
