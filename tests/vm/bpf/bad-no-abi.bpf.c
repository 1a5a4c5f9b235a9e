// SPDX-License-Identifier: GPL-2.0-only
/* Does not say by which header it was built. */
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
