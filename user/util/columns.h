/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables for people, by libsmartcols; JSON for programs. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <jansson.h>
#include <libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>

struct column {
	const char *name;
	int flags; /* SCOLS_FL_RIGHT, SCOLS_FL_HIDDEN */
	bool number; /* of a cell's key: sorted by it, not by the text */
};

/* A table with @count columns; NULL: out of memory. For columns_print(). */
struct libscols_table *columns_new(const struct column *columns, size_t count);

/* One more line; @cells are copied. 0 or -ENOMEM. */
int columns_add(struct libscols_table *t, const char *const *cells);

/* Prints and frees; @t may be NULL. 0, or -errno with a message. @err: of what came before. */
int columns_print(struct libscols_table *t, int err, FILE *out);

/* Prints @json to @out, and takes the reference. */
void json_print(json_t *json, FILE *out);

#endif
