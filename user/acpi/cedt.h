/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CEDT (CXL 3.1, 9.18.1): the windows of host physical addresses that CXL memory may
 * appear in (CFMWS), and which of them Linux makes nodes for: those that SRAT is silent
 * about, since their memory comes later (acpi_parse_cfmws, drivers/acpi/numa/srat.c).
 * Their nodes follow those of SRAT, their PXMs are made up: the highest of SRAT + 1, ….
 *
 * As 7.3 does it. 6.12 makes no node for a window that overlaps an earlier one, which
 * the specification forbids.
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
	uint32_t targets[CEDT_MAX_TARGETS]; /* host bridges: _UID of their ACPI0016 */
	int node; /* made for it; CEDT_NO_NODE: its memory is of nodes in SRAT, or of none */
};

struct cedt {
	size_t nr_windows;
	struct cedt_window windows[]; /* in the order of the table */
};

/*
 * Reads the CEDT of the machine below @root. 0, and *c is the caller's, for free();
 * -ENOENT if there is none; -EBADMSG after a note if it is no table; -ENOMEM. Linux
 * keeps the windows in front of an error: then there is a note, and 0.
 */
int cedt_read(const char *root, const struct srat *srat, struct cedt **c,
	      struct acpi_table_state *state);

/*
 * The same from a table. 0 or -ENOMEM; with 0, *why is NULL, or (constant text) why nothing is
 * read from offset *at on.
 */
int cedt_parse(const struct acpi_table *t, const struct srat *srat, struct cedt **c, size_t *at,
	       const char **why);

#endif
