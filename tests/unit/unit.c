// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <ftw.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/escape.h"

#define FILE_NAME "p.json"

static bool is_first(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* ---- samples ---- */

struct sample sample_new(const char *marked)
{
	struct sample s = { .text = calloc(1, strlen(marked) + 1) };
	struct place at = {};

	for (; *marked; marked++) {
		if (*marked == '^') {
			cr_assert_lt(s.nr_marks, ARRAY_SIZE(s.marks));
			s.marks[s.nr_marks++] = at;
			continue;
		}
		if (*marked == '$') {
			cr_assert_lt(s.nr_notes, ARRAY_SIZE(s.notes));
			s.notes[s.nr_notes++] = at;
			continue;
		}
		s.text[s.length++] = *marked == '\'' ? '"' : *marked == '`' ? '\'' : *marked;
		at.column += is_first(*marked);
		if (*marked == '\n')
			at = (struct place){ .line = at.line + 1 };
	}
	return s;
}

void sample_free(struct sample *s)
{
	free(s->text);
}

/* Line @line of a text, without its end; the caller frees. */
static char *line_of(const char *text, size_t line)
{
	char *copy, *p;

	while (line--)
		text = strchr(text, '\n') + 1;
	copy = strndup(text, strcspn(text, "\n"));
	for (p = copy; *p; p++)
		if (*p == '\t' || *p == '\r')
			*p = ' ';
	return copy;
}

/* Character @n of @line, as a string. */
static const char *character_of(const char *line, size_t n, char *buffer)
{
	size_t used = 0;

	for (; *line && n; n--)
		for (line++; !is_first(*line); line++)
			;
	while (*line && (!used || !is_first(*line)))
		buffer[used++] = *line++;
	buffer[used] = 0;
	return buffer;
}

static size_t characters(const char *line)
{
	size_t n = 0;

	for (; *line; line++)
		n += is_first(*line);
	return n;
}

/* ---- what diags_print() shows ---- */

/* The next line of *output without its end; NULL at the end. Cuts *output. */
static char *next_line(char **output)
{
	return *output && **output ? strsep(output, "\n") : NULL;
}

/* Each character that a terminal might take for a command is shown as a ?. */
static char *as_shown(const char *line)
{
	const char *end = line + strlen(line);
	char *shown = calloc(1, strlen(line) + 1), *to = shown;
	uint32_t code;

	for (; line < end; line++) {
		size_t n = escape_decode(line, end, &code);

		if (!is_first(*line))
			continue;
		if (n && escape_is_plain(code))
			to = (char *)memcpy(to, line, n) + n;
		else
			*to++ = '?';
	}
	return shown;
}

/* Checks that the caret is below the error, and that the line is that of the source. */
static void expect_context(const char *of, char *context, char *caret, const char *source,
			   const struct place *at)
{
	_cleanup_free_ char *line = as_shown(source);
	char shown[8], meant[8], number[16];
	size_t column;

	snprintf(number, sizeof(number), "%5zu | ", at->line + 1);
	cr_assert(context && caret, "%s: no context", of);
	cr_assert(!strncmp(context, number, strlen(number)), "%s: context \"%s\"", of, context);
	cr_assert(!strncmp(caret, "      | ", 8), "%s: caret \"%s\"", of, caret);
	context += strlen(number);
	caret += 8;
	column = strspn(caret, " ");
	cr_assert_eq(caret[column], '^', "%s: no caret in \"%s\"", of, caret);
	cr_expect_eq(strlen(caret), column + 1 + strspn(caret + column + 1, "~"));
	cr_expect_str_eq(character_of(context, column, shown), character_of(line, at->column, meant),
			 "%s: the caret is at column %zu of \"%s\"", of, column, context);
	if (characters(line) > 120) {
		cr_expect(strstr(line, context), "%s: \"%s\" is no part of the line", of, context);
		return;
	}
	cr_expect_str_eq(context, line, "%s", of);
	cr_expect_eq(column, at->column, "%s: the caret is at column %zu", of, column);
}

/* True if @end is the end of @text or, if it ends in *, occurs anywhere in it. */
static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(end);

	if (end[length - 1] == '*')
		return memmem(text, strlen(text), end, length - 1);
	return strlen(text) >= length && !strcmp(text + strlen(text) - length, end);
}

/* Checks one place: the message and the line. */
static void expect_place(const struct sample *s, char **output, const struct place *at,
			 const char *severity, const char *message)
{
	char *head = next_line(output), *context = next_line(output), *caret = next_line(output);
	char *line = line_of(s->text, at->line), prefix[64];

	snprintf(prefix, sizeof(prefix), FILE_NAME ":%zu:%zu: %s: ", at->line + 1, at->column + 1,
		 severity);
	cr_assert(head && message && *message, "%s: an %s less than expected", s->text, severity);
	cr_expect(!strncmp(head, prefix, strlen(prefix)), "%s: \"%s\", not \"%s\"", s->text, head,
		  prefix);
	cr_expect(ends_with(head, message), "%s: \"%s\", not \"%s\"", s->text, head, message);
	expect_context(s->text, context, caret, line, at);
	free(line);
}

static void expect_one(const struct sample *s, char **output, const struct place *at,
		       const char *severity, const struct expected *e)
{
	expect_place(s, output, at, severity, e->message);
	if (*output && !strncmp(*output, "      at ", 9)) {
		const char *path = next_line(output) + 9;

		cr_expect(e->path && !strcmp(path, e->path), "%s: path %s, not %s", s->text, path,
			  e->path);
	} else {
		cr_expect_null(e->path, "%s: no path, not %s", s->text, e->path);
	}
}

