// SPDX-License-Identifier: GPL-2.0-only
/* A policy that was compiled for another ABI, which the module has to reject. */
#include "answers.h"

SEC("struct_ops/adistance")
int BPF_PROG(other_abi, const struct tierbpf_node *node)
{
	return 1000;
}

SEC(".struct_ops.link")
struct tierbpf_ops abi_policy = {
	.adistance = (void *)other_abi,
	.abi = TIERBPF_ABI + 1,
	.name = "abi",
};
