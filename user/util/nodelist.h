/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses lists of numbers in the kernel's notation: "0,2-5". */
#ifndef NODELIST_H
#define NODELIST_H

#include <stddef.h>

struct range {
	unsigned int first;
	unsigned int last; /* inclusive; >= first */
};

/*
 * Splits @text, a list of numbers of 0..max, into *ranges (the caller frees),
 * in the order given. 0, -ENOMEM, or -EINVAL with *bad at the offending byte and *why
 * (constant text). White space is allowed around numbers; an empty list is an error.
 */
int nodelist_parse(const char *text, unsigned int max, struct range **ranges, size_t *count,
		   size_t *bad, const char **why);

#endif