static void expect_all(const struct sample *s, const char *output, const char *severity,
		       const struct expected *expected)
{
	char *copy = strdup(output), *rest = copy;
	size_t i, note = 0;

	for (i = 0; i < s->nr_marks; i++) {
		expect_one(s, &rest, &s->marks[i], severity, &expected[i]);
		if (!expected[i].note)
			continue;
		expect_place(s, &rest, &s->notes[note], "note", expected[i].note);
		note += note + 1 < s->nr_notes;
	}
	cr_expect(!rest || !*rest, "%s: more than expected: %s", s->text, rest);
	free(copy);
}

void expect_shown(const struct sample *s, const char *output, const struct expected *expected)
{
	cr_assert_gt(s->nr_marks, 0, "%s: no error is marked", s->text);
	expect_all(s, output, "error", expected);
}

char *parse_text(const char *text, size_t length, int *err, struct policy **policy)
{
	struct diags diags = { .file = FILE_NAME, .text = text };
	char *output = NULL;
	size_t size;
	FILE *out = open_memstream(&output, &size);

	*err = policy_parse(text, length, &diags, policy);
	diags_print(&diags, out);
	fclose(out);
	diags_free(&diags);
	return output;
}

void expect_errors(const struct sample *s, const struct expected *expected)
{
	struct policy *untouched = (struct policy *)1, *policy = untouched;
	int err;
	char *output = parse_text(s->text, s->length, &err, &policy);

	cr_expect_eq(err, -EBADMSG, "%s: returns %d", s->text, err);
	cr_expect_eq(policy, untouched, "%s: there is a policy", s->text);
	expect_shown(s, output, expected);
	free(output);
}

void expect_bad(const struct bad *table, size_t count)
{
	const struct bad *row;

	for (row = table; row < table + count; row++) {
		struct expected expected = { row->path, row->message, row->note };
		struct sample s = sample_new(row->marked);

		cr_assert_eq(s.nr_marks, 1, "%s: one mark is needed", row->marked);
		expect_errors(&s, &expected);
		sample_free(&s);
	}
}

void expect_warnings(const struct sample *s, const struct expected *expected)
{
	struct policy *policy = NULL;
	int err;
	char *output = parse_text(s->text, s->length, &err, &policy);

	cr_expect_eq(err, 0, "%s: returns %d", s->text, err);
	cr_expect(policy, "%s: there is no policy", s->text);
	expect_all(s, output, "warning", expected);
	free(output);
	policy_free(policy);
}

struct policy *good_policy(const char *marked)
{
	struct sample s = sample_new(marked);
	struct policy *policy = NULL;
	int err;
	char *output = parse_text(s.text, s.length, &err, &policy);

	cr_assert(!err && policy, "%s: %d\n%s", marked, err, output);
	free(output);
	sample_free(&s);
	return policy;
}

/* ---- stderr ---- */

void capture_start(struct capture *c)
{
	c->text = NULL;
	c->terminal = stderr;
	c->stream = stderr = open_memstream(&c->text, &c->size);
}

void capture_expect(struct capture *c, const char *part)
{
	stderr = c->terminal;
	fclose(c->stream);
	if (!part) {
		cr_expect_str_empty(c->text);
	} else {
		cr_expect(!strncmp(c->text, "tierbpf: ", 9), "\"%s\"", c->text);
		cr_expect(c->size && strchr(c->text, '\n') == c->text + c->size - 1,
			  "one line: \"%s\"", c->text);
		cr_expect(strstr(c->text, part), "\"%s\", not \"%s\"", c->text, part);
	}
	free(c->text);
}

void expect_notes(char *text, const char *notes[])
{
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cr_assert(notes && *notes, "\"%s\"", line);
		cr_expect(strstr(line, *notes), "\"%s\", not \"%s\"", line, *notes);
		notes++;
	}
	cr_expect(!notes || !*notes, "nothing says \"%s\"", notes ? *notes : "");
	free(text);
}

/* ---- files ---- */

char *tmp_new(void)
{
	char *dir = tmp_path(getenv("TMPDIR") ?: "/tmp", "tierbpf-unit-XXXXXX");

	cr_assert(mkdtemp(dir), "%s: %s", dir, strerror(errno));
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void tmp_remove(char *dir)
{
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

char *tmp_path(const char *dir, const char *name)
{
	char *path;

	cr_assert_gt(asprintf(&path, "%s/%s", dir, name), 0);
	return path;
}

void tmp_put(const char *dir, const char *name, const void *data, size_t length)
{
	char *path = tmp_path(dir, name), *slash = path + strlen(dir);
	FILE *f;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = 0;
		cr_assert(!mkdir(path, 0755) || errno == EEXIST, "%s: %s", path, strerror(errno));
		*slash = '/';
	}
	f = fopen(path, "w");
	cr_assert(f && fwrite(data, 1, length, f) == length && !fclose(f), "%s: %s", path,
		  strerror(errno));
	free(path);
}

void become_nobody(void)
{
	if (!geteuid())
		cr_assert(!seteuid(65534));
}

void become_root(void)
{
	if (!getuid())
		cr_assert(!seteuid(0));
	prctl(PR_SET_DUMPABLE, 1); /* lost with the change; the leak check needs it */
}
