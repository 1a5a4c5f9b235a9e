/* SPDX-License-Identifier: GPL-2.0-only */
/* How machine_read() gathers what is known of each node. Each file adds its part. */
#ifndef MACHINE_FACTS_H
#define MACHINE_FACTS_H

#include "acpi/srat.h"
#include "machine/machine.h"

/* All of them; needs nodes and distances. */
void machine_read_facts(const char *root, struct machine *m);

/* The four files of directory @path (accessN/initiators, or a CXL region's accessN). */
void machine_read_performance(const char *root, const char *path, struct perf *perf);

/*
 * from-tables.c: m->srat to m->tables, PXM, n->hmat, and the distances that sysfs does
 * not show. Nothing of SRAT but its state where the kernel does not use it.
 */
void machine_read_tables(const char *root, struct machine *m);

/*
 * from-cxl.c: CXL_REGION, CXL_SERIAL…, KIND of the nodes of CXL regions and windows, n->region
 * and n->cdat; needs machine_read_tables().
 */
void machine_read_cxl(const char *root, struct machine *m);

/* kind.c: KIND of all others; needs all facts above. @srat may be NULL. */
void machine_read_kind(const char *root, const struct srat *srat, struct machine *m);

/* The node of that number, if it is possible; NULL. */
struct machine_node *machine_possible(struct machine *m, uint64_t node);

/* True if the kernel has told the distance; otherwise machine_distance() is a default. */
bool machine_knows_distance(const struct machine *m, int from, int to);

static inline bool machine_knows(const struct machine_node *n, enum tierbpf_fact fact)
{
	return n->facts.known & (1ULL << fact);
}

#endif
