// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "json/doc.h"
#include "json/syntax.h"

/* Explains the errors of libyaml on text that is valid JSON. */
static int explain_yaml(const yaml_parser_t *parser, struct diags *diags)
{
	struct place at = { parser->problem_mark.line, parser->problem_mark.column, 0 };

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_SCANNER_ERROR && strstr(parser->problem ?: "", "escape"))
		return diags_add(diags, at, NULL,
				 "write this character itself, not as a pair of escapes");
	if (parser->error == YAML_PARSER_ERROR)
		return diags_add(diags, at, NULL,
				 "a key and its ':' must be on one line, within 1024 characters");
	return diags_add(diags, at, NULL, "cannot be read: %s",
			 parser->problem ?: "unknown problem");
}

struct input {
	const char *at;
	const char *end;
};

static void replace(unsigned char *text, size_t length, char c)
{
	unsigned char *end = text + length;

	while ((text = memchr(text, c, (size_t)(end - text))))
		*text++ = ' ';
}

/*
 * Replaces tabs and carriage returns, which YAML treats specially. In JSON they are only between
 * tokens.
 */
static int read_input(void *data, unsigned char *buffer, size_t size, size_t *size_read)
{
	struct input *in = data;
	size_t left = (size_t)(in->end - in->at), n = size < left ? size : left;

	memcpy(buffer, in->at, n);
	replace(buffer, n, '\t');
	replace(buffer, n, '\r');
	in->at += n;
	*size_read = n;
	return 1;
}

/* The part of a document that is parsed so far. */
struct builder {
	struct doc *doc;
	struct node *open; /* arrays and objects without their end yet, each followed by its children */
	size_t nr_open;
	size_t innermost; /* index of the last open array or object; ->first links to the outer one */
	size_t max; /* number of nodes that fit in both lists together */
	size_t used; /* bytes of doc->texts in use */
};

static struct node *push(struct builder *b, const yaml_event_t *event, enum value_kind kind)
{
	struct node *n = &b->open[b->nr_open];

	if (b->nr_open + b->doc->count == b->max)
		return NULL;
	*n = (struct node){ .kind = kind,
			    .text = "",
			    .line = (unsigned int)event->start_mark.line,
			    .column = (unsigned int)event->start_mark.column };
	b->nr_open++;
	return n;
}

static enum value_kind scalar_kind(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return VALUE_STRING;
	if (!strcmp(text, "null"))
		return VALUE_NULL;
	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return VALUE_BOOL;
	return VALUE_NUMBER;
}

static int add_scalar(struct builder *b, const yaml_event_t *event)
{
	struct node *n = push(b, event, scalar_kind(event));
	size_t size = event->data.scalar.length + 1;

	if (!n || size > b->max * 2 - b->used)
		return -ENOMEM;
	n->width = (unsigned int)(event->end_mark.column - event->start_mark.column);
	n->text = memcpy(b->doc->texts + b->used, event->data.scalar.value, size);
	b->used += size;
	return 0;
}

static int start(struct builder *b, const yaml_event_t *event, enum value_kind kind)
{
	struct node *n = push(b, event, kind);

	if (!n)
		return -ENOMEM;
	n->first = (unsigned int)b->innermost;
	b->innermost = b->nr_open - 1;
	return 0;
}

/* Ends an array or object: all its children are known and are moved to doc->nodes together. */
static void end(struct builder *b)
{
	struct node *parent = &b->open[b->innermost];
	size_t count = b->nr_open - b->innermost - 1;

	memcpy(b->doc->nodes + b->doc->count, parent + 1, count * sizeof(*parent));
	b->nr_open -= count;
	b->innermost = parent->first;
	parent->first = (unsigned int)b->doc->count;
	parent->count = (unsigned int)count;
	b->doc->count += count;
}

static int add_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return add_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return start(b, event, VALUE_ARRAY);
	case YAML_MAPPING_START_EVENT:
		return start(b, event, VALUE_OBJECT);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		end(b);
		return 0;
	default:
		return 0;
	}
}

static int build(struct builder *b, yaml_parser_t *parser, struct diags *diags)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_event_t event;
	int err = 0;

	while (!err && type != YAML_DOCUMENT_END_EVENT) {
		if (!yaml_parser_parse(parser, &event))
			return explain_yaml(parser, diags);
		type = event.type;
		err = add_event(b, &event);
		yaml_event_delete(&event);
	}
	if (!err)
		b->doc->nodes[b->doc->count++] = *b->open; /* the document itself */
	return err;
}

/* Upper bounds: a value needs 2 bytes of input, and its text never exceeds its source. */
static int allocate(struct builder *b, size_t length)
{
	b->max = length / 2 + 1;
	b->open = calloc(b->max, sizeof(*b->open));
	b->doc->nodes = calloc(b->max, sizeof(*b->doc->nodes));
	b->doc->texts = malloc(b->max * 2);
	return b->open && b->doc->nodes && b->doc->texts ? 0 : -ENOMEM;
}

static int read_events(const char *text, size_t length, struct diags *diags, struct builder *b)
{
	struct input in = { text, text + length };
	yaml_parser_t parser;
	int err;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input(&parser, read_input, &in);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	err = allocate(b, length) ?: build(b, &parser, diags);
	yaml_parser_delete(&parser);
	return err;
}

int doc_parse(const char *text, size_t length, struct diags *diags, struct doc *doc)
{
	struct builder b = { .doc = doc };
	int err;

	*doc = (struct doc){};
	err = syntax_check(text, length, diags) ?: read_events(text, length, diags, &b);
	free(b.open);
	if (err)
		doc_free(doc);
	return err;
}

void doc_free(struct doc *doc)
{
	free(doc->nodes);
	free(doc->texts);
	*doc = (struct doc){};
}
