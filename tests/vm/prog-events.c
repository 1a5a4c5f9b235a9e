// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-events PIN: takes the records out of a pinned map `events` that are there now,
 * and prints a line for each: generation, kind, node, from, to, whether its times make sense.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tierbpf/abi.h>
#include <time.h>

static __u64 last, last_seq;

static int print(void *context, void *data, size_t size)
{
	const struct tierbpf_record *r = data;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("%u %u %d %d %d %s\n", r->generation, r->event.kind, r->event.node, r->event.from, r->event.to,
	       size == sizeof(*r) && r->event.seq > last_seq && r->at >= last && r->event.ns < r->at &&
	       r->at <= (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec ? "ok" : "odd");
	last = r->at;
	last_seq = r->event.seq;
	return 0;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? bpf_obj_get(argv[1]) : -1;
	struct ring_buffer *ring = fd < 0 ? NULL : ring_buffer__new(fd, print, NULL, NULL);
	int err = ring ? ring_buffer__consume(ring) : -errno;

	if (err < 0)
		fprintf(stderr, "prog-events: %s\n", strerror(-err));
	ring_buffer__free(ring);
	return err < 0;
}
