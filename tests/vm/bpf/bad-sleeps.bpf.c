// SPDX-License-Identifier: GPL-2.0-only
/* The policy is sleepable, which no policy may be. */
#include "bad.h"

SEC("struct_ops.s/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(sleepy, answer);
