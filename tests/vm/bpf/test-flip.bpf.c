// SPDX-License-Identifier: GPL-2.0-only
/* Gives node 1 another answer each time, so that the node can never be in place. */
#include "answers.h"

static __u32 calls;

SEC("fmod_ret/tierbpf_adistance")
int BPF_PROG(flip, const struct tierbpf_node *node)
{
	return node->id == 1 ? 1000 + 128 * calls++ : 0;
}
