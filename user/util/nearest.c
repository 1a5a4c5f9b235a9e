// SPDX-License-Identifier: GPL-2.0-only
#include "util/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct nearest nearest_to(const char *written)
{
	return (struct nearest){ .written = written };
}

/* How many typos are still likely in a word of @length characters. A single letter may mean anything. */
static unsigned int allowed(size_t length)
{
	return length < 2 ? 0 : length < 5 ? 1 : length < 9 ? 2 : 3;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* The distance of Damerau and Levenshtein (optimal string alignment) of two texts of NEAREST_MAX at most. */
static unsigned int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	/* Three rows of its table: rows[i % 3][j] is the distance of the first i and j characters. */
	unsigned int rows[3][NEAREST_MAX + 1];
	size_t i, j;

	for (i = 0; i <= a_length; i++) {
		unsigned int *row = rows[i % 3];
		const unsigned int *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (j = 1; j <= b_length; j++) {
			if (!i) {
				row[j] = (unsigned int)j;
				continue;
			}
			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + !same(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], second[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

void nearest_try(struct nearest *n, const char *name)
{
	size_t length = strlen(n->written), name_length = strlen(name);
	size_t apart = length > name_length ? length - name_length : name_length - length;
	unsigned int typos, most = allowed(length);

	if (length > NEAREST_MAX || name_length > NEAREST_MAX || !most)
		return;
	if (length < name_length && isalpha((unsigned char)name[length]) &&
	    !strncasecmp(n->written, name, length))
		typos = 1;
	else if (apart > most)
		return;
	else
		typos = distance(n->written, length, name, name_length);
	if (typos > most || (n->name && typos >= n->typos))
		return;
	n->name = name;
	n->typos = typos;
}

const char *nearest_hint(struct nearest *n)
{
	n->hint[0] = 0;
	if (n->name)
		snprintf(n->hint, sizeof(n->hint), " (did you mean \"%s\"?)", n->name);
	return n->hint;
}
