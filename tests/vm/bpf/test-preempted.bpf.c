// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a task that updates the override of node 2 within tierbpf's watcher for a while, so that
 * it is preempted there. Until then, the kernel skips the watcher for other tasks on that CPU.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define BUSY_NODE 2
#define BUSY_NS 20000000
#define ROUNDS (1 << 23)

char LICENSE[] SEC("license") = "GPL";

static long until(__u32 round, __u64 *end)
{
	return bpf_ktime_get_ns() >= *end;
}

SEC("fentry/tierbpf_retier_async")
int BPF_PROG(stay, int node)
{
	__u64 end = bpf_ktime_get_ns() + BUSY_NS;

	if (node == BUSY_NODE)
		bpf_loop(ROUNDS, until, &end, 0);
	return 0;
}
