// SPDX-License-Identifier: GPL-2.0-only
/* Each record of a ring buffer stays reserved for half a second before it is submitted. */
#include "answers.h"

#define HOLD 500000000ULL /* ns */
#define MANY (1 << 23)

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > HOLD;
}

SEC("fentry/bpf_ringbuf_submit")
int late(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MANY, spin, &start, 0);
	return 0;
}
