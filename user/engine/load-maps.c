// SPDX-License-Identifier: GPL-2.0-only
/* The maps of the policy that is being loaded. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/load-steps.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/fault.h"

/* A map needs at least one entry. */
static int set_length(struct bpf_map *map, size_t length)
{
	return bpf_map__set_max_entries(map, length ? (__u32)length : 1);
}

/*
 * Lets the policy take over a map of its predecessor. If another version of tierbpf made that one
 * differently, the policy begins with a new map.
 */
static int inherit(struct bpf_map *map)
{
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char path[128];

	snprintf(path, sizeof(path), POLICY_PATH("%s"), bpf_map__name(map));
	fd = pinned_map_open(path, BPF_MAP_TYPE_ARRAY, bpf_map__value_size(map));
	if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &size) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map))
		return 0;
	return bpf_map__reuse_fd(map, fd);
}

/* Without `override`, which may exist before the policy, and stays when that is replaced. */
void load_list_maps(struct loading *l)
{
	const struct compiled_policy *p = l->compiled;
	const struct our_map maps[] = {
		{ l->skel->maps.facts, (size_t)p->nr_nodes, p->facts },
		{ l->skel->maps.rules, p->policy->nr_rules, p->policy->rules },
		{ l->skel->maps.tests, p->policy->nr_tests, p->policy->tests },
		{ l->skel->maps.groups, p->meta.nr_groups, p->groups },
		{ l->skel->maps.meta, 1, &l->meta },
		/* One value: the text with the 0 at its end. An object has none. */
		{ l->skel->maps.source, p->meta.source_bytes ? 1 : 0, p->policy->source },
		{ l->skel->maps.stats, 1 },
		{ l->skel->maps.events, TIERBPF_EVENTS_BYTES },
		{ l->skel->maps.followed, (size_t)p->nr_nodes, .inherited = true },
		{ l->skel->maps.timer, 1, .inherited = true },
		{ l->skel->maps.overrides_before, 1 },
		{ l->skel->maps.decided, (size_t)p->nr_nodes, .unpinned = true },
	};

	_Static_assert(sizeof(maps) < sizeof(l->maps), "one without a map ends the list");
	memcpy(l->maps, maps, sizeof(maps));
}

int load_size_maps(const struct loading *l)
{
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++) {
		err = set_length(m->map, m->length);
		if (!err && m->inherited)
			err = inherit(m->map);
	}
	/* The kernel rounds the size up to 8 bytes. */
	if (!err)
		err = bpf_map__set_value_size(l->skel->maps.source,
					      l->compiled->meta.source_bytes + 1);
	return err;
}

int load_fill_array(const struct bpf_map *map, const void *values, size_t count)
{
	_cleanup_free_ __u32 *keys = calloc(count + 1, sizeof(*keys));
	__u32 done = (__u32)count, i;

	if (!keys)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		keys[i] = i;
	return count ? bpf_map_update_batch(bpf_map__fd(map), keys, values, &done, NULL) : 0;
}

int load_fill_maps(const struct loading *l)
{
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++)
		if (m->values)
			err = load_fill_array(m->map, m->values, m->length);
	return err;
}

int load_pin(int fd, const char *directory, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (bpf_obj_pin(fd, path))
		return -errno;
	fault_point(path);
	return 0;
}
