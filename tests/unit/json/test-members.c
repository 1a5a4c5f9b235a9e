// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "json/members.h"

/* Each reader records its letter, and fails if the test wants it to. */
struct log {
	char calls[16];
	int err;
};

static int leave(void *context, const char *letter)
{
	struct log *log = context;

	strcat(log->calls, letter);
	return log->err;
}

static int read_one(const struct value *v, void *context)
{
	return value_want(v, VALUE_NUMBER) ?: leave(context, "1");
}

static int read_two(const struct value *v, void *context)
{
	return leave(context, "2");
}

static int read_three(const struct value *v, void *context)
{
	return leave(context, "3");
}

static const struct member table[] = {
	{ "one", read_one, true },
	{ "two", read_two, false },
	{ "three", read_three, true },
};

static const struct members members = MEMBERS(table);

/* Reads a text by the table and expects errors at the marks only. */
static int read_object(const char *marked, struct log *log, const struct expected *expected)
{
	struct sample s = sample_new(marked);
	struct diags diags = { .file = "p.json", .text = s.text };
	struct doc doc;
	struct value root;
	char *output;
	size_t size;
	FILE *out = open_memstream(&output, &size);
	int err;

	cr_assert_eq(doc_parse(s.text, s.length, &diags, &doc), 0, "%s", marked);
	root = doc_root(&doc, &diags);
	err = members_read(&root, &members, log);
	diags_print(&diags, out);
	fclose(out);
	if (expected)
		expect_shown(&s, output, expected);
	else
		cr_expect_str_empty(output, "%s\n%s", marked, output);
	free(output);
	doc_free(&doc);
	diags_free(&diags);
	sample_free(&s);
	return err;
}

