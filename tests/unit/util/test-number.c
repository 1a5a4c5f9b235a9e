// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"
#include "util/cleanup.h"
#include "util/number.h"

Test(number, gcd)
{
	cr_expect_eq(gcd(12, 18), 6);
	cr_expect_eq(gcd(18, 12), 6);
	cr_expect_eq(gcd(7, 5), 1);
	cr_expect_eq(gcd(0, 9), 9);
	cr_expect_eq(gcd(9, 0), 9);
	cr_expect_eq(gcd(0, 0), 0);
}

Test(number, hex)
{
	const uint8_t bytes[] = { 0x00, 0x7f, 0x80, 0xff };
	char text[2 * sizeof(bytes) + 1];

	cr_expect_str_eq(hex(bytes, sizeof(bytes), text), "007f80ff");
	cr_expect_str_eq(hex(bytes, 0, text), "");
}

/* The address sanitizer sees an element that there is no room for. */
Test(number, array_grow)
{
	_cleanup_free_ size_t *list = NULL;
	size_t i;

	for (i = 0; i < 100; i++) {
		cr_assert_eq(ARRAY_GROW(list, i), 0);
		list[i] = i;
	}
	for (i = 0; i < 100; i++)
		cr_expect_eq(list[i], i);
}
