// SPDX-License-Identifier: GPL-2.0-only
#include "json/doc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/escape.h"

#define EXCERPT 40 /* characters of a string that a message shows, or that are underlined */

struct value doc_root(const struct doc *doc, struct diags *diags)
{
	return (struct value){ .doc = doc, .node = &doc->nodes[doc->count - 1], .diags = diags };
}

enum value_kind value_kind(const struct value *v)
{
	return v->node->kind;
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
		[VALUE_NULL] = "null",	     [VALUE_BOOL] = "true or false",
		[VALUE_NUMBER] = "a number", [VALUE_STRING] = "a string",
		[VALUE_ARRAY] = "an array",  [VALUE_OBJECT] = "an object",
	};

	return names[kind];
}

struct place value_place(const struct value *v)
{
	const struct node *n = v->node;

	return (struct place){ n->line, n->column, n->width < EXCERPT ? n->width : EXCERPT };
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
	return v->node->count;
}

const char *value_path(const struct value *v, char path[VALUE_PATH])
{
	size_t used;
	int n;

	if (!v->in)
		return strcpy(path, "");
	used = strlen(value_path(v->in, path));
	if (v->key)
		n = snprintf(path + used, VALUE_PATH - used, "%s%s", used ? "." : "", v->key);
	else
		n = snprintf(path + used, VALUE_PATH - used, "[%zu]", v->index);
	if (n < 0 || used + (size_t)n >= VALUE_PATH)
		strcpy(path + VALUE_PATH - 4, "...");
	return path;
}

static struct value child(const struct value *v, size_t index)
{
	return (struct value){ .doc = v->doc,
			       .node = &v->doc->nodes[v->node->first + index],
			       .diags = v->diags,
			       .in = v };
}

struct value value_element(const struct value *v, size_t index)
{
	struct value c = child(v, index);

	c.index = index;
	return c;
}

size_t value_size(const struct value *v)
{
	return v->node->count / 2;
}

struct value value_key(const struct value *v, size_t index)
{
	struct value key = child(v, 2 * index);

	key.key = key.node->text;
	return key;
}

struct value value_member(const struct value *v, size_t index)
{
	struct value c = child(v, 2 * index + 1);

	c.key = c.node[-1].text;
	return c;
}

const char *value_text(const struct value *v)
{
	return v->node->text;
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
		return value_error(v, "%.*s is not within %" PRId64 "..%" PRId64, EXCERPT, text,
				   min, max);
	return 0;
}

int value_bool(const struct value *v, bool *value)
{
	int err = value_want(v, VALUE_BOOL);

	if (!err)
		*value = !strcmp(value_text(v), "true");
	return err;
}

/* Many commands print strings of a policy, so control characters could forge their output. */
static int plain_text(const struct value *v, const char **value)
{
	const char *text = value_text(v), *end = text + strlen(text);
	uint32_t code = 0;
	size_t n;

	*value = text;
	for (; text < end; text += n) {
		n = escape_decode(text, end, &code);
		if (!n || !escape_is_plain(code))
			return value_error(v,
					   "the control character U+%04X is not allowed in this string",
					   code);
	}
	return 0;
}

int value_string(const struct value *v, const char **value)
{
	int err = value_want(v, VALUE_STRING);

	return err ?: plain_text(v, value);
}
