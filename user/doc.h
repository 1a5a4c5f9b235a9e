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
#include <yaml.h>

#include "diag.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_NUMBER, VALUE_STRING,
		 VALUE_ARRAY, VALUE_OBJECT };

/* A value inside of a document, and the way to it. */
struct value {
	yaml_document_t *doc;
	yaml_node_t *node;
	struct diags *diags;
	char path[160]; /* "" for the document itself; cut with "..." where too long */
};

/*
 * Parses @text (@length bytes, then a 0). 0, and *doc is the caller's, for
 * yaml_document_delete(); -EBADMSG with an entry in @diags; -ENOMEM.
 */
int doc_parse(const char *text, size_t length, struct diags *diags, yaml_document_t *doc);

struct value doc_root(yaml_document_t *doc, struct diags *diags);
enum value_kind value_kind(const struct value *v);
struct place value_place(const struct value *v);

/* "a string", "an object", for messages. */
const char *value_kind_name(enum value_kind kind);

/* Adds a diagnostic at @v. Returns -EBADMSG or -ENOMEM. */
#define value_error(v, ...) diags_add((v)->diags, value_place(v), (v)->path, __VA_ARGS__)

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
