// SPDX-License-Identifier: GPL-2.0-only
/*
 * Criterion's own main() except for its end: Criterion 2.4 leaks a list entry of its
 * own when many tests run at a time. Tests run in processes of their own, which
 * do not return to here, so their leaks are still found (fatal.c).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct criterion_test_set *tests = criterion_initialize();
	int failed = 0;

	if (criterion_handle_args(argc, argv, true))
		failed = !criterion_run_all_tests(tests);
	criterion_finalize(tests);
	fflush(NULL);
	_exit(failed);
}
