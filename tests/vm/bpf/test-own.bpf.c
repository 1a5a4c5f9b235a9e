// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy with everything that an object may have beside it: a map that people update, programs
 * that watch the map, a program to run by hand, and variables.
 */
#include "answers.h"

TIERBPF_WATCH(answers);

static __u32 asked;

SEC("struct_ops/adistance")
int BPF_PROG(own_answer, const struct tierbpf_node *node)
{
	__s32 answer = answer_of(node);

	__sync_fetch_and_add(&asked, 1);
	return answer ?: node->kernel_adistance;
}

SEC("syscall")
int again(void *ctx)
{
	return tierbpf_retier(-1);
}

SEC(".struct_ops.link")
struct tierbpf_ops own_policy = {
	.adistance = (void *)own_answer,
	.abi = TIERBPF_ABI,
};
