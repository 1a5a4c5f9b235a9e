// SPDX-License-Identifier: GPL-2.0-only
#include "util/nodelist.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "util/array.h"
#include "util/cleanup.h"

static const char *skip_space(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

/* Reads a number of 0..max at *p. Returns NULL, or why it is invalid. */
static const char *read_number(const char **p, unsigned int max, unsigned int *number)
{
	unsigned long value = 0;
	const char *start = skip_space(*p);
	const char *at = start;

	*p = start;
	for (; isdigit((unsigned char)*at); at++) {
		value = value * 10 + (unsigned long)(*at - '0');
		if (value > max)
			return "the number is too high";
	}
	if (at == start)
		return "a number is expected here";
	*number = (unsigned int)value;
	*p = skip_space(at);
	return NULL;
}

static const char *read_range(const char **p, unsigned int max, struct range *r)
{
	const char *start = skip_space(*p);
	const char *why = read_number(p, max, &r->first);

	r->last = r->first;
	if (why || **p != '-')
		return why;
	(*p)++;
	why = read_number(p, max, &r->last);
	if (!why && r->last < r->first) {
		*p = start;
		why = "the range runs backwards";
	}
	return why;
}

int nodelist_parse(const char *text, unsigned int max, struct range **ranges, size_t *count,
		   size_t *bad, const char **why)
{
	_cleanup_free_ struct range *list = NULL;
	const char *p = text;
	size_t n = 0;

	for (;;) {
		if (ARRAY_GROW(list, n))
			return -ENOMEM;
		*why = read_range(&p, max, &list[n++]);
		if (!*why && *p && *p != ',')
			*why = "',' or '-' is expected here";
		if (*why) {
			*bad = (size_t)(p - text);
			return -EINVAL;
		}
		if (!*p)
			break;
		p++;
	}
	*ranges = TAKE_PTR(list);
	*count = n;
	return 0;
}
