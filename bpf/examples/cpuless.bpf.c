// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Puts nodes without CPUs one tier lower. Use it in a guest whose CXL memory looks like DRAM,
 * since the host passed it on as a plain node.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

#define ONE_TIER (1 << TIERBPF_TIER_SHIFT)

SEC("struct_ops/adistance")
int BPF_PROG(by_cpu, const struct tierbpf_node *node)
{
	if (node->flags & TIERBPF_NODE_CPU)
		return node->kernel_adistance;
	/* The sum stays within the range that the kernel accepts. */
	return tierbpf_offset(node->kernel_adistance, ONE_TIER);
}

SEC(".struct_ops.link")
struct tierbpf_ops cpuless_policy = {
	.adistance = (void *)by_cpu,
	.abi = TIERBPF_ABI,
	.name = "cpuless",
};

char LICENSE[] SEC("license") = "GPL";
