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

/* How long the threads ran, and how long that took. Less CPU time means that something else ran there. */
struct loop_time {
	int64_t cpu, wall; /* ns, of all threads together */
};

struct loop {
	const struct buffer *buffer;
	const struct bitmask *cpus;
	int64_t round_ns;
	struct loop_time *time; /* each round adds to it */
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

/* ---- conditions.c: may the values be used? ---- */

struct conditions {
	unsigned int cpus; /* number that may measure the node */
	size_t bytes, cache; /* of the buffer, and of the last-level cache; 0: not known */
	double stolen; /* part of the time that was not ours, 0 to 1 */
	bool emulated;
};

/* True if the CPU is emulated by QEMU (TCG); false also where nothing says so. */
bool cpu_is_emulated(void);

/* The part of @time in which the threads did not run. */
double loop_stolen(const struct loop_time *time);

/* Ticks that a hypervisor took from @cpus since boot, by /proc/stat; *total: all ticks there. */
int64_t stolen_ticks(const struct bitmask *cpus, int64_t *total);

/* True if another measurement of this value may be a better one. */
bool is_worth_repeating(const struct measured_value *v, const struct loop_time *time);

/*
 * True if there is time until @until for another measurement that takes @cost, and for as long a one of each of
 * the @left values that were not measured yet.
 */
bool is_time_to_repeat(int64_t now, int64_t cost, int left, int64_t until);

/* Sets the grade and the doubts of @n, whose values and their spreads are known. */
void grade_node(struct measured_node *n, const struct conditions *c);

#endif
