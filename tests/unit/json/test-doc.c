// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <inttypes.h>

#include "json/doc.h"

/* A document and its errors. */
struct fixture {
	struct sample source;
	struct diags diags;
	struct doc doc;
	struct value root;
};

static void start(struct fixture *f, const char *marked)
{
	*f = (struct fixture){ .source = sample_new(marked) };
	f->diags.file = "p.json";
	f->diags.text = f->source.text;
	cr_assert_eq(doc_parse(f->source.text, f->source.length, &f->diags, &f->doc), 0, "%s",
		     marked);
	cr_assert_eq(f->diags.count, 0);
	f->root = doc_root(&f->doc, &f->diags);
}

static void end(struct fixture *f)
{
	doc_free(&f->doc);
	diags_free(&f->diags);
	sample_free(&f->source);
}

/* Expects exactly one error, at the mark. */
static void end_with_error(struct fixture *f, const char *path, const char *message)
{
	struct expected expected = { path, message };
	char *output;
	size_t size;
	FILE *out = open_memstream(&output, &size);

	diags_print(&f->diags, out);
	fclose(out);
	expect_shown(&f->source, output, &expected);
	free(output);
	end(f);
}

static void expect_path(const struct value *v, const char *expected)
{
	char path[VALUE_PATH];

	cr_expect_str_eq(value_path(v, path), expected);
}

