// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "msg.h"
#include "nodelist.h"

#define NODES "/sys/devices/system/node"
#define TIERS "/sys/devices/virtual/memory_tiering"

static int gone(int err)
{
	return err == -ENOENT || err == -ENODEV;
}

/*
 * Calls @set for each node in the list of file @path; an empty file has none.
 * Where there is no such file (any more), -ENOENT or -ENODEV and no message.
 */
static int read_list(const char *path, void (*set)(struct machine_node *n, int64_t arg), int64_t arg,
		     struct machine *m)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ struct range *ranges = NULL;
	_cleanup_free_ char *line = NULL;
	size_t i, count, bad, size = 0;
	const char *why = "out of memory";
	ssize_t length = f ? getline(&line, &size, f) : 0;

	if (!f || (length < 0 && !feof(f)))
		return gone(-errno) ? -errno : fail(-EIO, "%s: %s", path, strerror(errno));
	if (length <= 1)
		return 0;
	if (nodelist_parse(line, TIERBPF_MAX_NODES - 1, &ranges, &count, &bad, &why))
		return fail(-EIO, "%s: not a list of nodes: %s", path, why);
	for (i = 0; i < count; i++) {
		for (unsigned int node = ranges[i].first; node <= ranges[i].last; node++) {
			set(&m->nodes[node], arg);
			if (m->nr_nodes <= (int)node)
				m->nr_nodes = (int)node + 1;
		}
	}
	return 0;
}

static void set_memory(struct machine_node *n, int64_t arg)
{
	n->memory = true;
}

static void set_cpu(struct machine_node *n, int64_t arg)
{
	n->cpu = true;
}

static void set_tier(struct machine_node *n, int64_t tier)
{
	n->tier = tier;
}

static int read_node_list(const char *root, const char *name,
			  void (*set)(struct machine_node *n, int64_t arg), struct machine *m)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s" NODES "/%s", root, name);
	err = read_list(path, set, 0, m);
	return gone(err) ? fail(-EIO, "%s: missing; is sysfs mounted?", path) : err;
}

/* A tier may go while we look: that is not an error. */
static int read_tier(const char *dir, const char *name, unsigned int tier, struct machine *m)
{
	_cleanup_free_ char *path = NULL;
	int err;

	if (asprintf(&path, "%s/%s/nodelist", dir, name) < 0)
		return fail(-ENOMEM, "out of memory");
	err = read_list(path, set_tier, tier, m);
	return gone(err) ? 0 : err;
}

static int read_tiers(const char *root, struct machine *m)
{
	char path[4096];
	unsigned int tier;
	struct dirent *entry;
	int err = 0, count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s" TIERS, root);
	dir = opendir(path);
	while (dir && !err && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "memory_tier%u", &tier) != 1)
			continue;
		count++;
		err = read_tier(path, entry->d_name, tier, m);
	}
	if (dir)
		closedir(dir);
	if (!count)
		return fail(-ENOPKG, "%s: no memory tiers: this kernel is built without NUMA or memory "
			    "hotplug, or older than 6.1", path);
	return err;
}

int machine_read(const char *root, struct machine **machine)
{
	_cleanup_(cleanup_machine) struct machine *m = calloc(1, sizeof(*m));
	size_t i;
	int err;

	if (!m)
		return fail(-ENOMEM, "out of memory");
	for (i = 0; i < TIERBPF_MAX_NODES; i++)
		m->nodes[i].tier = NO_TIER;
	err = read_node_list(root, "has_memory", set_memory, m);
	err = err ?: read_node_list(root, "has_cpu", set_cpu, m);
	err = err ?: read_tiers(root, m);
	if (!err)
		*machine = TAKE_PTR(m);
	return err;
}

void machine_free(struct machine *m)
{
	if (m)
		free(m->distance);
	free(m);
}
