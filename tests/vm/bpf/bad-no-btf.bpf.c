// SPDX-License-Identifier: GPL-2.0-only
/* The policy is correct, but the Makefile compiles it without -g, so it has no BTF. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(untyped, answer);
