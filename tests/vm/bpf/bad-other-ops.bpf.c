// SPDX-License-Identifier: GPL-2.0-only
/* The object has a struct_ops of another subsystem beside the policy. */
#include "bad.h"

struct tcp_congestion_ops {
	char name[16];
};

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

BAD_POLICY(ours, answer);

SEC(".struct_ops.link")
struct tcp_congestion_ops theirs = { .name = "theirs" };
