/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of machine_read() that collect the facts of each node. */
#ifndef MACHINE_FACTS_H
#define MACHINE_FACTS_H

#include "acpi/srat.h"
#include "machine/machine.h"

/* Reads all facts; the nodes and distances of @m must be known. */
void machine_read_facts(const char *root, struct machine *m);

/* Reads the four files of directory @path (accessN/initiators, or a CXL region's accessN). */
void machine_read_performance(const char *root, const char *path, struct perf *perf);

/*
 * from-tables.c: reads m->srat to m->tables, PXM, n->hmat, and the distances that sysfs does not
 * show. If the kernel does not use SRAT, only its state in m->tables is set.
 */
void machine_read_tables(const char *root, struct machine *m);

/*
 * from-cxl.c: reads CXL_REGION, CXL_SERIAL…, KIND of the nodes of CXL regions and windows,
 * n->region and n->cdat; call machine_read_tables() before.
 */
void machine_read_cxl(const char *root, struct machine *m);

/* from-iomem.c: reads DRIVER and n->driver_managed. */
void machine_read_drivers(const char *root, uint64_t block_size, struct machine *m);

/* kind.c: finds KIND of all other nodes; call all of the above before. @srat may be NULL. */
void machine_read_kind(const char *root, const struct srat *srat, struct machine *m);

/* The node with number @node; NULL: it is not possible on this machine. */
struct machine_node *machine_possible(struct machine *m, uint64_t node);

/* True if the distance is known; otherwise machine_distance() returns a default. */
bool machine_knows_distance(const struct machine *m, int from, int to);

#endif
