/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the access coordinates of each node in HMAT, and the initiators that they are seen from.
 * It repeats the kernel's search, including its oddities: hmat_update_target(),
 * hmat_update_target_attrs() (drivers/acpi/numa/hmat.c; 6.12 and 7.3 agree).
 */
#ifndef HMAT_ACCESS_H
#define HMAT_ACCESS_H

#include "acpi/coordinates.h"
#include "acpi/hmat.h"

struct hmat_access;

/*
 * Prepares the search. @cpus are the nodes that had CPUs at boot, when the kernel read the
 * table; srat->cpus are the nodes that may ever have some. @h and @srat must outlive *access.
 * 0 or -ENOMEM.
 */
int hmat_access_new(const struct hmat *h, const struct srat *srat, const struct nodeset *cpus,
		    struct hmat_access **access);
void hmat_access_free(struct hmat_access *access);

/*
 * Sets @found to the values that the kernel computes for @node, by class; they are 0 and without
 * initiators if HMAT has none. While the node is online, sysfs shows the same values, unless a
 * generic port shares the node's domain.
 */
void hmat_access_node(const struct hmat_access *access, int node, struct access found[NR_CLASSES]);

/* Sets @found to the values of generic port @port, by class: acpi_get_genport_coordinates(). */
void hmat_access_port(const struct hmat_access *access, const struct srat_port *port,
		      struct access found[NR_CLASSES]);

/*
 * Stores @value in the coordinates of @p that data type @type (enum hmat_type) stands for:
 * hmat_update_target_access().
 */
void hmat_set_value(struct perf *p, uint8_t type, uint32_t value);

static inline void cleanup_hmat_access(struct hmat_access **access)
{
	hmat_access_free(*access);
}

#endif
