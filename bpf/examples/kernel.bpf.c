// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The smallest policy: every node stays where the stock kernel puts it. Copy it to write your
 * own; README.md shows how to go on.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

/* The kernel asks: how far away is the memory of this node? Lower is faster, DRAM is 576. */
SEC("struct_ops/adistance")
int BPF_PROG(as_the_kernel, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

/* The policy: its program, the ABI that it was compiled for, and the name that status shows. */
SEC(".struct_ops.link")
struct tierbpf_ops kernel_policy = {
	.adistance = (void *)as_the_kernel,
	.abi = TIERBPF_ABI,
	.name = "kernel",
};

/* The kernel accepts only policies under the GPL; "Dual BSD/GPL" is possible, too. */
char LICENSE[] SEC("license") = "GPL";
