// SPDX-License-Identifier: GPL-2.0-only
#include "json/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/nearest.h"

int first_error(int err, int next)
{
	return !err || (err == -EBADMSG && next) ? next : err;
}

#define NOWHERE SIZE_MAX

/* The index of @key in the list, or the length of the list if it is not there. */
static size_t find(const char *key, const struct members *members)
{
	size_t i;

	for (i = 0; i < members->count && strcmp(key, members->list[i].key); i++)
		;
	return i;
}

static int unknown_key(const struct value *key, const struct members *members)
{
	struct nearest near = nearest_to(value_text(key));
	char list[256] = "";
	size_t i, used = 0;

	for (i = 0; i < members->count; i++)
		nearest_try(&near, members->list[i].key);
	for (i = 0; i < members->count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 members->list[i].key);
	return value_error(key, "unknown key \"%.40s\"%s; known here: %s", value_text(key),
			   nearest_hint(&near), list);
}

static int second_key(const struct value *key, const struct value *first)
{
	int err = value_error(key, "\"%s\" is a duplicate; the first is in line %zu",
			      value_text(key), value_place(first).line + 1);

	diags_relate(key->diags, value_place(first), "the first is here");
	return err;
}

/*
 * Reports unknown and duplicate keys, and finds the first place of each known one, in one pass:
 * an object may have 100,000 keys.
 */
static int check_keys(const struct value *v, const struct members *members, size_t *where)
{
	size_t i, size = value_size(v);
	int err = 0;

	for (i = 0; i < members->count; i++)
		where[i] = NOWHERE;
	for (i = 0; i < size; i++) {
		struct value key = value_key(v, i);
		size_t found = find(value_text(&key), members);

		if (found == members->count) {
			err = first_error(err, unknown_key(&key, members));
		} else if (where[found] == NOWHERE) {
			where[found] = i;
		} else {
			struct value first = value_key(v, where[found]);

			err = first_error(err, second_key(&key, &first));
		}
	}
	return err;
}

int members_read(const struct value *v, const struct members *members, void *context)
{
	_cleanup_free_ size_t *where = NULL;
	int err = value_want(v, VALUE_OBJECT);
	size_t i;

	if (err)
		return err;
	where = calloc(members->count, sizeof(*where));
	if (!where)
		return -ENOMEM;
	err = check_keys(v, members, where);
	for (i = 0; i < members->count; i++) {
		if (where[i] != NOWHERE) {
			struct value member = value_member(v, where[i]);

			err = first_error(err, members->list[i].read(&member, context));
		} else if (members->list[i].required) {
			err = first_error(err,
					  value_error(v, "\"%s\" is missing", members->list[i].key));
		}
	}
	return err;
}
