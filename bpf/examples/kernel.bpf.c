// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The smallest policy: every node stays where the stock kernel puts it. Copy it
 * to begin one of your own; README.md goes on from here.
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

/* What is put in force: who answers, by which header it was built, and a name for people. */
SEC(".struct_ops.link")
struct tierbpf_ops kernel_policy = {
	.adistance = (void *)as_the_kernel,
	.abi = TIERBPF_ABI,
	.name = "kernel",
};

/* The kernel takes policies under the GPL only; "Dual BSD/GPL" would do as well. */
char LICENSE[] SEC("license") = "GPL";
