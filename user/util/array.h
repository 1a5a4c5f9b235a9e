/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays: their length, and those that grow by one element at a time. */
#ifndef ARRAY_H
#define ARRAY_H

#include <errno.h>
#include <stdlib.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

/* @list with room for one more than @count elements of @size; NULL, and @list stays: out of memory. */
static inline void *array_grown(void *list, size_t count, size_t size)
{
	if (count & (count - 1)) /* it is full at each power of 2, and at 0 */
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
