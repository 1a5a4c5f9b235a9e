// SPDX-License-Identifier: GPL-2.0-only
/* A name that would do something to the terminal. */
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
