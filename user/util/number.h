/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static inline int64_t min_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The greatest common divisor; if one of them is 0, the other. */
static inline int64_t gcd(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Writes @count bytes as hexadecimal into @text, which has room for 2 * @count + 1 characters.
 * Returns @text.
 */
static inline char *hex(const uint8_t *bytes, size_t count, char *text)
{
	size_t i;

	*text = 0;
	for (i = 0; i < count; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return text;
}

#endif
