// SPDX-License-Identifier: GPL-2.0-only
/* Half a second between each two notifiers that anybody registers, or takes away. */
#include "answers.h"

#define HOLD 500000000ULL /* ns */
#define MANY (1 << 23)

static int spin(__u32 i, __u64 *start)
{
	return bpf_ktime_get_ns() - *start > HOLD;
}

static __always_inline int wait_a_while(void)
{
	__u64 start = bpf_ktime_get_ns();

	bpf_loop(MANY, spin, &start, 0);
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
