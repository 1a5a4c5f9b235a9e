// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Nodes without CPUs go one tier down: CXL memory that was passed to a guest as
 * a plain node, and looks like DRAM to it.
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
	/* Adds, and stays within what the kernel may be told. */
	return tierbpf_offset(node->kernel_adistance, ONE_TIER);
}

SEC(".struct_ops.link")
struct tierbpf_ops cpuless_policy = {
	.adistance = (void *)by_cpu,
	.abi = TIERBPF_ABI,
	.name = "cpuless",
};

char LICENSE[] SEC("license") = "GPL";
