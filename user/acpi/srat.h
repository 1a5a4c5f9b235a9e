/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SRAT (ACPI 6.5, 5.2.16): which proximity domain ("PXM") is which node, and where
 * its memory is. Nodes are numbered as Linux does on x86 (acpi_numa_init,
 * drivers/acpi/numa/srat.c; 6.12 and 7.3 agree).
 *
 * What the table does not tell: nodes of CXL windows that SRAT is silent about (the
 * kernel invents PXMs for them: cedt.h), and whether the kernel used SRAT at all
 * (numa=off; ranges that overlap in memory that is there at boot).
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
	uint32_t pxm;  /* as written: HMAT refers to this, without the mask of old revisions */
	uint32_t flags;
	int node;
};

/*
 * A generic port that ACPI has a name for (5.2.16.7): where a CXL host bridge hangs in the
 * machine. Its domain need not be that of a node; HMAT says how far it is from the CPUs.
 */
struct srat_port {
	uint32_t pxm;
	uint8_t handle[16]; /* _HID in 8 bytes, _UID in 4, 0 in 4 */
};

struct srat {
	int node[SRAT_MAX_PXM]; /* by PXM; SRAT_NO_NODE */
	int pxm[SRAT_MAX_PXM]; /* by node; the first nr_nodes are set */
	int nr_nodes;
	struct srat_range *ranges; /* in the order of the table */
	size_t nr_ranges;
	struct nodeset cpus;    /* nodes with processors, on line or yet to come */
	struct nodeset initiators; /* nodes of generic initiators */
	struct srat_port *ports;	 /* in the order of the table */
	size_t nr_ports;
};

/*
 * Reads the SRAT of the machine below @root. 0, and *s is the caller's, for srat_free();
 * -ENOENT if there is none, or no memory in it; -EBADMSG after a note if Linux would not use it; -ENOMEM.
 */
int srat_read(const char *root, struct srat **s, struct acpi_table_state *state);
void srat_free(struct srat *s);

/*
 * The same from a table. 0, -ENOENT, -ENOMEM, or -EBADMSG with *why (constant text) and *at,
 * the offset of the subtable that is wrong.
 */
int srat_parse(const struct acpi_table *t, struct srat **s, size_t *at, const char **why);

/* True if memory or a port is in the domain: find_mem_target() of the kernel's hmat.c. */
bool srat_has_target(const struct srat *s, uint32_t pxm);

static inline void cleanup_srat(struct srat **s)
{
	srat_free(*s);
}

#endif
