// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays the removal of a node's last memory by some seconds, at a moment when the node has no
 * memory any more, but memory-tiers does not know yet.
 */
#include "answers.h"

#define DELAY 6000000000ULL /* ns; long enough for a test on a busy host to see it */
#define MAX_LOOPS (1 << 23) /* the most that bpf_loop() takes */

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > DELAY;
}

SEC("fentry/kswapd_stop")
int slow(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MAX_LOOPS, spin, &start, 0);
	bpf_loop(MAX_LOOPS, spin, &start, 0);
	return 0;
}
