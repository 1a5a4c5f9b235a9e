// SPDX-License-Identifier: GPL-2.0-only
/* Delays each registration and removal of a notifier by half a second. */
#include "answers.h"

#define DELAY 500000000ULL /* ns */
#define MAX_LOOPS (1 << 23) /* the most that bpf_loop() takes */

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > DELAY;
}

static __always_inline int wait_a_while(void)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MAX_LOOPS, spin, &start, 0);
	return 0;
}

SEC("fexit/blocking_notifier_chain_register")
int slow_register(void *ctx)
{
	return wait_a_while();
}

SEC("fexit/blocking_notifier_chain_unregister")
int slow_unregister(void *ctx)
{
	return wait_a_while();
}
