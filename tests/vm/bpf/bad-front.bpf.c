// SPDX-License-Identifier: GPL-2.0-only
/* The object has an fmod_ret program in front of its own policy. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC("fmod_ret/tierbpf_adistance")
int BPF_PROG(pushy, const struct tierbpf_node *node)
{
	return 1000;
}

BAD_POLICY(beaten, answer);
