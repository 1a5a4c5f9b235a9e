// SPDX-License-Identifier: GPL-2.0-only
/* The name of the policy has no 0 byte at its end. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC(".struct_ops.link")
struct tierbpf_ops endless = {
	.adistance = (void *)answer,
	.abi = TIERBPF_ABI,
	.name = { 'e', 'n', 'd', 'l', 'e', 's', 's', '-', 'n', 'a', 'm', 'e', '-', '1', '2', '3' },
};
