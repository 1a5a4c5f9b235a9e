// SPDX-License-Identifier: GPL-2.0-only
/*
 * These test the tests and not tierbpf: check-unit builds this file like
 * them, and fails unless the first test passes and the others fail.
 */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdlib.h>

static void *volatile kept;
static volatile int number = INT_MAX;

Test(fatal, nothing)
{
	kept = malloc(100);
	free(kept);
	cr_expect_eq(number, INT_MAX);
}

Test(fatal, leak)
{
	kept = malloc(100);
	kept = NULL;
}

Test(fatal, signed_overflow)
{
	number = number + 1;
}

Test(fatal, read_behind_the_end)
{
	char *volatile p = malloc(100);

	number = p[100];
	free(p);
}
