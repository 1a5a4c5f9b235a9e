// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#include "cleanup.h"
#include "msg.h"
#include "nodelist.h"

#define NODES "/sys/devices/system/node"
#define TIERS "/sys/devices/virtual/memory_tiering"

/* Calls @set for each node in the list of file @path; an empty file has none. */
static int read_list(const char *path, void (*set)(struct machine_node *n, int64_t arg), int64_t arg,
		     struct machine *m)
{
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ struct range *ranges = NULL;
	_cleanup_free_ char *line = NULL;
	size_t i, count, bad, size = 0;
	const char *why;

	if (!f)
		return -errno;
	if (getline(&line, &size, f) <= 1)
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
	return err == -ENOENT ? fail(-EIO, "%s: missing; is sysfs mounted?", path) : err;
}

/* A tier may go while we look: that is not an error. */
static int read_tier(const char *path, struct machine *m)
{
	const char *number = strstr(path, "/memory_tier");
	unsigned int tier;
	int err;

	while (strstr(number + 1, "/memory_tier"))
		number = strstr(number + 1, "/memory_tier");
	if (sscanf(number, "/memory_tier%u/nodelist", &tier) != 1)
		return 0;
	err = read_list(path, set_tier, tier, m);
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

int machine_read(const char *root, struct machine *m)
{
	char pattern[4096];
	glob_t tiers;
	size_t i;
	int err;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < TIERBPF_MAX_NODES; i++)
		m->nodes[i].tier = NO_TIER;
	err = read_node_list(root, "has_memory", set_memory, m);
	if (!err)
		err = read_node_list(root, "has_cpu", set_cpu, m);
	if (err)
		return err;
	snprintf(pattern, sizeof(pattern), "%s" TIERS "/memory_tier*/nodelist", root);
	if (glob(pattern, 0, NULL, &tiers))
		return fail(-ENOPKG, "%s" TIERS ": no memory tiers: this kernel is built without NUMA or "
			    "memory hotplug, or older than 6.1", root);
	for (i = 0; !err && i < tiers.gl_pathc; i++)
		err = read_tier(tiers.gl_pathv[i], m);
	globfree(&tiers);
	return err;
}
