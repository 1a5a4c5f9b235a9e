/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share. */
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
 * A text as the tables write it: ' stands for ", ` for ', and ^ for nothing: it
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

/* What an error says. */
struct expected {
	const char *path;	  /* NULL where none is shown */
	const char *message; /* its end; * at the end stands for any rest */
	const char *note;	  /* what is said of the place at $; NULL: there is no note */
};

/*
 * Expects that @output shows one error for each mark of @s, in its order, with
 * line, column, context and caret at that place, and as @expected says.
 */
void expect_shown(const struct sample *s, const char *output, const struct expected *expected);

/* Expects that policy_parse() finds these errors, and no others. */
void expect_errors(const struct sample *s, const struct expected *expected);

/* One error each: a row of a table. */
struct bad {
	const char *marked;
	const char *path;
	const char *message;
	const char *note;
};

void expect_bad(const struct bad *table, size_t count);

/* Expects that policy_parse() is content, but warns at the marks; no mark: of nothing. */
void expect_warnings(const struct sample *s, const struct expected *expected);

/* Calls policy_parse(); returns what there is to print, for the caller to free. */
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

/* ---- what is said on stderr ---- */

struct capture {
	char *text;
	size_t size;
	FILE *stream;
	FILE *terminal;
};

void capture_start(struct capture *c);

/* Expects that stderr is empty (@part: NULL), or one line "tierbpf: …" with @part in it. */
void capture_expect(struct capture *c, const char *part);

/* ---- files ---- */

/* A new directory; goes with tmp_remove(). */
char *tmp_new(void);
void tmp_remove(char *dir);

/* Path below @dir; the caller frees. */
char *tmp_path(const char *dir, const char *name);

/* Writes file @name below @dir, and the directories on the way to it. */
void tmp_put(const char *dir, const char *name, const void *data, size_t length);

/* As somebody who is not root, from whom files may be kept; and back. */
void become_nobody(void);
void become_root(void);

#endif
