/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast each node's memory is, by HMAT: its access coordinates, and from which
 * initiators. The kernel's own search, odd as it is in places: hmat_update_target(),
 * hmat_update_target_attrs() (drivers/acpi/numa/hmat.c; 6.12 and 7.3 agree).
 */
#ifndef HMAT_ACCESS_H
#define HMAT_ACCESS_H

#include "acpi/coordinates.h"
#include "acpi/hmat.h"

struct hmat_access;

/*
 * Prepares the search. @cpus: the nodes with CPUs when the kernel read the table, at
 * boot; srat->cpus are those that may have some. @h and @srat must outlive it. 0, -ENOMEM.
 */
int hmat_access_new(const struct hmat *h, const struct srat *srat, const struct nodeset *cpus,
		    struct hmat_access **access);
void hmat_access_free(struct hmat_access *access);

/*
 * What the kernel has of @node, by class; 0 and no initiators where HMAT tells
 * nothing. In sysfs while the node is online, but if a generic port shares its domain.
 */
void hmat_access_node(const struct hmat_access *access, int node, struct access found[NR_CLASSES]);

/* Of generic port @port, as seen from any initiator and from CPUs: acpi_get_genport_coordinates(). */
void hmat_access_port(const struct hmat_access *access, const struct srat_port *port,
		      struct access found[NR_CLASSES]);

/* Puts @value, of a table's data type (HMAT_ACCESS_LATENCY, …), where it belongs in @p: hmat_update_target_access(). */
void hmat_set_value(struct perf *p, uint8_t type, uint32_t value);

static inline void cleanup_hmat_access(struct hmat_access **access)
{
	hmat_access_free(*access);
}

#endif
