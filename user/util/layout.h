/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables whose columns people choose, sort and print raw, as with lsblk. */
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
	int sort; /* the same; -1: in the order that they come */
	bool descending, raw, noheadings, colors;
};

struct cell {
	char text[80];
	const char *color; /* as libsmartcols names it; NULL: none */
	int64_t key;    /* where the column is a number */
};

/*
 * -o: the columns of @list, names with commas between them, in any case; "+LIST": behind those
 * that are chosen already. 0, or -EINVAL and *bad is the name (in @list) that is none; -E2BIG.
 */
int layout_choose(struct layout *l, const struct column *columns, size_t count, const char *list,
		  const char **bad);

/* --sort: by that column; "-COLUMN": the largest first. 0 or -EINVAL. */
int layout_sort(struct layout *l, const struct column *columns, size_t count, const char *name);

bool layout_has(const struct layout *l, size_t column);

/* Prints @lines rows of @count cells each. 0, or -errno with a message. */
int layout_print(const struct layout *l, const struct column *columns, size_t count,
		 const struct cell *cells, size_t lines, FILE *out);

/* Is stdout a terminal, and one that does what escape sequences say? TERM=dumb does not. */
bool terminal_obeys(void);

/* Are colours welcome there? Not where NO_COLOR is set. */
bool colors_wanted(void);

#endif
