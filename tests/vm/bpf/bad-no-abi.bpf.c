// SPDX-License-Identifier: GPL-2.0-only
/* The policy does not say with which ABI it was compiled. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC(".struct_ops.link")
struct tierbpf_ops undated = {
	.adistance = (void *)answer,
	.name = "bad",
};
