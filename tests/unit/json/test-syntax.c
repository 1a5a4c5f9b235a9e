// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "json/syntax.h"

static int check(const struct sample *s, char **output)
{
	struct diags diags = { .file = "p.json", .text = s->text };
	size_t size;
	FILE *out = open_memstream(output, &size);
	int err = syntax_check(s->text, s->length, &diags);

	diags_print(&diags, out);
	diags_free(&diags);
	fclose(out);
	return err;
}

static void expect_good(const char *marked)
{
	struct sample s = sample_new(marked);
	char *output;

	cr_expect_eq(check(&s, &output), 0, "%s\n%s", marked, output);
	cr_expect_str_empty(output);
	free(output);
	sample_free(&s);
}

/* Expects one error, at the mark; a syntax error hides all others. */
static void expect_error(const struct sample *s, const char *message)
{
	struct expected expected = { NULL, message };
	char *output;

	cr_assert_eq(s->nr_marks, 1, "%s", s->text);
	cr_expect_eq(check(s, &output), -EBADMSG, "%s", s->text);
	expect_shown(s, output, &expected);
	free(output);
}

Test(syntax, good)
{
	static const char *const table[] = {
		"{}",
		"[]",
		"1",
		"-0.5e+3",
		"true",
		"false",
		"null",
		"''",
		"'a'",
		" \t\r\n{ } \n",
		"[1,[2,[3]]]",
		"{'a': {'b': [1, 2], 'c': '\\u00e9\\n\\\\\\''}}",
		"'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'",
		"99999999999999999999",
		"'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[['",
		"['\\'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[']",
		"{'a': 1, 'a': 2}", /* told by members.c, with its line */
		/* 32 levels */
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		/* more than 32, but not inside of each other */
		"[[[[[[[[[[[[[]]]]]]]]]]]],[[[[[[[[[[[[]]]]]]]]]]]],[[[[[[[[[[[[]]]]]]]]]]]]]",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_good(table[i]);
}

Test(syntax, bad)
{
	static const struct {
		const char *marked;
		const char *message;
	} table[] = {
		{ "^", "the file is empty" },
		{ "^ ", "the file is empty" },
		{ "^ \t\r\n\n  \n", "the file is empty" },
		/* commas */
		{ "[1,^]", "unexpected token near ']' (no comma may stand before it)" },
		{ "{'a': 1,^}", "string or '}' expected near '}' (no comma may stand before it)" },
		{ "{'a': 1,\n  ^}\n", "(no comma may stand before it)" },
		{ "[^,1]", "unexpected token near ','" },
		{ "[1,^,2]", "unexpected token near ','" },
		{ "[1 ^'b']", "']' expected near '\"b\"' (is a comma missing before it?)" },
		{ "{'a': 1\n ^'b\\'b': 2}", "(is a comma missing before it?)" },
		{ "{'a': [1] ^['b']}", "(is a comma missing before it?)" },
		{ "{'a': 1 ^{'b': 2}}", "(is a comma missing before it?)" },
		/* comments and quotes of other languages */
		{ "[1, ^// one\n2]", "(JSON has no comments)" },
		{ "^/* one */ [1]", "(JSON has no comments)" },
		{ "[1 ^# one\n]", "(JSON has no comments)" },
		{ "{^`a`: 1}", "(strings need double quotation marks)" },
		{ "{'a': ^`b`}", "(strings need double quotation marks)" },
		{ "{^\xe2\x80\x9c"
		  "a\xe2\x80\x9d: 1}",
		  "(strings need plain quotation marks)" },
		/* words and numbers */
		{ "{'a': ^tru}", "invalid token near 'tru'" },
		{ "{'a': ^True}", "invalid token near 'True' (JSON has true, false and null)" },
		{ "{'a': ^NaN}", "invalid token near 'NaN'" },
		{ "{'a': ^yes\n}", "invalid token near 'yes'" },
		{ "{^a: 1}", "string or '}' expected near 'a' (keys need double quotation marks)" },
		{ "[^1.]", "invalid token near '1.'" },
		{ "[^.5]", "invalid token near '.'" },
		{ "[^+1]", "invalid token near '+' (no number starts with +)" },
		{ "[^01]", "invalid token near '0' (no number starts with 0 and another digit)" },
		{ "[^0x1]", "']' expected near 'x' (JSON has no hexadecimal numbers)" },
		{ "[^1e999]", "the number is too large" },
		{ "[^-1e999]", "the number is too large" },
		/* what is not there */
		{ "{'a': 1^", "'}' expected near end of file" },
		{ "{'a': [1, 2^\n\n\n", "']' expected near end of file" },
		{ "{'a':^", "unexpected token near end of file" },
		{ "{'a'^}", "':' expected near '}'" },
		{ "{'a' ^1}", "':' expected near '1'" },
		{ "[1^", "']' expected near end of file" },
		{ "'abc^", "premature end of input*" },
		{ "{'a': 'abc^\n}", "unexpected newline*" },
		/* what is too much */
		{ "{} ^{}", "end of file expected near '{'" },
		{ "{}\n^}", "end of file expected near '}'" },
		{ "1 ^'a'", "end of file expected*" },
		/* strings */
		{ "['a^\tb']", "control character 0x9*" },
		{ "['\\^x41']", "invalid escape*" },
		{ "[^'\\ud83d']", "invalid Unicode '\\uD83D'*" },
		{ "[^'\\ud83d\\u0041']", "invalid Unicode*" },
		{ "[^'a\\u0000b']", "a string must not contain the character U+0000" },
		{ "{^'a\\u0000b': 1}", "a string must not contain the character U+0000" },
		/* behind characters of several bytes */
		{ "{'\xc3\xa9\xf0\x9f\x98\x80': ^tru}", "invalid token near 'tru'" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct sample s = sample_new(table[i].marked);

		expect_error(&s, table[i].message);
		sample_free(&s);
	}
}

/* These are shown as a question mark: the text of the source cannot be compared. */
Test(syntax, bytes_that_are_not_shown)
{
	static const struct {
		const char *text;
		const char *output;
	} table[] = {
		{ "[\"a\xff\"]",
		  "p.json:1:4: error: not UTF-8: unable to decode byte 0xff near '\"a'\n"
		  "    1 | [\"a?\"]\n      |    ^\n" },
		{ "\n\xc3(", "p.json:2:1: error: not UTF-8: unable to decode byte 0xc3\n"
			     "    2 | ?(\n      | ^\n" },
		{ "[\"\xed\xa0\x80\"]",
		  "p.json:1:3: error: not UTF-8: unable to decode byte 0xed near '\"'\n"
		  "    1 | [\"?\"]\n      |   ^\n" },
		{ "[\"\x1b[0m\"]", "p.json:1:3: error: not JSON: control character 0x1b near '\"'\n"
				   "    1 | [\"?[0m\"]\n      |   ^\n" },
		{ "[\"a\x7f\"]",
		  "p.json:1:4: error: the control character U+007F is not allowed in a string\n"
		  "    1 | [\"a?\"]\n      |    ^\n" },
		{ "[\"\xc2\x85\"]",
		  "p.json:1:3: error: the control character U+0085 is not allowed in a string\n"
		  "    1 | [\"?\"]\n      |   ^\n" },
		{ "[\"\xc2\x9b\"]",
		  "p.json:1:3: error: the control character U+009B is not allowed in a string\n"
		  "    1 | [\"?\"]\n      |   ^\n" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct sample s = sample_new(table[i].text);
		char *output;

		cr_expect_eq(check(&s, &output), -EBADMSG, "%s", table[i].text);
		cr_expect_str_eq(output, table[i].output);
		free(output);
		sample_free(&s);
	}
}

/* These characters are valid JSON, but libyaml does not keep them (doc.h). */
Test(syntax, characters_that_libyaml_does_not_keep)
{
	static const struct {
		const char *marked;
		const char *message;
	} table[] = {
		{ "{'a':\n '^\xe2\x80\xa8'}",
		  "error: the control character U+2028 is not allowed in a string" },
		{ "['^\xe2\x80\xa9']", "U+2029*" },
		{ "['^\xef\xbf\xbe']", "write this character as an escape: \\ufffe" },
		{ "['^\xef\xbf\xbf']", "\\uffff" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct sample s = sample_new(table[i].marked);

		expect_error(&s, table[i].message);
		sample_free(&s);
	}
	/* Their neighbours are fine, and so are all of them as escapes. */
	expect_good("'\xc2\xa0\xe2\x80\xa7\xe2\x80\xaa\xef\xbf\xbd\xef\xbb\xbf'");
	expect_good("'\\u007f\\u0085\\u2028\\u2029\\ufffe\\uffff'");
}

Test(syntax, byte_order_mark)
{
	struct sample s = sample_new("^\xef\xbb\xbf{}");

	expect_error(&s, "the file starts with a byte order mark; save it without");
	sample_free(&s);
	s = sample_new("^\xef\xbb\xbf");
	expect_error(&s, "byte order mark*");
	sample_free(&s);
}

Test(syntax, zero_byte)
{
	static const char *const marked[] = { "^@{}", "{^@}", "{'a^@': 1}", "{}\n^@", "^@" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(marked); i++) {
		struct sample s = sample_new(marked[i]);

		*strchr(s.text, '@') = 0;
		expect_error(&s, "a zero byte: the file is not text");
		sample_free(&s);
	}
}

/* @depth brackets without their ends: not JSON either, but jansson looks 2,048 deep only. */
static void expect_nested(size_t depth, const char *message)
{
	struct sample s = { .text = calloc(1, depth + 1), .length = depth };
	char *output;

	memset(s.text, '[', depth);
	cr_expect_eq(check(&s, &output), -EBADMSG);
	cr_expect(strstr(output, message), "%s", output);
	free(output);
	sample_free(&s);
}

Test(syntax, nesting_bomb, .timeout = 20)
{
	expect_nested(2047, "p.json:1:2048: error: not JSON: ']' expected near end of file\n");
	expect_nested(2049, "p.json:1:2049: error: nested too deeply\n");
	expect_nested(100000, "p.json:1:2049: error: nested too deeply\n");
	expect_nested(1 << 20, "p.json:1:2049: error: nested too deeply\n");
}

Test(syntax, nesting_of_valid_text)
{
	char marked[68] = "";
	struct sample s;

	memset(marked, '[', 34);
	marked[32] = '^'; /* before the 33rd */
	memset(marked + 34, ']', 33);
	s = sample_new(marked);
	expect_error(&s, "nested too deeply");
	sample_free(&s);
}
