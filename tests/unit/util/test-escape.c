// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/escape.h"

static void expect_escaped(const char *text, const char *expected)
{
	char *escaped = escape_text(text);

	cr_expect_str_eq(escaped, expected);
	free(escaped);
}

Test(escape, plain_text_stays)
{
	expect_escaped("", "");
	expect_escaped(" ~ back\\slash \xc2\xa0 \xc3\xa9 \xe2\x80\xa6 \xe5\xb1\xa4 \xf0\x9f\x90\xa7",
		       " ~ back\\slash \xc2\xa0 \xc3\xa9 \xe2\x80\xa6 \xe5\xb1\xa4 \xf0\x9f\x90\xa7");
	/* The neighbours of characters that are not plain. */
	expect_escaped("\xd8\x9b\xd8\x9d\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
		       "\xd8\x9b\xd8\x9d\xe2\x80\x8d\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
}

Test(escape, control_characters)
{
	expect_escaped("\033]0;t\a\033[2J", "\\x1b]0;t\\x07\\x1b[2J");
	expect_escaped("a\nb\tc\r\177", "a\\x0ab\\x09c\\x0d\\x7f");
	expect_escaped("\xc2\x80\xc2\x9b"
		       "31m\xc2\x9f",
		       "\\u0080\\u009b31m\\u009f");
}

Test(escape, lines_and_directions)
{
	expect_escaped("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029");
	expect_escaped("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f");
	expect_escaped("\xe2\x80\xaa\xe2\x80\xae", "\\u202a\\u202e");
	expect_escaped("\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069");
}

/* A byte of C1 alone, which terminals without UTF-8 take for a command, too. */
Test(escape, what_is_no_utf8)
{
	expect_escaped("\x9b"
		       "31m",
		       "\\x9b31m");
	expect_escaped("\xc0\x9b\xc1\xbf", "\\xc0\\x9b\\xc1\\xbf");
	expect_escaped("\xe0\x80\x9b", "\\xe0\\x80\\x9b");
	expect_escaped("\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b");
	expect_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");
	expect_escaped("\xf4\x90\x80\x80\xf5", "\\xf4\\x90\\x80\\x80\\xf5");
	expect_escaped("\xe2\x80", "\\xe2\\x80");
	expect_escaped("\xe2", "\\xe2");
	expect_escaped("\xc3"
		       "a",
		       "\\xc3a");
}
