// SPDX-License-Identifier: GPL-2.0-only
/* The object has two policies, and the loader cannot know which one is meant. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(first, answer);
BAD_POLICY(second, answer);
