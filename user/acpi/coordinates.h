/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access coordinates: the latency and bandwidth with which an initiator reaches a target
 * (ACPI 6.5, 5.2.28; the kernel's struct access_coordinate). They come from HMAT, CDAT, sysfs
 * or a measurement.
 */
#ifndef COORDINATES_H
#define COORDINATES_H

#include <stdbool.h>
#include <stdint.h>

#include "util/nodeset.h"

/* TIERBPF_FACT_READ_LATENCY and the three facts after it have the same order. */
enum coordinate { READ_LATENCY, WRITE_LATENCY, READ_BANDWIDTH, WRITE_BANDWIDTH, NR_COORDINATES };

/* Latency in ns, bandwidth in MB/s; 0: not known. */
struct perf {
	int64_t value[NR_COORDINATES];
};

/*
 * The kernel's access classes: seen from the best initiator of any kind, or the best one with
 * CPUs.
 */
enum access_class { CLASS_ANY, CLASS_CPU, NR_CLASSES };

struct access {
	struct perf perf;
	struct nodeset initiators; /* the nearest nodes */
};

static inline bool is_latency(enum coordinate c)
{
	return c <= WRITE_LATENCY;
}

const char *coordinate_name(enum coordinate c); /* "read latency", for messages */
const char *coordinate_file(enum coordinate c); /* "read_latency", in sysfs */
const char *coordinate_key(enum coordinate c); /* "read_latency_ns", in JSON */

/* "ns" or "MB/s" */
const char *coordinate_unit(enum coordinate c);

/* Reading and writing added up, which the kernel compares nodes by. */
static inline int64_t perf_latency(const struct perf *p)
{
	return p->value[READ_LATENCY] + p->value[WRITE_LATENCY];
}

static inline int64_t perf_bandwidth(const struct perf *p)
{
	return p->value[READ_BANDWIDTH] + p->value[WRITE_BANDWIDTH];
}

/* True if any of the four values is known; a latency and a bandwidth; all four. */
bool perf_has_any(const struct perf *p);
bool perf_has_both(const struct perf *p);
bool perf_has_all(const struct perf *p);

#endif
