/* SPDX-License-Identifier: GPL-2.0-only */
/* Contexts of the syscall programs, shared with user/. */
#ifndef ARGS_H
#define ARGS_H

#include <tierbpf/abi.h>

/* Program ask_node: what the hook and what the rules say of a node; moves nothing. */
struct ask_args {
	__s32 node;			/* in */
	__s32 err;			/* of tierbpf_ask() */
	struct tierbpf_answer answer;	/* of the hook, programs of others included */
	__s32 rule_adistance;		/* of the rules alone */
	__s32 rule;			/* index of the deciding rule, -1: the default */
};

#endif
