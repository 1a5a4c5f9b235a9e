/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers for the unit tests. */
#ifndef UNIT_H
#define UNIT_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "util/array.h"
#include "json/diag.h"

/* ---- policies with errors in them ---- */

/*
 * A text as written in the tables: ' stands for ", ` for ', and ^ for nothing: it
 * marks the place of an error that is expected, in the order of the text. $
 * marks the one place that notes are expected to name.
 */
struct sample {
	char *text;
	size_t length;
	struct place marks[16];
	size_t nr_marks;
	struct place notes[4];
	size_t nr_notes;
};

struct sample sample_new(const char *marked);
void sample_free(struct sample *s);

/* An expected error. */
struct expected {
	const char *path;	  /* NULL: no path is shown */
	const char *message; /* the end of the message; * at the end matches any rest */
	const char *note;	  /* the message for the place at $; NULL: there is none */
};

/*
 * Expects that @output shows one error for each mark of @s, in its order, with
 * line, column, context and caret at that place, and as @expected says.
 */
void expect_shown(const struct sample *s, const char *output, const struct expected *expected);

/* Expects that policy_parse() finds these errors, and no others. */
void expect_errors(const struct sample *s, const struct expected *expected);

/* A row of a table, with one error. */
struct bad {
	const char *marked;
	const char *path;
	const char *message;
	const char *note;
};

void expect_bad(const struct bad *table, size_t count);

/* Expects that policy_parse() succeeds and warns at the marks only. */
void expect_warnings(const struct sample *s, const struct expected *expected);

/* Calls policy_parse() and returns its diagnostics as text, which the caller frees. */
char *parse_text(const char *text, size_t length, int *err, struct policy **policy);

#define EXPECT_BAD(table)                                                        \
	do {                                                                     \
		_Static_assert(ARRAY_SIZE(table) > 0, "a table without a case"); \
		expect_bad(table, ARRAY_SIZE(table));                            \
	} while (0)

/*
 * The policy of a text without errors, written as in the tables; ends the test if
 * it has any. Warnings do not count.
 */
struct policy *good_policy(const char *marked);

/* Frames for the part of a policy that a case is about. */
#define RULES(rules) "{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': " rules "}"
#define MATCH(match) RULES("[{'match': " match ", 'action': {'offset': 1}}]")
#define NODE(node) MATCH("{'node': " node "}")
#define ACTION(action) RULES("[{'match': {}, 'action': " action "}]")
#define TIERS(tiers) "{'version': 1, 'rules': [], 'tiers': " tiers "}"

/* ---- messages on stderr ---- */

struct capture {
	char *text;
	size_t size;
	FILE *stream;
	FILE *terminal;
};

void capture_start(struct capture *c);

/* Expects that stderr is empty (@part: NULL), or one line "tierbpf: …" with @part in it. */
void capture_expect(struct capture *c, const char *part);

/* The lines of @text must have @notes as parts, in this order; NULL: there are none. Frees @text. */
void expect_notes(char *text, const char *notes[]);

/* ---- files ---- */

/* Creates a directory, which tmp_remove() removes. */
char *tmp_new(void);
void tmp_remove(char *dir);

/* Returns a path below @dir, which the caller frees. */
char *tmp_path(const char *dir, const char *name);

/* Writes file @name below @dir and creates missing directories. */
void tmp_put(const char *dir, const char *name, const void *data, size_t length);

/* Drops root's rights, so that files can be unreadable; and takes them back. */
void become_nobody(void);
void become_root(void);

#endif
