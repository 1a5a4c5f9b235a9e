// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/nodelist.h"
#include "util/nodeset.h"

/* The set of a list, which may be empty. */
static struct nodeset set_of(const char *list)
{
	struct range *ranges = NULL;
	struct nodeset s = { 0 };
	const char *why = NULL;
	size_t i, bad, count = 0;
	unsigned int n;

	if (*list)
		cr_assert_eq(nodelist_parse(list, TIERBPF_MAX_NODES - 1, &ranges, &count, &bad, &why),
			     0);
	for (i = 0; i < count; i++)
		for (n = ranges[i].first; n <= ranges[i].last; n++)
			nodeset_add(&s, (int)n);
	free(ranges);
	return s;
}

Test(nodeset, text)
{
	static const char *const table[] = {
		"",	 "0",	  "63",	    "64",      "1023",	       "0-1",
		"0,2-5", "62-65", "0-1023", "1,3,5,7", "0-62,64-1022", "100-199,201,1022-1023",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct nodeset s = set_of(table[i]);
		char *text = nodeset_text(&s);

		cr_assert_not_null(text);
		cr_expect_str_eq(text, table[i]);
		cr_expect_eq(nodeset_is_empty(&s), !*table[i]);
		free(text);
	}
}

Test(nodeset, has)
{
	struct nodeset s = set_of("0,63-64,1023");
	int n;

	for (n = 0; n < TIERBPF_MAX_NODES; n++)
		cr_expect_eq(nodeset_has(&s, n), n == 0 || n == 63 || n == 64 || n == 1023, "%d", n);
}
