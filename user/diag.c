// SPDX-License-Identifier: GPL-2.0-only
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

#define MAX_SHOWN 100	/* diagnostics */
#define MAX_CONTEXT 120 /* characters of a line */

int diags_add(struct diags *d, struct place at, const char *path, const char *format, ...)
{
	struct diag *list = reallocarray(d->list, d->count + 1, sizeof(*list));
	struct diag new = { .at = at };
	va_list args;

	if (!list)
		return d->failed = -ENOMEM;
	d->list = list;
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

static void print_characters(const char *from, const char *to, FILE *out)
{
	for (; from < to; from++)
		fputc((unsigned char)*from < 0x20 || *from == 0x7f ? ' ' : *from, out);
}

/* The line, or as much of it as fits around the culprit, and the caret below. */
static void print_context(const char *text, const struct place *at, FILE *out)
{
	size_t skip = at->column > MAX_CONTEXT / 2 ? at->column - MAX_CONTEXT / 2 : 0;
	const char *line = find_line(text, at->line);
	const char *start, *end;
	size_t i;

	if (!line)
		return;
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

		fprintf(out, "%s:%zu:%zu: error: %s\n", d->file, one->at.line + 1,
			one->at.column + 1, one->message);
		print_context(d->text, &one->at, out);
		if (one->path)
			fprintf(out, "      at %s\n", one->path);
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
