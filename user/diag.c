// SPDX-License-Identifier: GPL-2.0-only
#include "diag.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define MAX_SHOWN 100	/* diagnostics */
#define MAX_CONTEXT 120 /* characters of a line */

int diags_add(struct diags *d, struct place at, const char *path, const char *format, ...)
{
	struct diag new = { .at = at };
	va_list args;

	if (!(d->count & (d->count - 1))) { /* full: a power of 2, or 0 */
		struct diag *list = reallocarray(d->list, d->count ? 2 * d->count : 1, sizeof(*list));

		if (!list)
			return d->failed = -ENOMEM;
		d->list = list;
	}
	va_start(args, format);
	if (vasprintf(&new.message, format, args) < 0)
		new.message = NULL;
	va_end(args);
	new.path = path && *path ? strdup(path) : NULL;
	if (!new.message || (path && *path && !new.path)) {
		free(new.message);
		free(new.path);
		return d->failed = -ENOMEM;
	}
	d->list[d->count++] = new;
	return -EBADMSG;
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

/* By its first two bytes: a control character, a surrogate, an overlong form, beyond U+10FFFF. */
static int is_odd(unsigned char a, unsigned char b)
{
	return (a == 0xc2 && b < 0xa0) || (a == 0xed && b >= 0xa0) || (a == 0xe0 && b < 0xa0) ||
	       (a == 0xf0 && b < 0x90) || (a == 0xf4 && b >= 0x90);
}

/* Bytes of the character at @p if it is UTF-8 and no control character; else 0. */
static size_t printable(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t i, n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	if (n > (size_t)(end - p) || c < 0x20 || c == 0x7f)
		return 0;
	for (i = 1; i < n; i++)
		if (!is_continuation(p[i]))
			return 0;
	return n > 1 && is_odd(c, (unsigned char)p[1]) ? 0 : n;
}

/* What is in a file must not reach the terminal as a command. */
static void print_characters(const char *from, const char *to, FILE *out)
{
	while (from < to) {
		size_t n = printable(from, to);

		if (n)
			fwrite(from, 1, n, out);
		else
			fputc(isspace((unsigned char)*from) ? ' ' : '?', out);
		for (from++; from < to && is_continuation(*from);)
			from++;
	}
}

static void print_text(const char *text, FILE *out)
{
	print_characters(text, text + strlen(text), out);
}

/* Characters to leave out at the start of a line that does not fit. */
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

/* The line, or as much of it as fits around the culprit, and the caret below. */
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

void diags_print(struct diags *d, FILE *out)
{
	size_t i;

	if (d->count)
		qsort(d->list, d->count, sizeof(*d->list), by_place);
	for (i = 0; i < d->count && i < MAX_SHOWN; i++) {
		const struct diag *one = &d->list[i];

		fprintf(out, "%s:%zu:%zu: error: ", d->file, one->at.line + 1, one->at.column + 1);
		print_text(one->message, out);
		fputc('\n', out);
		print_context(d->text, &one->at, out);
		if (one->path) {
			fputs("      at ", out);
			print_text(one->path, out);
			fputc('\n', out);
		}
	}
	if (d->count > MAX_SHOWN)
		fprintf(out, "%s: and %zu more errors\n", d->file, d->count - MAX_SHOWN);
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
}
