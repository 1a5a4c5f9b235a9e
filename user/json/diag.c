// SPDX-License-Identifier: GPL-2.0-only
#include "json/diag.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/escape.h"

#define MAX_SHOWN 100 /* diagnostics */
#define MAX_KEPT 10000 /* diagnostics; a text of 1 MiB can have 500,000 */
#define MAX_CONTEXT 120 /* characters shown of a line */

static int add(struct diags *d, enum severity severity, struct place at, const char *path,
	       const char *format, va_list args)
{
	struct diag new = { .severity = severity, .at = at };

	d->errors += severity == DIAG_ERROR;
	if (d->count == MAX_KEPT) {
		d->dropped++;
		return 0;
	}
	if (ARRAY_GROW(d->list, d->count))
		return d->failed = -ENOMEM;
	if (vasprintf(&new.message, format, args) < 0)
		new.message = NULL;
	new.path = path && *path ? strdup(path) : NULL;
	if (!new.message || (path && *path && !new.path)) {
		free(new.message);
		free(new.path);
		return d->failed = -ENOMEM;
	}
	d->list[d->count++] = new;
	return 0;
}

int diags_add(struct diags *d, struct place at, const char *path, const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = add(d, DIAG_ERROR, at, path, format, args);
	va_end(args);
	return err ?: -EBADMSG;
}

int diags_warn(struct diags *d, struct place at, const char *path, const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = add(d, DIAG_WARNING, at, path, format, args);
	va_end(args);
	return err;
}

void diags_relate(struct diags *d, struct place other, const char *what)
{
	if (d->failed || !d->count || d->dropped)
		return;
	d->list[d->count - 1].other = other;
	d->list[d->count - 1].related = what;
}

static int is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The start of character @n of @s, or the end of the line. */
static const char *character(const char *s, size_t n)
{
	for (; *s && *s != '\n' && n; n--) {
		s++;
		while (is_continuation(*s))
			s++;
	}
	return s;
}

static const char *find_line(const char *text, size_t line)
{
	while (line--) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

/*
 * Like escape_print(), but each character takes one column, so that the caret is in the right
 * one.
 */
static void print_characters(const char *from, const char *to, FILE *out)
{
	uint32_t code;

	while (from < to) {
		size_t n = escape_decode(from, to, &code);

		if (n && escape_is_plain(code))
			fwrite(from, 1, n, out);
		else
			fputc(isspace((unsigned char)*from) ? ' ' : '?', out);
		for (from++; from < to && is_continuation(*from);)
			from++;
	}
}

static const char *severity_name(const struct diag *d)
{
	return d->severity == DIAG_ERROR ? "error" : "warning";
}

/* A message may end in a cut UTF-8 character, which JSON must not contain. */
static json_t *json_text(const char *text)
{
	_cleanup_free_ char *clean = escape_text(text);

	return json_string(clean ?: "");
}

static void print_text(const char *text, FILE *out)
{
	print_characters(text, text + strlen(text), out);
}

/* The number of characters to skip at the start of a line that is too long. */
static size_t skipped(const char *line, size_t column)
{
	size_t length = 0;

	for (; *line && *line != '\n'; line = character(line, 1))
		length++;
	if (length <= MAX_CONTEXT || column <= MAX_CONTEXT / 2)
		return 0;
	column -= MAX_CONTEXT / 2;
	return column < length - MAX_CONTEXT ? column : length - MAX_CONTEXT;
}

/* Prints the line, or as much of it as fits around the error, and the caret below. */
static void print_context(const char *text, const struct place *at, FILE *out)
{
	const char *line = find_line(text, at->line);
	const char *start, *end;
	size_t i, skip;

	if (!line)
		return;
	skip = skipped(line, at->column);
	start = character(line, skip);
	end = character(start, MAX_CONTEXT);
	fprintf(out, "%5zu | ", at->line + 1);
	print_characters(start, end, out);
	fprintf(out, "\n      | %*s^", (int)(at->column - skip), "");
	for (i = 1; i < at->length && at->column - skip + i < MAX_CONTEXT; i++)
		fputc('~', out);
	fputc('\n', out);
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = &((const struct diag *)a)->at;
	const struct place *y = &((const struct diag *)b)->at;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static void sort(struct diags *d)
{
	if (d->count)
		qsort(d->list, d->count, sizeof(*d->list), by_place);
}

static void print_place(const struct diags *d, const struct place *at, const char *what,
			const char *message, FILE *out)
{
	escape_print(d->file, out);
	fprintf(out, ":%zu:%zu: %s: ", at->line + 1, at->column + 1, what);
	print_text(message, out);
	fputc('\n', out);
	print_context(d->text, at, out);
}

void diags_print(struct diags *d, FILE *out)
{
	size_t i;

	sort(d);
	for (i = 0; i < d->count && i < MAX_SHOWN; i++) {
		const struct diag *one = &d->list[i];

		print_place(d, &one->at, severity_name(one), one->message, out);
		if (one->path) {
			fputs("      at ", out);
			print_text(one->path, out);
			fputc('\n', out);
		}
		if (one->related)
			print_place(d, &one->other, "note", one->related, out);
	}
	if (d->count <= MAX_SHOWN)
		return;
	escape_print(d->file, out);
	fprintf(out, ": and %zu more\n", d->count - MAX_SHOWN + d->dropped);
}

static json_t *place_json(const struct place *at, const char *message)
{
	json_t *o = json_pack("{s:I, s:I, s:I}", "line", (json_int_t)at->line + 1, "column",
			      (json_int_t)at->column + 1, "length", (json_int_t)(at->length ?: 1));

	json_object_set_new(o, "message", json_text(message));
	return o;
}

json_t *diags_json(struct diags *d)
{
	json_t *list = json_array();
	size_t i;

	sort(d);
	for (i = 0; i < d->count; i++) {
		const struct diag *one = &d->list[i];
		json_t *o = place_json(&one->at, one->message);

		json_object_set_new(o, "severity", json_string(severity_name(one)));
		if (one->path)
			json_object_set_new(o, "path", json_text(one->path));
		if (one->related)
			json_object_set_new(o, "related", place_json(&one->other, one->related));
		json_array_append_new(list, o);
	}
	return list;
}

void diags_free(struct diags *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		free(d->list[i].path);
		free(d->list[i].message);
	}
	free(d->list);
	d->list = NULL;
	d->count = 0;
	d->errors = 0;
	d->dropped = 0;
}
