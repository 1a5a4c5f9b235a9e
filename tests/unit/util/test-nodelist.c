// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/nodelist.h"

#define MAX 1023

/* The ranges as "first-last first-last". */
static void print_ranges(const struct range *ranges, size_t count, char *text, size_t size)
{
	size_t i, used = 0;

	*text = 0;
	for (i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u-%u", i ? " " : "",
					 ranges[i].first, ranges[i].last);
}

Test(nodelist, good)
{
	static const struct {
		const char *text;
		const char *ranges;
	} table[] = {
		{ "0", "0-0" },
		{ "1023", "1023-1023" },
		{ "0,2-5", "0-0 2-5" },
		{ "0-1023", "0-1023" },
		{ "5-5", "5-5" },
		{ "7,3,5", "7-7 3-3 5-5" }, /* the order of the text */
		{ "1,1,0-2", "1-1 1-1 0-2" },
		{ "007", "7-7" },
		{ "000000000000000000000000000000001", "1-1" },
		{ " 1 , 2 - 3 ", "1-1 2-3" },
		{ "0-1,4\n", "0-1 4-4" }, /* sysfs */
		{ "\t1\r\n", "1-1" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct range *ranges = NULL;
		size_t count = 0, bad = 0;
		const char *why = NULL;
		char text[100];
		int err = nodelist_parse(table[i].text, MAX, &ranges, &count, &bad, &why);

		cr_assert_eq(err, 0, "\"%s\": %s", table[i].text, why);
		print_ranges(ranges, count, text, sizeof(text));
		cr_expect_str_eq(text, table[i].ranges, "\"%s\"", table[i].text);
		free(ranges);
	}
}

Test(nodelist, bad)
{
	static const char *const number = "a number is expected here";
	static const char *const high = "the number is too high";
	static const char *const comma = "',' or '-' is expected here";
	static const char *const backwards = "the range runs backwards";
	static const struct {
		const char *text;
		size_t bad;
		const char *why;
	} table[] = {
		{ "", 0, number },
		{ " ", 1, number },
		{ "\n", 1, number },
		{ ",", 0, number },
		{ "1,", 2, number },
		{ ",1", 0, number },
		{ "1,,2", 2, number },
		{ "-1", 0, number },
		{ "1-", 2, number },
		{ "1--2", 2, number },
		{ "x", 0, number },
		{ "+1", 0, number },
		{ "1,x", 2, number },
		{ "1, x", 3, number },
		{ "1x", 1, comma },
		{ "1 2", 2, comma },
		{ "1-2-3", 3, comma },
		{ "0x10", 1, comma },
		{ "1.5", 1, comma },
		{ "1e3", 1, comma },
		{ "1;2", 1, comma },
		{ "1024", 0, high },
		{ "0,1024", 2, high },
		{ "0-1024", 2, high },
		{ "4294967296", 0, high }, /* 0, were it cut to 32 bits */
		{ "18446744073709551616", 0, high },
		{ "99999999999999999999999999999999999999999", 0, high },
		{ "5-2", 0, backwards },
		{ "0,5-2", 2, backwards },
		{ "0, 5 - 2", 3, backwards },
		{ "\xc3\xa9", 0, number },
		{ "1\xff", 1, comma },
	};
	struct range *untouched = (struct range *)1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct range *ranges = untouched;
		size_t count = 77, bad = 99;
		const char *why = "";
		int err = nodelist_parse(table[i].text, MAX, &ranges, &count, &bad, &why);

		cr_expect_eq(err, -EINVAL, "\"%s\": %d", table[i].text, err);
		cr_expect_eq(bad, table[i].bad, "\"%s\": at %zu", table[i].text, bad);
		cr_expect_str_eq(why, table[i].why, "\"%s\": %s", table[i].text, why);
		cr_expect(ranges == untouched && count == 77, "\"%s\"", table[i].text);
	}
}

Test(nodelist, limits_that_are_not_1023)
{
	struct range *ranges;
	size_t count, bad;
	const char *why;

	cr_assert_eq(nodelist_parse("0", 0, &ranges, &count, &bad, &why), 0);
	free(ranges);
	cr_expect_eq(nodelist_parse("1", 0, &ranges, &count, &bad, &why), -EINVAL);
	cr_assert_eq(nodelist_parse("4294967295", 4294967295U, &ranges, &count, &bad, &why), 0);
	cr_expect_eq(ranges[0].last, 4294967295U);
	free(ranges);
	cr_expect_eq(nodelist_parse("4294967296", 4294967295U, &ranges, &count, &bad, &why),
		     -EINVAL);
}

Test(nodelist, very_long)
{
	const size_t n = 200000;
	char *text = malloc(n * 4 + 1);
	struct range *ranges;
	size_t i, count, bad;
	const char *why;

	for (i = 0; i < n; i++)
		sprintf(text + 4 * i, "%03zu,", i % 1000);
	text[4 * n - 1] = 0;
	cr_assert_eq(nodelist_parse(text, MAX, &ranges, &count, &bad, &why), 0);
	cr_expect_eq(count, n);
	cr_expect_eq(ranges[n - 1].first, 999);
	free(ranges);
	text[4 * n - 2] = 'x';
	cr_expect_eq(nodelist_parse(text, MAX, &ranges, &count, &bad, &why), -EINVAL);
	cr_expect_eq(bad, 4 * n - 2);
	free(text);
}
