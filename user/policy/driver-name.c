// SPDX-License-Identifier: GPL-2.0-only
#include "policy/driver-name.h"

#include <ctype.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct known {
	int64_t value;
	char name[DRIVER_NAME_MAX + 1];
};

/* A tree of tsearch(3). A policy may name as many drivers as it has tests. */
static void *all_known;

bool driver_name_is_valid(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return false;
	return p > name && p - name <= DRIVER_NAME_MAX;
}

static int by_value(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static uint64_t fnv1a(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

/* Without memory, the name is not remembered, and its value is printed instead. */
int64_t driver_name_value(const char *name)
{
	struct known *k = calloc(1, sizeof(*k));
	int64_t value = (int64_t)fnv1a(name);
	struct known **found;

	if (!k)
		return value;
	k->value = value;
	memcpy(k->name, name, strlen(name));
	found = tsearch(k, &all_known, by_value);
	if (!found || *found != k)
		free(k);
	return value;
}

const char *driver_name(int64_t value)
{
	const struct known wanted = { .value = value };
	struct known **found = tfind(&wanted, &all_known, by_value);

	return found ? (*found)->name : NULL;
}
