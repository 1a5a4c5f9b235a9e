/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables whose columns the user chooses, sorts by and prints raw, as with lsblk. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/columns.h"

#define MAX_CHOSEN 64

struct layout {
	size_t chosen[MAX_CHOSEN]; /* indices into the table of columns */
	size_t nr_chosen;
	int sort; /* index of the column to sort by; -1: rows keep their order */
	bool descending, raw, noheadings, colors;
};

struct cell {
	char text[80];
	const char *color; /* a color name of libsmartcols; NULL: none */
	int64_t key;    /* the value to sort by, if column.number is set */
};

/*
 * Chooses the columns of @list (option -o): names in any case, separated by commas. "+LIST"
 * appends to the columns that are chosen already. 0, -E2BIG, or -EINVAL with *bad at the
 * unknown name within @list.
 */
int layout_choose(struct layout *l, const struct column *columns, size_t count, const char *list,
		  const char **bad);

/* Sorts by column @name (option --sort); "-COLUMN" puts the largest first. 0 or -EINVAL. */
int layout_sort(struct layout *l, const struct column *columns, size_t count, const char *name);

bool layout_has(const struct layout *l, size_t column);

/* Prints @lines rows of @count cells each. 0, or -errno with a message. */
int layout_print(const struct layout *l, const struct column *columns, size_t count,
		 const struct cell *cells, size_t lines, FILE *out);

/* True if stdout is a terminal that understands escape sequences; TERM=dumb does not. */
bool terminal_obeys(void);

/* True if stdout is such a terminal and NO_COLOR is not set. */
bool colors_wanted(void);

#endif
