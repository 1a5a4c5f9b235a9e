// SPDX-License-Identifier: GPL-2.0-only
/* Lines and columns count from 0 in a diagnostic, and from 1 in the output. */
#include "unit.h"

/* Returns the output of diags_print(), which the caller frees, and frees the list. */
static char *print(struct diags *d)
{
	char *output;
	size_t size;
	FILE *out = open_memstream(&output, &size);

	diags_print(d, out);
	fclose(out);
	diags_free(d);
	return output;
}

static void expect_output(struct diags *d, const char *expected)
{
	char *output = print(d);

	cr_expect_str_eq(output, expected);
	free(output);
}

Test(diag, none)
{
	struct diags d = { .file = "f", .text = "text\n" };

	expect_output(&d, "");
}

Test(diag, one)
{
	struct diags d = { .file = "dir/f.json", .text = "one\n  two three\nfour\n" };
	int err = diags_add(&d, (struct place){ 1, 6, 5 }, "a[0].b", "%s is %d", "three", 3);

	cr_expect_eq(err, -EBADMSG);
	cr_expect_eq(d.count, 1);
	cr_expect_eq(d.failed, 0);
	expect_output(&d, "dir/f.json:2:7: error: three is 3\n"
			  "    2 |   two three\n"
			  "      |       ^~~~~\n"
			  "      at a[0].b\n");
	cr_expect_eq(d.count, 0);
}

Test(diag, no_path)
{
	struct diags d = { .file = "f", .text = "x" };

	diags_add(&d, (struct place){ 0, 0, 0 }, NULL, "a");
	diags_add(&d, (struct place){ 0, 0, 1 }, "", "b");
	expect_output(&d, "f:1:1: error: a\n    1 | x\n      | ^\n"
			  "f:1:1: error: b\n    1 | x\n      | ^\n");
}

