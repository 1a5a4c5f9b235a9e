/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CEDT (CXL 3.1, 9.18.1) lists the windows of host physical addresses where CXL memory may
 * appear (CFMWS). Linux makes a node for each window that SRAT does not describe, because its
 * memory comes later (acpi_parse_cfmws, drivers/acpi/numa/srat.c). These nodes are numbered
 * after those of SRAT, and the kernel invents PXMs for them, from SRAT's highest PXM + 1 on.
 *
 * This follows 7.3. 6.12 makes no node for a window that overlaps an earlier one, but the
 * specification forbids such windows.
 */
#ifndef CEDT_H
#define CEDT_H

#include "acpi/srat.h"

#define CEDT_MAX_TARGETS 16

#define CEDT_NO_NODE (-1)

struct cedt_window {
	uint64_t base;
	uint64_t size;
	uint16_t restrictions;
	int nr_targets;
	uint32_t targets[CEDT_MAX_TARGETS]; /* host bridges: _UID of their ACPI0016 device */
	int node; /* the node made for the window; CEDT_NO_NODE: SRAT describes it, or it gets none */
};

struct cedt {
	size_t nr_windows;
	struct cedt_window windows[]; /* in the order of the table */
};

/*
 * Reads the CEDT of the machine below @root. 0, and the caller frees *c with free(); -ENOENT if
 * there is none; -EBADMSG after a note if it is not a valid table; -ENOMEM. Linux keeps the
 * windows before an error in the table: this prints a note then, and returns 0.
 */
int cedt_read(const char *root, const struct srat *srat, struct cedt **c,
	      struct acpi_table_state *state);

/*
 * Like cedt_read(), but parses table @t. 0 or -ENOMEM; after 0, *why is NULL, or the reason
 * (constant text) why nothing from offset *at on is used.
 */
int cedt_parse(const struct acpi_table *t, const struct srat *srat, struct cedt **c, size_t *at,
	       const char **why);

#endif
