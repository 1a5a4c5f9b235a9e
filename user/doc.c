// SPDX-License-Identifier: GPL-2.0-only
#include "doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "syntax.h"

#define EXCERPT 40 /* characters of a string in a message, or under the caret */

/* What is JSON and yet not YAML. */
static int explain_yaml(const yaml_parser_t *parser, struct diags *diags)
{
	struct place at = { parser->problem_mark.line, parser->problem_mark.column, 0 };

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_SCANNER_ERROR && strstr(parser->problem ?: "", "escape"))
		return diags_add(diags, at, NULL, "write this character itself, not as a pair of escapes");
	if (parser->error == YAML_PARSER_ERROR)
		return diags_add(diags, at, NULL, "a key and its ':' must be in one line, within 1024 characters");
	return diags_add(diags, at, NULL, "cannot be read: %s", parser->problem ?: "unknown problem");
}

struct input {
	const char *at;
	const char *end;
};

/* Outside of strings tabs and carriage returns mean more to YAML; inside JSON has none. */
static int read_input(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
	struct input *in = data;
	size_t n;

	for (n = 0; n < size && in->at < in->end; n++, in->at++)
		buffer[n] = *in->at == '\t' || *in->at == '\r' ? ' ' : (unsigned char)*in->at;
	*size_read = n;
	return 1;
}

int doc_parse(const char *text, size_t length, struct diags *diags, yaml_document_t *doc)
{
	struct input in = { text, text + length };
	yaml_parser_t parser;
	int err = syntax_check(text, length, diags);

	if (err)
		return err;
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input(&parser, read_input, &in);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	if (!yaml_parser_load(&parser, doc))
		err = explain_yaml(&parser, diags);
	yaml_parser_delete(&parser);
	return err;
}

struct value doc_root(yaml_document_t *doc, struct diags *diags)
{
	return (struct value){ .doc = doc, .node = yaml_document_get_root_node(doc), .diags = diags };
}

enum value_kind value_kind(const struct value *v)
{
	const char *text = value_text(v);

	if (v->node->type == YAML_SEQUENCE_NODE)
		return VALUE_ARRAY;
	if (v->node->type == YAML_MAPPING_NODE)
		return VALUE_OBJECT;
	if (v->node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return VALUE_STRING;
	if (!strcmp(text, "null"))
		return VALUE_NULL;
	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return VALUE_BOOL;
	return VALUE_NUMBER;
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
		[VALUE_NULL] = "null",     [VALUE_BOOL] = "true or false",
		[VALUE_NUMBER] = "a number", [VALUE_STRING] = "a string",
		[VALUE_ARRAY] = "an array",	 [VALUE_OBJECT] = "an object",
	};

	return names[kind];
}

struct place value_place(const struct value *v)
{
	const yaml_mark_t *from = &v->node->start_mark, *to = &v->node->end_mark;
	struct place at = { from->line, from->column, 0 };

	if (v->node->type == YAML_SCALAR_NODE && from->line == to->line)
		at.length = to->column - from->column;
	if (at.length > EXCERPT)
		at.length = EXCERPT;
	return at;
}

int value_want(const struct value *v, enum value_kind kind)
{
	if (value_kind(v) == kind)
		return 0;
	return value_error(v, "%s is expected here, not %s", value_kind_name(kind),
			  value_kind_name(value_kind(v)));
}

size_t value_length(const struct value *v)
{
	return (size_t)(v->node->data.sequence.items.top - v->node->data.sequence.items.start);
}

static struct value child(const struct value *v, int node)
{
	struct value c = { .doc = v->doc, .diags = v->diags };

	c.node = yaml_document_get_node(v->doc, node);
	return c;
}

static void set_path(struct value *c, const struct value *parent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void set_path(struct value *c, const struct value *parent, const char *format, ...)
{
	size_t used = strlen(parent->path);
	va_list args;
	int n;

	memcpy(c->path, parent->path, used + 1);
	va_start(args, format);
	n = vsnprintf(c->path + used, sizeof(c->path) - used, format, args);
	va_end(args);
	if (n < 0 || used + (size_t)n >= sizeof(c->path))
		strcpy(c->path + sizeof(c->path) - 4, "...");
}

struct value value_element(const struct value *v, size_t index)
{
	struct value c = child(v, v->node->data.sequence.items.start[index]);

	set_path(&c, v, "[%zu]", index);
	return c;
}

size_t value_size(const struct value *v)
{
	return (size_t)(v->node->data.mapping.pairs.top - v->node->data.mapping.pairs.start);
}

static void set_member_path(struct value *c, const struct value *v, const struct value *key)
{
	set_path(c, v, "%s%s", v->path[0] ? "." : "", value_text(key));
}

struct value value_key(const struct value *v, size_t index)
{
	struct value key = child(v, v->node->data.mapping.pairs.start[index].key);

	set_member_path(&key, v, &key);
	return key;
}

struct value value_member(const struct value *v, size_t index)
{
	struct value key = child(v, v->node->data.mapping.pairs.start[index].key);
	struct value c = child(v, v->node->data.mapping.pairs.start[index].value);

	set_member_path(&c, v, &key);
	return c;
}

const char *value_text(const struct value *v)
{
	return v->node->type == YAML_SCALAR_NODE ? (const char *)v->node->data.scalar.value : "";
}

int value_int(const struct value *v, int64_t min, int64_t max, int64_t *value)
{
	const char *text = value_text(v);
	char *end;
	int err = value_want(v, VALUE_NUMBER);

	if (err)
		return err;
	errno = 0;
	*value = strtoll(text, &end, 10);
	if (*end)
		return value_error(v, "a whole number is expected here");
	if (errno || *value < min || *value > max)
		return value_error(v, "%.*s is not within %" PRId64 "..%" PRId64, EXCERPT, text, min, max);
	return 0;
}

int value_bool(const struct value *v, bool *value)
{
	int err = value_want(v, VALUE_BOOL);

	if (!err)
		*value = !strcmp(value_text(v), "true");
	return err;
}

int value_string(const struct value *v, const char **value)
{
	int err = value_want(v, VALUE_STRING);

	if (!err)
		*value = value_text(v);
	return err;
}
