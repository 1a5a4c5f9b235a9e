/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects the errors and warnings of a text with their positions, to show them all at once. */
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
	char *path;	    /* "rules[2].match.node"; NULL: not within a value */
	char *message;
	const char *related; /* message for @other, the second place of a contradiction; NULL: none */
	struct place other;
};

struct diags {
	const char *file; /* name to show; not owned */
	const char *text; /* the text that the places refer to; not owned */
	struct diag *list;
	size_t count;
	size_t errors; /* number of errors, dropped ones included */
	size_t dropped; /* number of diagnostics after the list was full */
	int failed; /* -ENOMEM if a diagnostic could not be stored */
};

/* Adds an error; @path may be NULL. Returns -EBADMSG, or -ENOMEM. */
int diags_add(struct diags *d, struct place at, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds a warning. 0 or -ENOMEM. */
int diags_warn(struct diags *d, struct place at, const char *path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds a second place to the diagnostic that was added last; @what is constant text. */
void diags_relate(struct diags *d, struct place other, const char *what);

/* Prints all, sorted by position: file:line:column, the line, a caret, the path. */
void diags_print(struct diags *d, FILE *out);

void diags_free(struct diags *d);

/* Returns all, sorted by position, as a JSON list of objects. */
json_t *diags_json(struct diags *d);

#endif
