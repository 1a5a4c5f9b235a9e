// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays each memory block by 1.5 s while it comes online or goes offline: after the kernel has
 * called the notifiers, but before it goes on to its next step.
 */
#include "answers.h"

#define DELAY 1500000000ULL /* ns */
#define MAX_LOOPS (1 << 23) /* the most that bpf_loop() takes */

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > DELAY;
}

SEC("fexit/memory_notify")
int late_online(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MAX_LOOPS, spin, &start, 0);
	return 0;
}