Test(diag, sorted_by_line_and_column)
{
	static const struct place places[] = { { 2, 1 }, { 0, 9 },  { 11, 0 },
					       { 2, 0 }, { 0, 10 }, { 1, 5 } };
	struct diags d = { .file = "f", .text = "" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		diags_add(&d, places[i], NULL, "%zu", i);
	expect_output(&d, "f:1:10: error: 1\n    1 | \n      |          ^\n"
			  "f:1:11: error: 4\n    1 | \n      |           ^\n"
			  "f:2:6: error: 5\n"
			  "f:3:1: error: 3\n"
			  "f:3:2: error: 0\n"
			  "f:12:1: error: 2\n");
}

Test(diag, columns_count_characters)
{
	struct diags d = { .file = "f", .text = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 x\n" };

	diags_add(&d, (struct place){ 0, 4, 1 }, NULL, "x");
	expect_output(&d, "f:1:5: error: x\n"
			  "    1 | \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 x\n"
			  "      |     ^\n");
}

Test(diag, tabs_and_carriage_returns)
{
	struct diags d = { .file = "f", .text = "a\r\n\t\tb\tc\r\nd" };

	diags_add(&d, (struct place){ 1, 4, 1 }, NULL, "c");
	diags_add(&d, (struct place){ 2, 0, 1 }, NULL, "d");
	expect_output(&d, "f:2:5: error: c\n    2 |   b c \n      |     ^\n"
			  "f:3:1: error: d\n    3 | d\n      | ^\n");
}

/* Nothing in a file may reach the terminal as a command. */
Test(diag, control_characters)
{
	struct diags d = { .file = "f", .text = "\x1b[31m \xc2\x9b \x7f \x80 \xff \xed\xa0\x80 x" };

	diags_add(&d, (struct place){ 0, 17, 1 }, "a.\x1b[2Jb\n\xc2\x9b\xe2",
		  "key \"\x1b[1m\n\r\x7f\xe2\x82\" \xc3\xa9");
	expect_output(&d, "f:1:18: error: key \"?[1m  ??\" \xc3\xa9\n"
			  "    1 | ?[31m ? ?  ? ? x\n"
			  "      |                  ^\n"
			  "      at a.?[2Jb ??\n");
}

/* The first and the last of each length of UTF-8, and their neighbours that are none. */
Test(diag, edges_of_utf8)
{
	static const struct {
		const char *message;
		const char *shown;
	} table[] = {
		{ " ~", " ~" },
		{ "\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf" },
		{ "\xe0\xa0\x80\xed\x9f\xbf", "\xe0\xa0\x80\xed\x9f\xbf" },
		{ "\xee\x80\x80\xef\xbf\xbf", "\xee\x80\x80\xef\xbf\xbf" },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
		{ "\x1f|\x7f|\xc2\x80|\xc2\x9f", "?|?|?|?" },
		{ "\x80|\xc0\x80|\xc1\xbf|\xbf", "?|?|?|" }, /* the last one belongs to its | */
		{ "\xe0\x9f\xbf|\xed\xa0\x80|\xf0\x8f\xbf\xbf", "?|?|?" },
		{ "\xf4\x90\x80\x80|\xf5\x80\x80\x80|\xff", "?|?|?" },
		{ "\xc3|\xe2\x82|\xf0\x9f\x98|\xc3", "?|?|?|?" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct diags d = { .file = "f", .text = "" };
		char expected[100];

		diags_add(&d, (struct place){ 9, 0, 0 }, NULL, "%s", table[i].message);
		snprintf(expected, sizeof(expected), "f:10:1: error: %s\n", table[i].shown);
		expect_output(&d, expected);
	}
}

/*
 * More than one line of a terminal is cut to what is around the culprit, 60 characters to both
 * sides.
 */
Test(diag, long_line)
{
	char text[2001], *output, *line, *caret;
	size_t column;

	for (column = 0; column < 2000; column++)
		text[column] = (char)('a' + column % 23);
	text[2000] = 0;
	for (column = 0; column < 2000; column++) {
		struct diags d = { .file = "f", .text = text };

		diags_add(&d, (struct place){ 0, column, 1000 }, NULL, "x");
		output = print(&d);
		line = strchr(output, '\n') + 9;
		caret = strchr(line, '\n') + 9;
		cr_assert_eq(strcspn(line, "\n"), 120, "%zu", column);
		cr_assert_eq(strcspn(caret, "\n"), 120, "%zu", column);
		cr_assert_eq(strcspn(caret, "^"), column < 60	? column :
						  column < 1940 ? 60 :
								  column - 1880);
		cr_assert_eq(line[strcspn(caret, "^")], text[column], "%zu:\n%s", column, output);
		cr_assert(strstr(text, strndupa(line, strcspn(line, "\n"))));
		free(output);
	}
}

Test(diag, line_that_just_fits)
{
	char text[121], expected[300];
	struct diags d = { .file = "f", .text = text };

	memset(text, '.', 120);
	text[120] = 0;
	diags_add(&d, (struct place){ 0, 119, 9 }, NULL, "x");
	snprintf(expected, sizeof(expected), "f:1:120: error: x\n    1 | %s\n      | %119s^\n",
		 text, "");
	expect_output(&d, expected);
}

Test(diag, context_reaches_both_ways)
{
	char text[301];
	struct diags d = { .file = "f", .text = text };
	char *output;

	memset(text, '.', 300);
	text[300] = 0;
	text[149] = '<';
	text[151] = '>';
	diags_add(&d, (struct place){ 0, 150, 1 }, NULL, "x");
	output = print(&d);
	cr_expect(strstr(output, ".....<.>....."), "%s", output);
	free(output);
}

/* No line, or a place behind its end. */
Test(diag, place_that_is_not_there)
{
	struct diags d = { .file = "f", .text = "ab\n" };

	diags_add(&d, (struct place){ 0, 2, 0 }, NULL, "end");
	diags_add(&d, (struct place){ 1, 0, 0 }, NULL, "last");
	diags_add(&d, (struct place){ 7, 3, 0 }, "p", "nowhere");
	expect_output(&d, "f:1:3: error: end\n    1 | ab\n      |   ^\n"
			  "f:2:1: error: last\n    2 | \n      | ^\n"
			  "f:8:4: error: nowhere\n      at p\n");
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

Test(diag, a_hundred_are_shown)
{
	static const struct {
		size_t added;
		const char *rest;
	} table[] = {
		{ 99, NULL },
		{ 100, NULL },
		{ 101, "f: and 1 more\n" },
		{ 5000, "f: and 4900 more\n" },
	};
	size_t row, i;

	for (row = 0; row < ARRAY_SIZE(table); row++) {
		struct diags d = { .file = "f", .text = "x" };
		char *output;

		for (i = 0; i < table[row].added; i++)
			diags_add(&d, (struct place){ 0, 5000 - i, 0 }, "p", "m");
		output = print(&d);
		cr_expect_eq(count(output, "error: m\n"), table[row].added < 100 ? 99 : 100);
		cr_expect_eq(count(output, " more\n"), table[row].rest ? 1 : 0);
		cr_expect(!table[row].rest || strstr(output, table[row].rest), "%s", output);
		free(output);
	}
}

/* Diagnostics after the limit are only counted. A second place is never added to another error. */
Test(diag, ten_thousand_are_kept)
{
	struct diags d = { .file = "f", .text = "x" };
	char *output;
	size_t i;

	for (i = 0; i < 10003; i++)
		cr_assert_eq(diags_add(&d, (struct place){}, NULL, "m"), -EBADMSG);
	diags_relate(&d, (struct place){}, "elsewhere");
	cr_expect_eq(d.count, 10000);
	cr_expect_eq(d.errors, 10003);
	cr_expect_eq(d.dropped, 3);
	cr_expect_null(d.list[9999].related);
	output = print(&d);
	cr_expect(strstr(output, "f: and 9903 more\n"), "%s", output);
	cr_expect_eq(d.dropped, 0);
	free(output);
}

/* ---- warnings and second places ---- */

Test(diag, warning)
{
	struct diags d = { .file = "f", .text = "one two\n" };

	cr_expect_eq(diags_warn(&d, (struct place){ 0, 4, 3 }, "p", "%s", "hm"), 0);
	cr_expect_eq(d.count, 1);
	cr_expect_eq(d.errors, 0);
	diags_add(&d, (struct place){ 0, 0, 3 }, NULL, "no");
	cr_expect_eq(d.count, 2);
	cr_expect_eq(d.errors, 1);
	expect_output(&d, "f:1:1: error: no\n    1 | one two\n      | ^~~\n"
			  "f:1:5: warning: hm\n    1 | one two\n      |     ^~~\n      at p\n");
	cr_expect_eq(d.errors, 0);
}

/* The second place belongs to what was added last, and is shown below it wherever it lies. */
Test(diag, related)
{
	struct diags d = { .file = "f", .text = "min\nmax\n" };

	diags_relate(&d, (struct place){ 0, 0, 1 }, "of nothing");
	diags_add(&d, (struct place){ 1, 0, 3 }, "p", "less");
	diags_relate(&d, (struct place){ 0, 1, 2 }, "the min is here");
	diags_add(&d, (struct place){ 0, 0, 0 }, NULL, "first");
	expect_output(&d, "f:1:1: error: first\n    1 | min\n      | ^\n"
			  "f:2:1: error: less\n    2 | max\n      | ^~~\n      at p\n"
			  "f:1:2: note: the min is here\n    1 | min\n      |  ^~\n");
}

/* ---- for programs ---- */

static void expect_json(struct diags *d, const char *expected)
{
	json_t *list = diags_json(d);
	char *text = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(text, expected);
	free(text);
	json_decref(list);
	diags_free(d);
}

Test(diag, json)
{
	struct diags none = { .file = "f", .text = "" }, d = { .file = "f", .text = "one\n  two\n" };

	expect_json(&none, "[]");
	diags_warn(&d, (struct place){ 1, 2, 3 }, "rules[0]", "late");
	diags_relate(&d, (struct place){ 0, 1, 2 }, "here");
	diags_add(&d, (struct place){ 0, 0, 0 }, NULL, "first \"%s\"", "x");
	expect_json(&d,
		    "[{\"column\":1,\"length\":1,\"line\":1,\"message\":\"first \\\"x\\\"\","
		    "\"severity\":\"error\"},"
		    "{\"column\":3,\"length\":3,\"line\":2,\"message\":\"late\",\"path\":\"rules[0]\","
		    "\"related\":{\"column\":2,\"length\":2,\"line\":1,\"message\":\"here\"},"
		    "\"severity\":\"warning\"}]");
}

/* All diagnostics are valid JSON, even if the text is not UTF-8. */
Test(diag, json_of_odd_text)
{
	struct diags d = { .file = "f", .text = "" };
	json_t *list;
	size_t i;

	diags_add(&d, (struct place){},
		  "a.\xff"
		  "b",
		  "half \xe2\x82 and \xc3\xa9\n");
	expect_json(&d,
		    "[{\"column\":1,\"length\":1,\"line\":1,"
		    "\"message\":\"half \\\\xe2\\\\x82 and \xc3\xa9\\\\x0a\",\"path\":\"a.\\\\xffb\",\"severity\":\"error\"}]");
	for (i = 0; i < 300; i++)
		diags_add(&d, (struct place){}, NULL, "x");
	list = diags_json(&d);
	cr_expect_eq(json_array_size(list), 300);
	json_decref(list);
	diags_free(&d);
}
