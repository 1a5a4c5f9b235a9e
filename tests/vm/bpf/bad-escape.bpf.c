// SPDX-License-Identifier: GPL-2.0-only
/* The name of the policy has an escape sequence, which a terminal would obey. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC(".struct_ops.link")
struct tierbpf_ops red = {
	.adistance = (void *)answer,
	.abi = TIERBPF_ABI,
	.name = "\033[31mred",
};
