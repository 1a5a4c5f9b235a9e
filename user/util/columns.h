/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints tables for people (with libsmartcols) and JSON for programs. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <jansson.h>
#include <libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>

struct column {
	const char *name;
	int flags; /* SCOLS_FL_RIGHT, SCOLS_FL_HIDDEN */
	bool number; /* rows are sorted by the cell's key, not by its text */
};

/* Returns a table with @count columns, which columns_print() frees. NULL: out of memory. */
struct libscols_table *columns_new(const struct column *columns, size_t count);

/* Adds a line; @cells are copied. 0 or -ENOMEM. */
int columns_add(struct libscols_table *t, const char *const *cells);

/*
 * Prints @t, which may be NULL, and frees it. @err is the result of filling the table; if it is
 * not 0, nothing is printed. 0, or -errno with a message.
 */
int columns_print(struct libscols_table *t, int err, FILE *out);

/* Prints @json to @out, and takes the reference. */
void json_print(json_t *json, FILE *out);

#endif
