// SPDX-License-Identifier: GPL-2.0-only
/* The struct_ops has no link, so it could not be replaced in one step. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC(".struct_ops")
struct tierbpf_ops linkless = {
	.adistance = (void *)answer,
	.abi = TIERBPF_ABI,
	.name = "bad",
};
