/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a JSON object by a table of the members that it may have. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include "util/array.h"
#include "json/doc.h"

struct member {
	const char *key;
	/* Reads the value. 0, -EBADMSG (with a diagnostic) or another -errno. */
	int (*read)(const struct value *v, void *context);
	bool required;
};

struct members {
	const struct member *list;
	size_t count;
};

#define MEMBERS(array) { array, ARRAY_SIZE(array) }

/*
 * Calls the reader of each member of @v in the order of @members, not of the text, so that one
 * reader can rely on another. An unknown, missing or duplicate key is an error in the
 * diagnostics. Continues after -EBADMSG so that all errors are found.
 */
int members_read(const struct value *v, const struct members *members, void *context);

/* Combines two results: the first error, but -EBADMSG only if there is no other. */
int first_error(int err, int next);

#endif
