// SPDX-License-Identifier: GPL-2.0-only
/* Never the same answer twice for node 1: no kernel can agree with it. */
#include "answers.h"

static __u32 calls;

SEC("fmod_ret/tierbpf_adistance")
int BPF_PROG(flip, const struct tierbpf_node *node)
{
	return node->id == 1 ? 1000 + 128 * calls++ : 0;
}
