/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays: their length, and those that grow by one element at a time. */
#ifndef ARRAY_H
#define ARRAY_H

#include <errno.h>
#include <stdlib.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

/*
 * Returns @list with room for one more than its @count elements of @size bytes. NULL: out of
 * memory, and @list stays valid.
 */
static inline void *array_grown(void *list, size_t count, size_t size)
{
	if (count & (count - 1)) /* the list is only full at 0 and at each power of 2 */
		return list;
	return reallocarray(list, count ? 2 * count : 1, size);
}

/* Makes room in @list, which has @count elements, for one more. 0 or -ENOMEM. */
#define ARRAY_GROW(list, count)                                           \
	({                                                                \
		void *_grown = array_grown(list, count, sizeof(*(list))); \
                                                                          \
		if (_grown)                                               \
			(list) = _grown;                                  \
		_grown ? 0 : -ENOMEM;                                     \
	})

#endif
