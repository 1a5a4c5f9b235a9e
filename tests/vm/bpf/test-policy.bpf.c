// SPDX-License-Identifier: GPL-2.0-only
/* A policy that gives the answers that the test puts into its map, valid or not. */
#include "answers.h"

SEC("struct_ops/adistance")
int BPF_PROG(any_answer, const struct tierbpf_node *node)
{
	return answer_of(node);
}

SEC(".struct_ops.link")
struct tierbpf_ops any_policy = {
	.adistance = (void *)any_answer,
	.abi = TIERBPF_ABI,
	.name = "any",
};
