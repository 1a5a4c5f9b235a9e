/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A JSON document that knows the position of every value in its text.
 *
 * jansson checks strictly that the text is JSON (syntax.h). libyaml then parses it again, since
 * JSON is a subset of YAML, because it reports the position of each value. No JSON parser in
 * Debian does.
 */
#ifndef DOC_H
#define DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "json/diag.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_NUMBER, VALUE_STRING, VALUE_ARRAY, VALUE_OBJECT };

/* A value as it stands in the text. */
struct node {
	enum value_kind kind;
	unsigned int line, column; /* from 0, as in a place */
	unsigned int width;    /* characters as written; 0: an array or object */
	unsigned int first,
		count; /* its children in doc->nodes; in an object, keys and values alternate */
	const char *text;	  /* of a scalar; "" for an array or object */
};

struct doc {
	struct node *nodes; /* children of a node are adjacent; the last node is the whole document */
	size_t count;
	char *texts;
};

/* A value in a document and the path to it. The value that @in points to must outlive it. */
struct value {
	const struct doc *doc;
	const struct node *node;
	struct diags *diags;
	const struct value *in; /* the array or object around it; NULL: the document itself */
	const char *key; /* its key, if @in is an object */
	size_t index; /* its index, if @in is an array */
};

/*
 * Parses @text (@length bytes, then a 0). 0, and *doc is the caller's, for
 * doc_free(); -EBADMSG with an entry in @diags; -ENOMEM.
 */
int doc_parse(const char *text, size_t length, struct diags *diags, struct doc *doc);
void doc_free(struct doc *doc);

struct value doc_root(const struct doc *doc, struct diags *diags);
enum value_kind value_kind(const struct value *v);
struct place value_place(const struct value *v);

/* Returns "a string", "an object" and so on, for messages. */
const char *value_kind_name(enum value_kind kind);

/*
 * Writes "rules[2].match.node" into @path, "" for the document; a path that is too long ends in
 * "...".
 */
#define VALUE_PATH 160
const char *value_path(const struct value *v, char path[VALUE_PATH]);

/* Adds a diagnostic at @at, or at @v. Returns -EBADMSG or -ENOMEM. */
#define value_error_at(v, at, ...) \
	diags_add((v)->diags, at, value_path(v, (char[VALUE_PATH]){}), __VA_ARGS__)
#define value_error(v, ...) value_error_at(v, value_place(v), __VA_ARGS__)

/* 0 if @v is of that kind, otherwise value_error(). */
int value_want(const struct value *v, enum value_kind kind);

/* The length of an array, and its element at @index. */
size_t value_length(const struct value *v);
struct value value_element(const struct value *v, size_t index);

/*
 * The number of members of an object, and the key and value of member @index, in the order
 * written.
 */
size_t value_size(const struct value *v);
struct value value_key(const struct value *v, size_t index);
struct value value_member(const struct value *v, size_t index);

/* The text of a string, number, true or false; it is valid as long as the document. */
const char *value_text(const struct value *v);

/* 0 and the value in *value, or value_error(); for numbers, its message states the range. */
int value_int(const struct value *v, int64_t min, int64_t max, int64_t *value);
int value_bool(const struct value *v, bool *value);
int value_string(const struct value *v, const char **value);

#endif
