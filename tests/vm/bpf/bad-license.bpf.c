// SPDX-License-Identifier: GPL-2.0-only
/* The licence is not GPL. */
#define BAD_LICENSE "Proprietary"
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(closed, answer);
