/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON with the place of every value.
 *
 * jansson says whether a text is JSON (syntax.h), strictly; libyaml, for which JSON is a subset, then says where each value
 * stands, which no JSON parser that Debian keeps does.
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
		count; /* what is in it, among doc->nodes; keys and their values in turn */
	const char *text;	  /* "": an array or object */
};

struct doc {
	struct node *nodes; /* what is in one of them side by side; last the document itself */
	size_t count;
	char *texts;
};

/* A value inside of a document, and the way to it. What it is in must live as long. */
struct value {
	const struct doc *doc;
	const struct node *node;
	struct diags *diags;
	const struct value *in; /* array or object; NULL: the document itself */
	const char *key; /* its own, in an object */
	size_t index;  /* in an array */
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

/* "a string", "an object", for messages. */
const char *value_kind_name(enum value_kind kind);

/* "rules[2].match.node"; "" for the document itself; cut with "..." where too long. */
#define VALUE_PATH 160
const char *value_path(const struct value *v, char path[VALUE_PATH]);

/* Adds a diagnostic at @at, or at @v. Returns -EBADMSG or -ENOMEM. */
#define value_error_at(v, at, ...) \
	diags_add((v)->diags, at, value_path(v, (char[VALUE_PATH]){}), __VA_ARGS__)
#define value_error(v, ...) value_error_at(v, value_place(v), __VA_ARGS__)

/* 0, or value_error() unless @v is of that kind. */
int value_want(const struct value *v, enum value_kind kind);

/* An array's length; its elements. */
size_t value_length(const struct value *v);
struct value value_element(const struct value *v, size_t index);

/* An object's size; its keys, in the order written, and their values. */
size_t value_size(const struct value *v);
struct value value_key(const struct value *v, size_t index);
struct value value_member(const struct value *v, size_t index);

/* Text of a string, number, true or false; it lives as long as the document. */
const char *value_text(const struct value *v);

/* 0 and the value, or value_error() with the range in its message. */
int value_int(const struct value *v, int64_t min, int64_t max, int64_t *value);
int value_bool(const struct value *v, bool *value);
int value_string(const struct value *v, const char **value);

#endif
