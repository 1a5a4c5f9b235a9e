/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory accesses, timed, of each node from the CPUs nearest to it. */
#ifndef MEASURE_H
#define MEASURE_H

#include "machine/machine.h"
#include "machine/measurement.h"

struct measure_options {
	const char *nodes; /* "0,2-3"; NULL: all that have memory */
	size_t bytes; /* of the buffer on each node; 0: 256 MiB or 4 times the cache, or what fits */
	int seconds; /* for all of it; each value gets 3 rounds in any case, up to twice that time */
};

#define MEASURE_MIN_BYTES ((size_t)4 << 20)

/*
 * Measures this machine, @m; a line on stderr for each node. 0, and *measurement is the
 * caller's, for measurement_free(); -EINVAL: @options; -ENOSPC: a node has less than
 * twice the memory free that is needed, and nothing was measured; -ETIME, -ENOPKG:
 * no NUMA in the kernel; -EIO, -ENOMEM; with a message.
 *
 * Latency: of reads, each of whose addresses the former one gave, over all cache lines of
 * the buffer in random order, one thread; "write": the same where each step also writes to
 * the line, so that it is fetched to be owned, and a dirty one goes back to memory for it.
 * Bandwidth: streams by one thread per CPU, up to 16; writes go past the cache where the
 * CPU can (x86-64), and are not of zeros. Each value is the median of 11 rounds behind a warm-up. Time
 * is that of the threads on their CPUs: what other programs take of it does not count.
 */
int measure(const struct machine *m, const struct measure_options *options,
	    struct measurement **measurement);

#endif
