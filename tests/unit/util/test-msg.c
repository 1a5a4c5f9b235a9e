// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/msg.h"

Test(msg, exit_status)
{
	static const struct {
		int err;
		int status;
	} table[] = {
		{ 0, 0 },	 { -EIO, 1 },	{ -ENOMEM, 1 }, { -EINVAL, 1 }, { -ENOENT, 1 },
		{ -ENODATA, 1 }, { -EFBIG, 1 }, { -4095, 1 },	{ 1, 1 },	{ -EBADMSG, 3 },
		{ -ENOPKG, 4 },	 { -EPERM, 5 }, { -EACCES, 5 }, { -EBUSY, 6 },	{ -ESTALE, 7 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		cr_expect_eq(exit_status(table[i].err), table[i].status, "%d is status %d",
			     table[i].err, exit_status(table[i].err));
}

Test(msg, names_of_the_exit_status)
{
	cr_expect_eq(EXIT_DONE, 0);
	cr_expect_eq(EXIT_FAILED, 1);
	cr_expect_eq(EXIT_USAGE, 2);
	cr_expect_eq(EXIT_INVALID, 3);
	cr_expect_eq(EXIT_MISSING, 4);
	cr_expect_eq(EXIT_PERMISSION, 5);
	cr_expect_eq(EXIT_BUSY, 6);
	cr_expect_eq(EXIT_DRIFT, 7);
}

Test(msg, fail_says_it_and_returns_the_error)
{
	struct capture c;
	int err;

	capture_start(&c);
	err = fail(-EBUSY, "locked by %s, %d", "somebody", 3);
	capture_expect(&c, "tierbpf: locked by somebody, 3\n");
	cr_expect_eq(err, -EBUSY);
}

/* Text from files must not add lines, or send commands to the terminal. */
Test(msg, what_is_no_plain_text_is_escaped)
{
	struct capture c;

	capture_start(&c);
	fail(0, "%s: missing", "a\ntierbpf: b\033[2J\xe2\x80\xae");
	capture_expect(&c, "tierbpf: a\\x0atierbpf: b\\x1b[2J\\u202e: missing\n");
}

Test(msg, note)
{
	struct capture c;

	capture_start(&c);
	note("node %d", 7);
	capture_expect(&c, "tierbpf: node 7\n");
}

/* On a terminal, output and messages appear in the order in which they were written. */
Test(msg, what_was_printed_before_comes_first)
{
	FILE *terminal = stdout;
	struct capture c;
	char *text;
	size_t size;

	stdout = open_memstream(&text, &size);
	fputs("before", stdout);
	capture_start(&c);
	note("after");
	capture_expect(&c, "after");
	cr_expect_eq(size, 6);
	fclose(stdout);
	stdout = terminal;
	free(text);
}