Test(doc, kinds)
{
	static const struct {
		const char *text;
		enum value_kind kind;
		const char *name;
	} table[] = {
		{ "null", VALUE_NULL, "null" },		  { "true", VALUE_BOOL, "true or false" },
		{ "false", VALUE_BOOL, "true or false" }, { "0", VALUE_NUMBER, "a number" },
		{ "-1.5e+3", VALUE_NUMBER, "a number" },  { "''", VALUE_STRING, "a string" },
		{ "'null'", VALUE_STRING, "a string" },	  { "'true'", VALUE_STRING, "a string" },
		{ "'1'", VALUE_STRING, "a string" },	  { "[]", VALUE_ARRAY, "an array" },
		{ "{}", VALUE_OBJECT, "an object" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;

		start(&f, table[i].text);
		cr_expect_eq(value_kind(&f.root), table[i].kind, "%s", table[i].text);
		cr_expect_str_eq(value_kind_name(table[i].kind), table[i].name);
		cr_expect_eq(value_want(&f.root, table[i].kind), 0);
		expect_path(&f.root, "");
		end(&f);
	}
}

Test(doc, want)
{
	struct fixture f;
	struct value v;

	start(&f, "[1, ^{}]");
	v = value_element(&f.root, 1);
	cr_expect_eq(value_want(&v, VALUE_STRING), -EBADMSG);
	end_with_error(&f, "[1]", "error: a string is expected here, not an object");
}

Test(doc, arrays_and_objects)
{
	struct fixture f;
	struct value a, b, c;

	start(&f, "{'b': [10, 'x', []], 'a': {'c.d': null}, 'a': 2}");
	cr_assert_eq(value_size(&f.root), 3);
	a = value_key(&f.root, 0);
	cr_expect_str_eq(value_text(&a), "b"); /* in the order of the text */
	expect_path(&a, "b");
	a = value_member(&f.root, 0);
	expect_path(&a, "b");
	cr_assert_eq(value_length(&a), 3);
	b = value_element(&a, 2);
	expect_path(&b, "b[2]");
	cr_expect_eq(value_length(&b), 0);
	b = value_element(&a, 0);
	cr_expect_str_eq(value_text(&b), "10");
	a = value_member(&f.root, 1);
	c = value_member(&a, 0);
	expect_path(&c, "a.c.d");
	cr_expect_eq(value_kind(&c), VALUE_NULL);
	a = value_member(&f.root, 2); /* a key that is doubled is there twice */
	cr_expect_str_eq(value_text(&a), "2");
	end(&f);
}

/* Characters and lines as people count them, whatever stands before. */
Test(doc, places)
{
	static const char *const table[] = {
		"[^1]",
		"[\n\t^1\n]",
		"\t[^1]",
		"\t\t[\t^1\t]\t",
		"[\r\n  ^1\r\n]\r\n",
		"[\r^1]",
		"['\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80', ^1]",
		"['\\n\\u2028\\t\\\\\\'', ^1]",
		"['\xef\xbb\xbf', ^1]",
		"[{'a':1,'b':[true,false,null,-1]},^1]",
		"\n\n\n\n[ ^1 ]",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;
		struct value last;
		char path[VALUE_PATH];

		start(&f, table[i]);
		last = value_element(&f.root, value_length(&f.root) - 1);
		cr_assert_str_eq(value_text(&last), "1");
		cr_expect_eq(value_error(&last, "here"), -EBADMSG);
		end_with_error(&f, value_path(&last, path), "error: here");
	}
}

Test(doc, length_of_a_place)
{
	static const struct {
		const char *text;
		size_t length;
	} table[] = {
		{ "'abc'", 5 },
		{ "''", 2 },
		{ "'\\u0041'", 8 },
		{ "'\xf0\x9f\x98\x80'", 3 },
		{ "-12.5", 5 },
		{ "false", 5 },
		{ "'0123456789012345678901234567890123456789012345678901234567890'", 40 },
		{ "[1, 2]", 0 },
		{ "{\n}", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;

		start(&f, table[i].text);
		cr_expect_eq(value_place(&f.root).length, table[i].length, "%s", table[i].text);
		end(&f);
	}
}

Test(doc, strings)
{
	static const struct {
		const char *text;
		const char *value;
	} table[] = {
		{ "''", "" },
		{ "'  a  b  '", "  a  b  " },
		{ "'# no: comment, - [ ] { } & * ! | > % @ `x` ~'",
		  "# no: comment, - [ ] { } & * ! | > % @ 'x' ~" },
		{ "'\\'\\\\\\/'", "\"\\/" },
		{ "'\\u0041\\u00e9\\u20ac'", "A\xc3\xa9\xe2\x82\xac" },
		{ "'\xf0\x9f\x98\x80'", "\xf0\x9f\x98\x80" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;
		const char *value = NULL;

		start(&f, table[i].text);
		cr_expect_eq(value_string(&f.root, &value), 0);
		cr_expect_str_eq(value, table[i].value);
		end(&f);
	}
}

/* However they are written. */
Test(doc, strings_with_control_characters)
{
	static const char *const table[] = {
		"'\\b'",	  "'\\f'",	    "'\\n'",	 "'\\r'",     "'\\t'",
		"'a\\u001b'",	  "'\\u007f'",	    "'\\u0080'", "'\\u009f'", "'\\u061c'",
		"'\\u200e'",	  "'\\u200f'",	    "'\\u2028'", "'\\u2029'", "'\\u202a'",
		"'\xe2\x80\xae'", "'\xe2\x81\xa6'", "'\\u2069'",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;
		const char *value = NULL;

		start(&f, table[i]);
		cr_expect_eq(value_string(&f.root, &value), -EBADMSG, "%s", table[i]);
		end(&f);
	}
}

Test(doc, string_of_another_kind)
{
	const char *value = "untouched";
	struct fixture f;

	start(&f, "^null");
	cr_expect_eq(value_string(&f.root, &value), -EBADMSG);
	cr_expect_str_eq(value, "untouched");
	end_with_error(&f, NULL, "error: a string is expected here, not null");
}

Test(doc, bools)
{
	struct fixture f;
	bool value = false;

	start(&f, "true");
	cr_expect_eq(value_bool(&f.root, &value), 0);
	cr_expect_eq(value, true);
	end(&f);
	start(&f, "false");
	cr_expect_eq(value_bool(&f.root, &value), 0);
	cr_expect_eq(value, false);
	end(&f);
	start(&f, "^1");
	cr_expect_eq(value_bool(&f.root, &value), -EBADMSG);
	end_with_error(&f, NULL, "error: true or false is expected here, not a number");
}

Test(doc, numbers)
{
	static const struct {
		const char *text;
		int64_t min;
		int64_t max;
		int64_t value;
	} table[] = {
		{ "0", 0, 0, 0 },
		{ "-0", 0, 0, 0 },
		{ "-5", -5, 5, -5 },
		{ "5", -5, 5, 5 },
		{ "9223372036854775807", 0, INT64_MAX, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, 0, INT64_MIN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;
		int64_t value = 77;

		start(&f, table[i].text);
		cr_expect_eq(value_int(&f.root, table[i].min, table[i].max, &value), 0);
		cr_expect_eq(value, table[i].value, "%s: %" PRId64, table[i].text, value);
		end(&f);
	}
}

Test(doc, numbers_that_are_none)
{
	static const struct {
		const char *marked;
		const char *message;
	} table[] = {
		{ "^-6", "error: -6 is not within -5..5" },
		{ "^6", "error: 6 is not within -5..5" },
		{ "^9223372036854775808", "9223372036854775808 is not within -5..5" },
		{ "^99999999999999999999", "99999999999999999999 is not within -5..5" },
		{ "^-99999999999999999999", "-99999999999999999999 is not within -5..5" },
		{ "^1.5", "error: a whole number is expected here" },
		{ "^1.0", "error: a whole number is expected here" },
		{ "^1e3", "error: a whole number is expected here" },
		{ "^'1'", "error: a number is expected here, not a string" },
		{ "^true", "error: a number is expected here, not true or false" },
		{ "^[1]", "error: a number is expected here, not an array" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct fixture f;
		int64_t value;

		start(&f, table[i].marked);
		cr_expect_eq(value_int(&f.root, -5, 5, &value), -EBADMSG);
		end_with_error(&f, NULL, table[i].message);
	}
}
