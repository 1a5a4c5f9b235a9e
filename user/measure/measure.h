/* SPDX-License-Identifier: GPL-2.0-only */
/* Measures latency and bandwidth of each node from the CPUs nearest to it. */
#ifndef MEASURE_H
#define MEASURE_H

#include "machine/machine.h"
#include "machine/measurement.h"

struct measure_options {
	const char *nodes; /* "0,2-3"; NULL: all nodes with memory */
	size_t bytes; /* buffer on each node; 0: 256 MiB or 4 times the cache, or what fits */
	int seconds; /* for all nodes; each value gets at least 3 rounds, up to twice that time */
};

#define MEASURE_MIN_BYTES ((size_t)4 << 20)

/*
 * Measures this machine, @m, and prints a line on stderr for each node. Returns 0, or an error
 * with a message: -EINVAL if @options are wrong; -ENOSPC if a node has less than twice the needed
 * memory free (nothing was measured then); -ETIME if it takes more than twice the time; -ENOPKG if
 * the kernel has no NUMA; -EIO; -ENOMEM. The caller frees *measurement with measurement_free().
 *
 * Read latency: one thread visits all cache lines of the buffer in random order; each read gives
 * the address of the next. Write latency: each step also writes to the line, so that the CPU fetches
 * it exclusively and writes an older dirty line back to memory.
 * Bandwidth: one thread per CPU, up to 16, reads or writes a part of the buffer from start to end.
 * Writes bypass the cache where the CPU can do that (x86-64), and do not write zeros.
 * Each value is the median of 11 rounds after a warm-up. Only the CPU time of the threads counts, so
 * that other programs on these CPUs do not distort it.
 */
int measure(const struct machine *m, const struct measure_options *options,
	    struct measurement **measurement);

#endif
