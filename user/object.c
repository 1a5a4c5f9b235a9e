// SPDX-License-Identifier: GPL-2.0-only
#include "object.h"

#include <errno.h>
#include <string.h>

int first_error(int err, int next)
{
	return !err || (err == -EBADMSG && next) ? next : err;
}

static bool known(const char *key, const struct member *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(key, table[i].key))
			return true;
	return false;
}

static int unknown_key(const struct value *key, const struct member *table, size_t count)
{
	char list[256] = "";
	size_t i, used = 0;

	for (i = 0; i < count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 table[i].key);
	return value_error(key, "unknown key \"%.40s\"; known here: %s", value_text(key), list);
}

static int check_keys(const struct value *v, const struct member *table, size_t count)
{
	size_t i, j, size = value_size(v);
	int err = 0;

	for (i = 0; i < size; i++) {
		struct value key = value_key(v, i);

		if (!known(value_text(&key), table, count)) {
			err = first_error(err, unknown_key(&key, table, count));
			continue;
		}
		for (j = 0; j < i; j++) {
			struct value earlier = value_key(v, j);

			if (strcmp(value_text(&key), value_text(&earlier)))
				continue;
			err = first_error(err, value_error(&key, "\"%s\" stands here a second time; first in line %zu",
							   value_text(&key),
							   value_place(&earlier).line + 1));
			break;
		}
	}
	return err;
}

static bool find(const struct value *v, const char *key, struct value *found)
{
	size_t i;

	for (i = 0; i < value_size(v); i++) {
		struct value k = value_key(v, i);

		if (!strcmp(value_text(&k), key)) {
			*found = value_member(v, i);
			return true;
		}
	}
	return false;
}

int object_read(const struct value *v, const struct member *table, size_t count, void *context)
{
	int err = value_want(v, VALUE_OBJECT);
	size_t i;

	if (err)
		return err;
	err = check_keys(v, table, count);
	for (i = 0; i < count; i++) {
		struct value found;

		if (find(v, table[i].key, &found))
			err = first_error(err, table[i].read(&found, context));
		else if (table[i].required)
			err = first_error(err, value_error(v, "\"%s\" is missing", table[i].key));
	}
	return err;
}
