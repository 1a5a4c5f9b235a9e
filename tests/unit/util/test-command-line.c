// SPDX-License-Identifier: GPL-2.0-only
#include <criterion/criterion.h>

#include "util/command-line.h"

static void expect_line(int argc, char **argv, const char *line)
{
	command_line_keep(argc, argv);
	cr_expect_str_eq(command_line(), line, "%s, not %s", command_line(), line);
}

Test(command_line, words_that_a_shell_leaves_as_they_are)
{
	expect_line(1, (char *[]){ "./build/tierbpf", NULL }, "tierbpf");
	expect_line(4, (char *[]){ "tierbpf", "plan", "--measured=/etc/m.json", "a,b", NULL },
		    "tierbpf plan --measured=/etc/m.json a,b");
}

Test(command_line, words_that_a_shell_would_change_are_quoted)
{
	expect_line(5, (char *[]){ "tierbpf", "load", "", "my policy.json", "$(reboot)", NULL },
		    "tierbpf load '' 'my policy.json' '$(reboot)'");
	expect_line(3, (char *[]){ "tierbpf", "load", "it's", NULL }, "tierbpf load 'it'\\''s'");
}
