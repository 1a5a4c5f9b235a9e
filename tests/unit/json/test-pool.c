// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <jansson.h>

#include "json/pool.h"

/* Large and small values are valid, and none of them is freed one by one. */
Test(pool, values)
{
	static char large[1000000];
	json_t *list;
	int i;

	memset(large, 'x', sizeof(large));
	pool_begin();
	list = json_array();
	for (i = 0; i < 30000; i++)
		cr_assert_eq(json_array_append_new(list,
						   i % 5000 ? json_integer(i) :
							      json_stringn(large, sizeof(large))),
			     0);
	for (i = 0; i < 30000; i++) {
		const json_t *value = json_array_get(list, (size_t)i);

		if (i % 5000)
			cr_assert_eq(json_integer_value(value), i);
		else
			cr_assert(json_string_length(value) == sizeof(large) &&
				  !memcmp(json_string_value(value), large, sizeof(large)));
	}
	pool_end();
}

Test(pool, ends)
{
	json_malloc_t before, after;
	json_free_t free_before, free_after;

	json_get_alloc_funcs(&before, &free_before);
	pool_begin();
	cr_expect(json_string("once"));
	pool_end();
	json_get_alloc_funcs(&after, &free_after);
	cr_expect(before == after && free_before == free_after);
	pool_begin();
	cr_expect(json_string("again"));
	pool_end();
	json_decref(json_string("as usual"));
}
