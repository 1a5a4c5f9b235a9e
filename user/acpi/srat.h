/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SRAT (ACPI 6.5, 5.2.16) lists the proximity domains ("PXM") with their CPUs and memory ranges.
 * The nodes of the domains are numbered as Linux does on x86 (acpi_numa_init,
 * drivers/acpi/numa/srat.c; 6.12 and 7.3 agree).
 *
 * The table does not show the nodes that the kernel makes for CXL windows (cedt.h), nor whether
 * the kernel used SRAT at all: it does not after numa=off, or if ranges of memory present at
 * boot overlap.
 */
#ifndef SRAT_H
#define SRAT_H

#include <stddef.h>
#include <stdint.h>

#include "acpi/table.h"
#include "util/nodeset.h"

#define SRAT_MAX_PXM 1024 /* MAX_PXM_DOMAINS: MAX_NUMNODES, as NODES_SHIFT is 10 */
#define SRAT_MAX_RANGES 2048 /* NR_NODE_MEMBLKS: 2 * MAX_NUMNODES */
#define SRAT_NO_NODE (-1)

#define SRAT_HOTPLUG (1U << 1) /* flags of a range */
#define SRAT_NON_VOLATILE (1U << 2)

/* An enabled memory affinity structure; the length may be 0. */
struct srat_range {
	uint64_t base;
	uint64_t length; /* 0 where base + length would wrap */
	uint32_t pxm; /* all 32 bits, as HMAT has them, even where revision 1 counts only the low 8 */
	uint32_t flags;
	int node;
};

/*
 * A generic port with an ACPI handle (5.2.16.7), which stands for a CXL host bridge. Its domain
 * need not belong to a node. HMAT gives its latency and bandwidth from the CPUs.
 */
struct srat_port {
	uint32_t pxm;
	uint8_t handle[16]; /* _HID in 8 bytes, _UID in 4, 0 in 4 */
};

struct srat {
	int node[SRAT_MAX_PXM]; /* node of each PXM; SRAT_NO_NODE: it has none */
	int pxm[SRAT_MAX_PXM]; /* PXM of each node; the first nr_nodes are set */
	int nr_nodes;
	struct srat_range *ranges; /* in the order of the table */
	size_t nr_ranges;
	struct nodeset cpus; /* nodes with processors, online or not */
	struct nodeset initiators; /* nodes of generic initiators */
	struct srat_port *ports; /* in the order of the table */
	size_t nr_ports;
};

/*
 * Reads the SRAT of the machine below @root. 0, and the caller frees *s with srat_free();
 * -ENOENT if there is none, or it lists no memory; -EBADMSG after a note if Linux would reject
 * it; -ENOMEM.
 */
int srat_read(const char *root, struct srat **s, struct acpi_table_state *state);
void srat_free(struct srat *s);

/*
 * Like srat_read(), but parses table @t. 0, -ENOENT, -ENOMEM, or -EBADMSG with the reason in
 * *why (constant text) and the offset of the faulty subtable in *at.
 */
int srat_parse(const struct acpi_table *t, struct srat **s, size_t *at, const char **why);

/* True if the domain has memory or a generic port: find_mem_target() (drivers/acpi/numa/hmat.c). */
bool srat_has_target(const struct srat *s, uint32_t pxm);

static inline void cleanup_srat(struct srat **s)
{
	srat_free(*s);
}

#endif
