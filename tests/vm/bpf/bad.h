/* SPDX-License-Identifier: GPL-2.0-only */
/* The correct parts that the bad-*.bpf.c policies, each wrong in one way, have in common. */
#ifndef BAD_H
#define BAD_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

#ifndef BAD_LICENSE
#define BAD_LICENSE "GPL"
#endif

char LICENSE[] SEC("license") = BAD_LICENSE;

#define BAD_POLICY(variable, program)           \
	SEC(".struct_ops.link")                 \
	struct tierbpf_ops variable = {         \
		.adistance = (void *)(program), \
		.abi = TIERBPF_ABI,             \
		.name = "bad",                  \
	}

#endif
