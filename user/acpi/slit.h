/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SLIT (ACPI 6.5, 5.2.17) gives the distances between proximity domains; a domain's distance to
 * itself is 10. Linux shows distances only between online nodes, the table has all of them.
 *
 * Linux uses a table only if all distances to other domains are above 10 (slit_valid,
 * drivers/acpi/numa/srat.c; 6.12 and 7.3 agree). If the table is shorter than its count of
 * domains needs, Linux reads on behind it; here, such a table is rejected.
 */
#ifndef SLIT_H
#define SLIT_H

#include "acpi/srat.h"

struct slit {
	size_t count;
	uint8_t distances[]; /* count rows (from) of count columns (to), by domain */
};

/*
 * Reads the SLIT of the machine below @root. 0, and the caller frees *s with free(); -ENOENT if
 * there is none; -EBADMSG after a note if it is rejected, with the reason in *state; -ENOMEM.
 */
int slit_read(const char *root, struct slit **s, struct acpi_table_state *state);

/*
 * Like slit_read(), but parses table @t. 0, -ENOMEM, or -EBADMSG with the reason in *why
 * (constant text) and the offset of the error in *at.
 */
int slit_parse(const struct acpi_table *t, struct slit **s, size_t *at, const char **why);

/*
 * The distance between two nodes; 0 if the table does not give it. The kernel then takes 10 or
 * 20.
 */
int slit_distance(const struct slit *s, const struct srat *srat, int from, int to);

#endif
