/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads an object by a table of what it may hold. */
#ifndef MEMBERS_H
#define MEMBERS_H

#include "util/array.h"
#include "json/doc.h"

struct member {
	const char *key;
	/* 0, -EBADMSG (with a diagnostic) or another -errno. */
	int (*read)(const struct value *v, void *context);
	bool required;
};

struct members {
	const struct member *list;
	size_t count;
};

#define MEMBERS(array) { array, ARRAY_SIZE(array) }

/*
 * Calls the reader of each member that @v has, in the order of @members (not of
 * the text, so that a member may build on another). A key that is unknown,
 * missing or doubled is a diagnostic. Goes on after -EBADMSG, to find all.
 */
int members_read(const struct value *v, const struct members *members, void *context);

/* Keeps the first error; -EBADMSG only counts where there is no other. */
int first_error(int err, int next);

#endif
