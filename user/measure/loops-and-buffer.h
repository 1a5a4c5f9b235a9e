/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of measure(): the buffer on a node, and the loops that time accesses to it. */
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

/* ---- buffer.c ---- */

struct buffer {
	void *memory; /* it and @bytes are multiples of 2 MiB */
	size_t bytes;
	void *mapping;
	size_t mapped;
};

/*
 * Allocates @bytes on @node and no other, all populated, in huge pages where the kernel has them.
 * It takes no pages from hugetlbfs, which others reserved. Returns 0 or -EIO, -ENOMEM with a
 * message. The caller frees *b with buffer_free().
 */
int buffer_new(int node, size_t bytes, struct buffer *b);
void buffer_free(struct buffer *b);

/* True if most of the buffer is in huge pages. */
bool buffer_is_huge(const struct buffer *b);

/* Makes each cache line point to another, so that they form one cycle in random order. */
void buffer_make_cycle(struct buffer *b);

static inline void cleanup_buffer(struct buffer *b)
{
	buffer_free(b);
}

/* ---- loops.c ---- */

struct loop {
	const struct buffer *buffer;
	const struct bitmask *cpus;
	int64_t round_ns;
	int64_t deadline; /* CLOCK_MONOTONIC, ns; later values get only MEASURE_MIN_ROUNDS rounds */
};

/* CLOCK_MONOTONIC in ns. */
int64_t measure_now(void);

/* Needs a buffer with a cycle. The calling thread measures, so it must be pinned to a CPU. */
void loop_latency(const struct loop *l, bool write, struct measured_value *value);

/* Overwrites the cycle in the buffer. Returns 0, or -errno with a message. */
int loop_bandwidth(const struct loop *l, bool write, struct measured_value *value);

/* Returns the median and spread of @count rounds. It sorts @rounds. */
struct measured_value measured_of(double *rounds, size_t count);

#endif
