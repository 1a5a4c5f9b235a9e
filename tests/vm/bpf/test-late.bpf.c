// SPDX-License-Identifier: GPL-2.0-only
/* Delays each bpf_ringbuf_submit() by half a second, while the record is reserved. */
#include "answers.h"

#define DELAY 500000000ULL /* ns */
#define MAX_LOOPS (1 << 23) /* the most that bpf_loop() takes */

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > DELAY;
}

SEC("fentry/bpf_ringbuf_submit")
int late(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MAX_LOOPS, spin, &start, 0);
	return 0;
}
