// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds a node up for some seconds on its way out: it has no memory any more, and
 * memory-tiers has not been told yet.
 */
#include "answers.h"

#define HOLD 6000000000ULL /* ns; a busy host takes seconds to look */
#define MANY (1 << 23)

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > HOLD;
}

SEC("fentry/kswapd_stop")
int slow(void *ctx)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MANY, spin, &start, 0);
	bpf_loop(MANY, spin, &start, 0);
	return 0;
}
