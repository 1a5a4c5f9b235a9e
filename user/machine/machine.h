/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine as sysfs and its firmware tables show it: nodes, tiers and facts, each with its source. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <tierbpf/facts.h>

#include "acpi/coordinates.h"
#include "acpi/table.h"

#define NO_TIER (-1)

/* Who says so. */
enum source {
	SOURCE_NONE, /* not known */
	SOURCE_SYSFS,
	SOURCE_SRAT,
	SOURCE_SLIT,
	SOURCE_HMAT,
	SOURCE_CEDT,
	SOURCE_CDAT,
	SOURCE_MEASURED,
	SOURCE_MODULE, /* the kernel, asked through the module */
	SOURCE_TIER, /* concluded from the tier that the node is in */
	SOURCE_DERIVED, /* computed from other facts */
	/* Of the cards that a CXL region can only be made of (region-to-come.h). */
	SOURCE_SYSFS_TO_COME,
	SOURCE_CDAT_TO_COME,
};

struct machine_node {
	bool possible; /* may ever exist */
	bool memory; /* has memory that is online */
	bool cpu; /* has CPUs that are online */
	int64_t tier; /* N of memory_tierN; NO_TIER */
	char *cpulist; /* "0-3,8"; NULL: none */
	/* How fast it is, by who says so. The facts below hold the one that is used. */
	struct access sysfs[NR_CLASSES]; /* what the kernel believes */
	struct access hmat[NR_CLASSES]; /* from the tables, computed here as the kernel does */
	struct perf region; /* a CXL region's, by the kernel; class CPU */
	struct perf cdat; /* the same, from CDAT, computed here */
	int64_t cdat_link_ps; /* what 6.12 adds to cdat's latencies as if it were ns */
	bool to_come; /* the region of cdat is not there yet */
	struct perf measured; /* from the nearest CPUs */
	/*
	 * What does not depend on a policy: SIZE to WRITE_BANDWIDTH, CXL_*. The
	 * ratios and the adistances by performance are the compiler's (compiled.h).
	 */
	struct tierbpf_facts facts;
	uint8_t source[TIERBPF_NR_FACTS]; /* enum source, by fact */
};

struct machine {
	struct machine_node nodes[TIERBPF_MAX_NODES];
	int nr_nodes; /* the highest possible node + 1 */
	uint8_t *distance; /* nr_nodes * nr_nodes; machine_distance() */
	/*
	 * What the tables say beyond the facts; NULL where there is none that can be used. A
	 * HMAT that only the kernel leaves aside (numa=nohmat) is here, and in the facts.
	 */
	struct srat *srat;
	struct hmat *hmat;
	struct {
		struct acpi_table_state srat, slit, hmat, cedt;
	} tables; /* which there are, and why the kernel ignores one */
};

/*
 * Reads the machine below @root ("" for this one). 0, and *m is the caller's, for
 * machine_free(); -ENOPKG if the kernel has no memory tiers, -EIO, -ENOMEM; with a message.
 * Facts that are not there, or cannot be read, are not known: that is no error.
 */
int machine_read(const char *root, struct machine **m);
void machine_free(struct machine *m);

/* The kernel's node_distance(): SLIT from @from to @to; 10 or 20 where it is not known. */
int machine_distance(const struct machine *m, int from, int to);

/* Adds a fact, or replaces it. */
void machine_set_fact(struct machine_node *n, enum tierbpf_fact fact, int64_t value,
		      enum source source);

_Static_assert(TIERBPF_FACT_WRITE_BANDWIDTH - TIERBPF_FACT_READ_LATENCY == WRITE_BANDWIDTH,
	       "facts have the order of enum coordinate");

/* The fact that holds this coordinate of class CPU. */
static inline enum tierbpf_fact coordinate_fact(enum coordinate c)
{
	return (enum tierbpf_fact)(TIERBPF_FACT_READ_LATENCY + c);
}

/* "sysfs", "SRAT", …, for people. */
const char *source_name(enum source source);

static inline void cleanup_machine(struct machine **m)
{
	machine_free(*m);
}

#endif
