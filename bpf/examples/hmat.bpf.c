// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Decides by the latencies and bandwidths from firmware tables (HMAT, CDAT). A node without them
 * stays where the stock kernel puts it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

/* The facts that tierbpf knows about the nodes; it fills this map when it loads the policy. */
TIERBPF_FACTS_MAP;

SEC("struct_ops/adistance")
int BPF_PROG(by_firmware, const struct tierbpf_node *node)
{
	__s64 adistance;

	if (tierbpf_get_fact(node, TIERBPF_FACT_HMAT_ADISTANCE, &adistance))
		return adistance;
	return node->kernel_adistance;
}

SEC(".struct_ops.link")
struct tierbpf_ops hmat_policy = {
	.adistance = (void *)by_firmware,
	.abi = TIERBPF_ABI,
	.name = "hmat",
};

char LICENSE[] SEC("license") = "GPL";
