// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Takes a node for the slower the further it is from the nearest CPUs. The distance is from SLIT,
 * a table that nearly every machine has (numactl -H shows it): 10 is DRAM beside the CPU, and
 * 20 is twice as far, which gives twice the adistance of DRAM.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

#define LOCAL_DISTANCE 10

TIERBPF_FACTS_MAP;

SEC("struct_ops/adistance")
int BPF_PROG(by_distance, const struct tierbpf_node *node)
{
	__s64 distance;

	if (!tierbpf_get_fact(node, TIERBPF_FACT_DISTANCE, &distance))
		return node->kernel_adistance;
	return TIERBPF_ADISTANCE_DRAM * (__u32)distance / LOCAL_DISTANCE;
}

SEC(".struct_ops.link")
struct tierbpf_ops distance_policy = {
	.adistance = (void *)by_distance,
	.abi = TIERBPF_ABI,
	.name = "distance",
};

char LICENSE[] SEC("license") = "GPL";
