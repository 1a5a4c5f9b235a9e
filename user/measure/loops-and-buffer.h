/* SPDX-License-Identifier: GPL-2.0-only */
/* What measure() is made of. */
#ifndef MEASURE_PARTS_H
#define MEASURE_PARTS_H

#include <numa.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/measurement.h"

#define CACHE_LINE 64
#define MEASURE_ROUNDS 11
#define MEASURE_MIN_ROUNDS 3
#define MEASURE_MAX_THREADS 16

/* ---- measure-buffer.c ---- */

struct buffer {
	void *memory; /* a multiple of 2 MiB, as is bytes */
	size_t bytes;
	void *mapping;
	size_t mapped;
};

/*
 * @bytes of @node and no other, in huge pages where the kernel has them, all there. Pages
 * that others reserved (hugetlbfs) are left alone. 0 and *b is for buffer_free(); -EIO with a message.
 */
int buffer_new(int node, size_t bytes, struct buffer *b);
void buffer_free(struct buffer *b);

/* Is most of it in huge pages? */
bool buffer_is_huge(const struct buffer *b);

/* Each line begins with the address of another: one cycle through all of them, in random order. */
void buffer_make_cycle(struct buffer *b);

static inline void cleanup_buffer(struct buffer *b)
{
	buffer_free(b);
}

/* ---- measure-loops.c ---- */

struct loop {
	const struct buffer *buffer;
	const struct bitmask *cpus;
	int64_t round_ns;
	int64_t deadline; /* of CLOCK_MONOTONIC, ns: no more than the least rounds behind it */
};

/* CLOCK_MONOTONIC in ns. */
int64_t measure_now(void);

/* Of a buffer with a cycle; latencies by the calling thread, which has to be pinned. */
void loop_latency(const struct loop *l, bool write, struct measured_value *value);

/* Takes the cycle away. 0, or -errno with a message. */
int loop_bandwidth(const struct loop *l, bool write, struct measured_value *value);

/* Median and spread of @count rounds, which it sorts. */
struct measured_value measured_of(double *rounds, size_t count);

#endif
