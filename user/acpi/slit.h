/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SLIT (ACPI 6.5, 5.2.17): distances between proximity domains, 10 to oneself. Linux
 * shows only those of nodes that are online; the table knows the others' too.
 *
 * Linux uses a table only if nothing but a domain's distance to itself is 10, and
 * nothing is less (slit_valid, drivers/acpi/numa/srat.c; 6.12 and 7.3 agree). One that
 * is shorter than its count makes it read on behind the table: it is not used here.
 */
#ifndef SLIT_H
#define SLIT_H

#include "acpi/srat.h"

struct slit {
	size_t count;
	uint8_t distances[]; /* count * count: from a domain, to a domain */
};

/*
 * Reads the SLIT of the machine below @root. 0, and *s is the caller's, for free();
 * -ENOENT if there is none; -EBADMSG after a note if it is not used, with the reason
 * in *state; -ENOMEM.
 */
int slit_read(const char *root, struct slit **s, struct acpi_table_state *state);

/*
 * The same from a table. 0, -ENOMEM, or -EBADMSG with *why (constant text) and *at, the
 * offset of what is wrong.
 */
int slit_parse(const struct acpi_table *t, struct slit **s, size_t *at, const char **why);

/* Between nodes; 0 where the table does not say: 10 or 20 then, to the kernel. */
int slit_distance(const struct slit *s, const struct srat *srat, int from, int to);

#endif
