/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a text, and where: collected, then shown all at once. */
#ifndef DIAG_H
#define DIAG_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct place {
	size_t line;   /* from 0 */
	size_t column; /* from 0, in characters */
	size_t length; /* characters to underline; 0: only the first */
};

enum severity { DIAG_ERROR, DIAG_WARNING };

struct diag {
	enum severity severity;
	struct place at;
	char *path;	    /* "rules[2].match.node"; NULL where there is none */
	char *message;
	const char *related; /* what stands at @other: the second half of a contradiction; NULL */
	struct place other;
};

struct diags {
	const char *file; /* name to show; not owned */
	const char *text; /* what line and column refer to; not owned */
	struct diag *list;
	size_t count;
	size_t errors; /* of them and of those that were dropped */
	size_t dropped; /* too many to be kept; the last ones added */
	int failed; /* -ENOMEM if one could not be kept */
};

/* Adds one; @path may be NULL. Always returns -EBADMSG (or -ENOMEM). */
int diags_add(struct diags *d, struct place at, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same of what is no error. 0 or -ENOMEM. */
int diags_warn(struct diags *d, struct place at, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Names a second place to the one that was added last; @what is constant text. */
void diags_relate(struct diags *d, struct place other, const char *what);

/* Prints all by position: file:line:column, the line, a caret, the path. */
void diags_print(struct diags *d, FILE *out);

void diags_free(struct diags *d);

/* The same for programs: a list of objects. */
json_t *diags_json(struct diags *d);

#endif
