// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays each clear_node_memory_type() by 30 ms, so that the steps of a move, and the step of a
 * driver that leaves, are that far apart.
 */
#include "answers.h"

#define DELAY 30000000ULL /* ns */
#define MAX_LOOPS (1 << 23) /* the most that bpf_loop() takes */

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > DELAY;
}

SEC("fentry/clear_node_memory_type")
int slow_clear(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MAX_LOOPS, spin, &start, 0);
	return 0;
}
