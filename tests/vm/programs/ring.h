/* SPDX-License-Identifier: GPL-2.0-only */
/* Lets tests and benchmarks wait for records of a BPF ring buffer. */
#ifndef TESTS_RING_H
#define TESTS_RING_H

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

static inline long ring_clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Reads until @is_enough(@context) is true, sleeping in between. 0, -ETIMEDOUT after @ms,
 * or -errno.
 *
 * ring_buffer__poll() returns 0 not only after its time-out: epoll reports the ring as soon
 * as a record is reserved, but libbpf does not return it before it is submitted. This then yields
 * the CPU to the writer of the record.
 */
static inline int ring_wait(struct ring_buffer *ring, bool (*is_enough)(void *context),
			    void *context, int ms)
{
	long end = ring_clock_ms() + ms, left;
	int n;

	while (!is_enough(context)) {
		left = end - ring_clock_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		n = ring_buffer__poll(ring, (int)left);
		if (n < 0 && n != -EINTR)
			return n;
		if (n <= 0)
			usleep(100);
	}
	return 0;
}

#endif