Test(object, in_the_order_of_the_table)
{
	static const struct {
		const char *text;
		const char *calls;
	} good[] = {
		{ "{'one': 1, 'two': 2, 'three': 3}", "123" },
		{ "{'three': 3, 'two': 2, 'one': 1}", "123" },
		{ "{'three': 3, 'one': 1}", "13" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		struct log log = {};

		cr_expect_eq(read_object(good[i].text, &log, NULL), 0);
		cr_expect_str_eq(log.calls, good[i].calls, "%s", good[i].text);
	}
}

#define FIRST "the first is here"

Test(object, errors)
{
	static const struct {
		const char *marked;
		struct expected expected[4];
		const char *calls;
	} bad[] = {
		{ "^[]", { { NULL, "an object is expected here, not an array" } }, "" },
		{ "^'one'", { { NULL, "an object is expected here, not a string" } }, "" },
		{ "{'one': ^null, 'three': 3}",
		  { { "one", "a number is expected here, not null" } },
		  "3" },
		{ "{'one': 1, 'three': 3, ^'four': 4}",
		  { { "four", "unknown key \"four\"; known here: one, two, three" } },
		  "13" },
		{ "{'one': 1, 'three': 3, ^'': 4}", { { NULL, "unknown key \"\"; known*" } }, "13" },
		{ "{'one': 1, 'three': 3, ^'One': 4}",
		  { { "One", "unknown key \"One\" (did you mean \"one\"?); known*" } },
		  "13" },
		{ "{'one': 1, 'three': 3, ^'one ': 4}",
		  { { "one ", "unknown key \"one \" (did you mean \"one\"?); known*" } },
		  "13" },
		/* the first is read, the others are told */
		{ "{$'one': 1, 'three': 3, ^'one': 'x'}",
		  { { "one", "error: \"one\" is a duplicate; the first is in line 1", FIRST } },
		  "13" },
		{ "{\n$'one': 1,\n'three': 3, ^'one': 2,\n'two': 2,\n ^'one': 3}",
		  { { "one", "first is in line 2", FIRST }, { "one", "first is in line 2", FIRST } },
		  "123" },
		{ "{'one': 1, 'three': 3, ^'x': 4, ^'x': 4}",
		  { { "x", "unknown key \"x\"; known*" }, { "x", "unknown key \"x\"; known*" } },
		  "13" },
		/* all at once, by place */
		{ "{$'three': 3, ^'x': 1, 'one': ^'1',\n ^'three': 3}",
		  { { "x", "unknown key \"x\"; known*" },
		    { "one", "a number is expected here, not a string" },
		    { "three", "first is in line 1", FIRST } },
		  "3" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct log log = {};

		cr_expect_eq(read_object(bad[i].marked, &log, bad[i].expected), -EBADMSG);
		cr_expect_str_eq(log.calls, bad[i].calls, "%s: \"%s\"", bad[i].marked, log.calls);
	}
}

Test(object, missing)
{
	static const struct expected one = { NULL, "error: \"one\" is missing" };
	static const struct expected three = { NULL, "error: \"three\" is missing" };
	struct log log = {};

	cr_expect_eq(read_object("^{'two': 2, 'three': 3}", &log, &one), -EBADMSG);
	cr_expect_eq(read_object("\n ^{'two': 2, 'one': 1}", &log, &three), -EBADMSG);
	cr_expect_str_eq(log.calls, "2312");
}

Test(object, what_a_reader_returns)
{
	static const int errors[] = { -ENOMEM, -EIO, -EBADMSG };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		struct log log = { .err = errors[i] };

		cr_expect_eq(read_object("{'one': 1, 'two': 2, 'three': 3}", &log, NULL), errors[i]);
		cr_expect_str_eq(log.calls, "123");
	}
}

Test(object, first_error)
{
	static const struct {
		int err;
		int next;
		int result;
	} pairs[] = {
		{ 0, 0, 0 },
		{ 0, -EBADMSG, -EBADMSG },
		{ -EBADMSG, 0, -EBADMSG },
		{ -EBADMSG, -EBADMSG, -EBADMSG },
		{ -EBADMSG, -ENOMEM, -ENOMEM },
		{ -ENOMEM, -EBADMSG, -ENOMEM },
		{ -ENOMEM, 0, -ENOMEM },
		{ -ENOMEM, -EIO, -ENOMEM },
		{ 0, -EIO, -EIO },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++)
		cr_expect_eq(first_error(pairs[i].err, pairs[i].next), pairs[i].result, "%d, %d",
			     pairs[i].err, pairs[i].next);
}

/* A path that is too long ends in dots, and so do longer paths below it. */
static void expect_path(size_t length)
{
	char text[256], key[201] = "", expected[161];
	struct diags diags = {};
	struct sample s;
	struct doc doc;
	struct value root, v, below;
	char path[VALUE_PATH];

	memset(key, 'k', length);
	snprintf(text, sizeof(text), "{'%s': [1]}", key);
	snprintf(expected, sizeof(expected), "%.*s%s", length > 159 ? 156 : 159, key,
		 length > 159 ? "..." : "");
	s = sample_new(text);
	cr_assert_eq(doc_parse(s.text, s.length, &diags, &doc), 0);
	root = doc_root(&doc, &diags);
	v = value_member(&root, 0);
	below = value_element(&v, 0);
	cr_expect_str_eq(value_path(&v, path), expected);
	cr_expect_eq(strlen(value_path(&below, path)), length < 156 ? length + 3 : 159);
	cr_expect_str_eq(path + strlen(path) - 3, length < 157 ? "[0]" : "...");
	doc_free(&doc);
	sample_free(&s);
}

Test(object, long_path)
{
	size_t length;

	for (length = 150; length <= 200; length++)
		expect_path(length);
}

/* ---- the largest text that there may be ---- */

struct large {
	const char *head;
	const char *fillings[2]; /* half of the text each */
	const char *tail;
	size_t errors[2]; /* for each filling */
	size_t less;   /* but so many, which are none */
};

/* Its text, with " for '; the caller frees. *errors is what it must be told. */
static char *large_new(const struct large *l, size_t *errors)
{
	char *text = malloc(TIERBPF_MAX_POLICY_BYTES + 1), *end = stpcpy(text, l->head), *p;
	size_t room = (TIERBPF_MAX_POLICY_BYTES - strlen(l->head) - strlen(l->tail)) / 2, half, n;

	for (*errors = half = 0; half < 2; half++) {
		n = room / strlen(l->fillings[half]);
		*errors += n * l->errors[half];
		while (n--)
			end = stpcpy(end, l->fillings[half]);
	}
	*errors -= l->less;
	strcpy(end, l->tail);
	for (p = text; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return text;
}

/* A second each. Where every key is compared with those before it, a quarter of an hour. */
static void expect_large(const struct large *l)
{
	size_t errors, size;
	char *text = large_new(l, &errors), *output, more[50];
	struct diags diags = { .file = "p.json", .text = text };
	struct log log = {};
	struct doc doc;
	struct value root;
	FILE *out = open_memstream(&output, &size);

	cr_assert_eq(doc_parse(text, strlen(text), &diags, &doc), 0, "%.60s", text);
	root = doc_root(&doc, &diags);
	cr_expect_eq(members_read(&root, &members, &log), errors ? -EBADMSG : 0, "%.60s", text);
	cr_expect_str_eq(log.calls, "123");
	cr_expect_eq(diags.errors, errors, "%.60s: %zu errors", text, diags.errors);
	cr_expect_leq(diags.count, 10000);
	diags_print(&diags, out);
	fclose(out);
	cr_expect_lt(size, 100000);
	snprintf(more, sizeof(more), "p.json: and %zu more\n", errors - 100);
	cr_expect(!errors || !strcmp(output + size - strlen(more), more), "%s", more);
	doc_free(&doc);
	diags_free(&diags);
	free(output);
	free(text);
}

Test(object, unknown_keys, .timeout = 30)
{
	expect_large(&(struct large){
		"{'two':2,'one':1", { ",'x':1", ",'y':1" }, ",'three':3}", { 1, 1 } });
}

/* Unknown ones first: what is found at once needs no search. */
Test(object, doubled_keys, .timeout = 30)
{
	expect_large(
		&(struct large){ "{'one':1,", { "'x':1,", "'two':2," }, "'three':3}", { 1, 1 }, 1 });
	expect_large(&(struct large){
		"{'three':3,", { "'one':1,", "'two':2," }, "'three':3}", { 1, 1 }, 1 });
}

Test(object, large_and_good, .timeout = 30)
{
	static const struct large rows[] = {
		{ "{'one':1,'two':'", { "x", "y" }, "','three':3}" },
		{ "{'one':1,'two':'", { "\\n", "\\\\" }, "','three':3}" },
		{ "{'one':1,'two':'", { "\xc3\xa9", "\xf0\x9f\x98\x80" }, "','three':3}" },
		{ "{'one':1,", { " ", "\n" }, "'two':2,'three':3}" },
		{ "{'one':1,'two':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		  { "1,", "'x'," },
		  "1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],'three':3}" },
		{ "{'one':1,'two':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		  { "[],", "{'x':1}," },
		  "1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],'three':3}" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		expect_large(&rows[i]);
}
