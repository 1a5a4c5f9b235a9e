/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine as sysfs and the firmware tables show it: nodes, tiers and facts with their
 * sources.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <tierbpf/facts.h>

#include "acpi/coordinates.h"
#include "acpi/table.h"

#define NO_TIER (-1)

/* The source of a fact. */
enum source {
	SOURCE_NONE, /* not known */
	SOURCE_SYSFS,
	SOURCE_SRAT,
	SOURCE_SLIT,
	SOURCE_HMAT,
	SOURCE_CEDT,
	SOURCE_CDAT,
	SOURCE_IOMEM,
	SOURCE_MEASURED,
	SOURCE_MODULE, /* the kernel's answer, read through the module */
	SOURCE_TIER, /* estimated from the tier that the node is in */
	SOURCE_DERIVED, /* computed from other facts */
	SOURCE_LOADED, /* the measurement that the policy in force was loaded with */
	/* From the cards of a CXL region that is not created yet (region-to-come.h). */
	SOURCE_SYSFS_TO_COME,
	SOURCE_CDAT_TO_COME,
};

struct machine_node {
	bool possible; /* exists, or may be added later */
	bool memory; /* has memory that is online */
	bool cpu; /* has CPUs that are online */
	bool generic_initiator; /* a device, such as a GPU, reaches memory from it */
	int64_t tier; /* N of memory_tierN; NO_TIER */
	__s32 adistance; /* that a policy in force gives it now; 0: there is none, or not known */
	char *cpulist; /* "0-3,8"; NULL: none */
	/* Its latency and bandwidth from each source; the facts below hold the values in use. */
	struct access sysfs[NR_CLASSES]; /* the kernel's values */
	struct access hmat[NR_CLASSES]; /* computed here from HMAT, as in the kernel */
	struct perf region; /* of its CXL region, by the kernel; class CPU */
	struct perf cdat; /* of its CXL region, computed here from CDAT; class CPU */
	int64_t cdat_link_ps; /* link latency in cdat, in ps; Linux 6.12 adds it as ns */
	bool driver_managed; /* drivers added all of its memory, as /proc/iomem says */
	bool to_come; /* cdat is of a region that is not created yet */
	struct perf measured; /* from the nearest CPUs */
	struct perf measured_spread; /* interquartile range of each value, in percent */
	/*
	 * The facts that do not depend on a policy: SIZE to WRITE_BANDWIDTH, DRIVER, CXL_*. The policy
	 * compiler adds ratios and the adistances computed from performance (compiled.h).
	 */
	struct tierbpf_facts facts;
	uint8_t source[TIERBPF_NR_FACTS]; /* enum source, by fact */
};

#define NO_NODE (-1)

/* A CXL region. A node may have several, since the kernel makes one node of a window. */
struct machine_region {
	unsigned int number; /* of regionN */
	int node; /* its memory is this node's, or will be; NO_NODE: not known */
	bool in_window; /* CEDT has a window around it */
	int window_node; /* that the kernel made for this window; NO_NODE: none */
	uint64_t base, size; /* 0: not known */
	struct {
		uint64_t serial;
		bool known;
	} cards[TIERBPF_NR_SERIALS]; /* by position in the interleave */
};

struct machine {
	struct machine_node nodes[TIERBPF_MAX_NODES];
	int nr_nodes; /* the highest possible node + 1 */
	bool has_tiers; /* the kernel has memory tiers */
	struct machine_region *regions; /* in the order of their numbers */
	size_t nr_regions;
	uint8_t *distance; /* nr_nodes * nr_nodes; machine_distance() */
	/*
	 * The parsed tables; NULL: there is none that can be used. An HMAT that is valid, but that
	 * the kernel was told to ignore (numa=nohmat), is here and in the facts.
	 */
	struct srat *srat;
	struct hmat *hmat;
	struct {
		struct acpi_table_state srat, slit, hmat, cedt;
	} tables; /* which tables were found, and why the kernel ignores one */
};

/*
 * Reads the machine below @root ("" for this one). 0, and the caller frees *m with
 * machine_free(); -ENOPKG if the kernel has no memory tiers, -EIO, -ENOMEM; with a message.
 * A fact that is missing or cannot be read is marked as not known, which is not an error.
 */
int machine_read(const char *root, struct machine **m);

/* 0 if a machine may be below @root; -EIO if no one was captured there, with a message. */
int machine_check_root(const char *root);

/*
 * Like machine_read(), but without memory tiers it succeeds, and no node has one. What needs
 * tiers then calls machine_need_tiers(), which returns 0, or -ENOPKG with a message.
 */
int machine_read_any(const char *root, struct machine **m);
int machine_need_tiers(const struct machine *m, const char *root);
void machine_free(struct machine *m);

/*
 * The kernel's node_distance() from @from to @to, which comes from SLIT; 10 or 20 if it is not
 * known.
 */
int machine_distance(const struct machine *m, int from, int to);

/*
 * The CXL regions of @node with their cards, where several share it: "region0 (card 0x1) and
 * region1 (card 0x2)"; the caller frees. NULL: it has at most one, or there is no memory left.
 */
char *machine_shared_by(const struct machine *m, int node);

static inline bool machine_knows(const struct machine_node *n, enum tierbpf_fact fact)
{
	return n->facts.known & (1ULL << fact);
}

/* Sets a fact and its source. */
void machine_set_fact(struct machine_node *n, enum tierbpf_fact fact, int64_t value,
		      enum source source);

_Static_assert(TIERBPF_FACT_WRITE_LATENCY - TIERBPF_FACT_READ_LATENCY == WRITE_LATENCY &&
		       TIERBPF_FACT_READ_BANDWIDTH - TIERBPF_FACT_READ_LATENCY == READ_BANDWIDTH &&
		       TIERBPF_FACT_WRITE_BANDWIDTH - TIERBPF_FACT_READ_LATENCY == WRITE_BANDWIDTH,
	       "facts have the order of enum coordinate");

/* The fact that holds coordinate @c of access class CPU. */
static inline enum tierbpf_fact coordinate_fact(enum coordinate c)
{
	return (enum tierbpf_fact)(TIERBPF_FACT_READ_LATENCY + c);
}

/*
 * The performance from which coordinate @c of access class CPU is taken into the facts, and its source;
 * NULL: none has it.
 */
const struct perf *machine_perf_in_use(const struct machine_node *n, enum coordinate c,
				       enum source *source);

/* The name of a source in messages: "sysfs", "SRAT", …. */
const char *source_name(enum source source);

static inline void cleanup_machine(struct machine **m)
{
	machine_free(*m);
}

#endif
