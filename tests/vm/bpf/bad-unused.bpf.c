// SPDX-License-Identifier: GPL-2.0-only
/* The object has a second program for a policy, which no policy refers to. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC("struct_ops/adistance")
int BPF_PROG(forgotten, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(forgetful, answer);
