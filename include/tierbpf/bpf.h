/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For BPF programs that decide about memory tiers. Include linux/bpf.h and
 * bpf/bpf_helpers.h before.
 *
 * A policy is a struct_ops of type tierbpf_ops, attached with a link:
 *
 *   SEC("struct_ops/adistance")
 *   int BPF_PROG(my_adistance, const struct tierbpf_node *node)
 *   {
 *	return node->flags & TIERBPF_NODE_CPU ? node->kernel_adistance : 1000;
 *   }
 *   SEC(".struct_ops.link")
 *   struct tierbpf_ops my_policy = {
 *	.adistance = (void *)my_adistance, .abi = TIERBPF_ABI, .name = "mine",
 *   };
 *
 * It must not sleep. Its answer is an adistance, TIERBPF_ADISTANCE_MIN to
 * TIERBPF_ADISTANCE_MAX; anything else is counted and reported, and the
 * kernel's own stands.
 *
 * A program SEC("fmod_ret/tierbpf_adistance") with the same argument stands in
 * front of the policy in force: 0 is no opinion, all else its answer.
 */
#ifndef TIERBPF_BPF_H
#define TIERBPF_BPF_H

#include "abi.h"

struct tierbpf_ops {
	int (*adistance)(const struct tierbpf_node *node);
	__u32 abi;
	char name[TIERBPF_NAME_LEN];
};

/*
 * Decide again and move what changed; kmod/ops.c says what they return.
 * retier and ask: SEC("syscall") programs only.
 */
extern int tierbpf_retier(int node) __ksym __weak;
extern int tierbpf_retier_async(int node) __ksym __weak;
extern int tierbpf_ask(int node, struct tierbpf_answer *answer) __ksym __weak;

#endif
