// SPDX-License-Identifier: GPL-2.0-only
#include "engine/libbpf-log.h"

#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/msg.h"

#define LOG_BEGIN "': -- BEGIN PROG LOAD LOG --\n"
#define LOG_END "-- END PROG LOAD LOG --"

static FILE *stream;
static char *text;
static size_t length;

/* Further lines of a message are indented, so that a name with a line break cannot imitate a message. */
static void show(const char *format, va_list args)
{
	_cleanup_free_ char *message = NULL;
	char *line, *rest, *last;

	if (vasprintf(&message, format, args) < 0) {
		message = NULL;
		return;
	}
	last = strrchr(message, '\n');
	if (last && !last[1])
		*last = 0;
	for (rest = message; (line = strsep(&rest, "\n"));) {
		escape_print(line, stderr);
		fputs(rest ? "\n    | " : "\n", stderr);
	}
}

static int hear(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list copy;

	if (getenv("TIERBPF_DEBUG")) {
		va_copy(copy, args);
		show(format, copy);
		va_end(copy);
	}
	return stream && level == LIBBPF_WARN ? vfprintf(stream, format, args) : 0;
}

void bpf_words_listen(void)
{
	if (stream)
		fclose(stream);
	free(text);
	text = NULL;
	/* If memory is short, errors are only explained less precisely. */
	stream = open_memstream(&text, &length);
	libbpf_set_print(hear);
}

/* Names and source lines come from the object, so they must not reach a terminal unescaped. */
static void make_printable(void)
{
	char *c;

	for (c = text; *c; c++)
		if (*c != '\n' && !isprint((unsigned char)*c))
			*c = *c == '\t' ? ' ' : '?';
}

const char *bpf_words(void)
{
	if (!stream || fflush(stream) || !text)
		return "";
	make_printable();
	return text;
}

void bpf_words_last(char *line, size_t size)
{
	const char *words = bpf_words();
	size_t end = strlen(words), begin;

	while (end && words[end - 1] == '\n')
		end--;
	for (begin = end; begin && words[begin - 1] != '\n'; begin--)
		;
	if (!strncmp(words + begin, "libbpf: ", strlen("libbpf: ")))
		begin += strlen("libbpf: ");
	snprintf(line, size, "%.*s", (int)(end - begin), words + begin);
}

static const char *find_last(const char *in, const char *what)
{
	const char *found = NULL, *next;

	for (next = strstr(in, what); next; next = strstr(next + 1, what))
		found = next;
	return found;
}

/* The log of the verifier ends with statistics, which are left out. */
static const char *verdict_end(const char *begin)
{
	const char *end = strstr(begin, LOG_END), *statistics;

	end = end ?: begin + strlen(begin);
	statistics = find_last(begin, "\nprocessed ");
	if (statistics && statistics < end)
		end = statistics + 1;
	while (end - begin > 1 && end[-2] == '\n')
		end--;
	return end;
}

static const char *line_before(const char *begin, const char *from)
{
	if (from > begin)
		from--;
	while (from > begin && from[-1] != '\n')
		from--;
	return from;
}

/*
 * Kernels 7.x close with a report for people, after a line of the old kind: that is
 * what to show, whole. Before, the last lines are all there is.
 */
static const char *verdict_begin(const char *begin, const char *end, size_t lines)
{
	const char *report = find_last(begin, "\n\nVerification failed: "), *from = end;

	if (report && report < end)
		return line_before(begin, report + 1);
	while (lines--)
		from = line_before(begin, from);
	return from;
}

static void print_lines(const char *from, const char *end)
{
	while (from < end) {
		size_t size = strcspn(from, "\n");

		fprintf(stderr, "    | %.*s\n", (int)size, from);
		from += size + 1;
	}
}

int bpf_words_print_verdict(const char *file, size_t lines)
{
	const char *begin = find_last(bpf_words(), LOG_BEGIN), *name, *end;

	if (!begin)
		return -ENOENT;
	for (name = begin; name > text && name[-1] != '\''; name--)
		;
	note("%s: the kernel's verifier rejects program %.*s; the end of what it says:", file,
	     (int)(begin - name), name);
	begin += strlen(LOG_BEGIN);
	end = verdict_end(begin);
	print_lines(verdict_begin(begin, end, lines), end);
	return 0;
}
