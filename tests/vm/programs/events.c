// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-events PIN [COUNT]: reads the records of a pinned map `events`, and waits until there were
 * COUNT of them (0). Prints a line for each: generation, kind, node, from, to, and whether its
 * times are plausible.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/abi.h>
#include <time.h>

#include "ring.h"

#define PATIENCE 10000 /* ms */

static __u64 last, last_seq;
static int nr_records;

static int print(void *context, void *data, size_t size)
{
	const struct tierbpf_record *r = data;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("%u %u %d %d %d %s\n", r->generation, r->event.kind, r->event.node, r->event.from,
	       r->event.to,
	       size == sizeof(*r) && r->event.seq > last_seq && r->at >= last &&
			       r->event.ns < r->at &&
			       r->at <= (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec ?
		       "ok" :
		       "odd");
	last = r->at;
	last_seq = r->event.seq;
	nr_records++;
	return 0;
}

static bool is_enough(void *count)
{
	return nr_records >= *(int *)count;
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? bpf_obj_get(argv[1]) : -1, count = argc > 2 ? atoi(argv[2]) : 0;
	struct ring_buffer *ring = fd < 0 ? NULL : ring_buffer__new(fd, print, NULL, NULL);
	int err = ring ? ring_buffer__consume(ring) : -errno;

	if (err >= 0)
		err = ring_wait(ring, is_enough, &count, PATIENCE);
	if (err < 0)
		fprintf(stderr, "prog-events: %s\n", strerror(-err));
	ring_buffer__free(ring);
	return err < 0;
}
