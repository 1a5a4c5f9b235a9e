// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tracer that takes a while (30 ms) in front of what memory-tiers exports: the steps of
 * a move, and the one step of a driver that leaves, are that far apart.
 */
#include "answers.h"

#define HOLD 30000000ULL /* ns */
#define MANY (1 << 23)

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > HOLD;
}

SEC("fentry/clear_node_memory_type")
int slow_clear(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MANY, spin, &start, 0);
	return 0;
}
