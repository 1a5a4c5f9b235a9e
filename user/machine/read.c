// SPDX-License-Identifier: GPL-2.0-only
/* Reads the nodes, their tiers and distances. What is known of a single node: facts.c. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "machine/facts.h"
#include "machine/machine.h"
#include "machine/node-memory.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/nodelist.h"
#include "util/sysfs.h"

#define TIERS "/sys/devices/virtual/memory_tiering"

typedef bool node_set[TIERBPF_MAX_NODES];

static int gone(int err)
{
	return err == -ENOENT || err == -ENODEV;
}

/*
 * Adds the nodes in the list of file @path to @set; an empty file means none. If the file does
 * not exist, or has just been removed, -ENOENT or -ENODEV without a message.
 */
static int read_list(const char *root, const char *path, node_set set)
{
	_cleanup_free_ struct range *ranges = NULL;
	_cleanup_free_ char *text = NULL;
	const char *why = "out of memory";
	size_t i, count, bad;
	int err = sysfs_text(&text, root, "%s", path);

	if (err)
		return gone(err) ? err : fail(-EIO, "%s%s: %s", root, path, strerror(-err));
	if (!*text)
		return 0;
	if (nodelist_parse(text, TIERBPF_MAX_NODES - 1, &ranges, &count, &bad, &why))
		return fail(-EIO, "%s%s: not a list of nodes: %s", root, path, why);
	for (i = 0; i < count; i++)
		memset(set + ranges[i].first, true, ranges[i].last - ranges[i].first + 1);
	return 0;
}

int machine_check_root(const char *root)
{
	int err = *root ? sysfs_open(root, SYSFS_NODES) : -EISDIR;

	if (err != -ENOENT && err != -ENOTDIR)
		return 0; /* if it cannot be read, who reads a file in it says why */
	return fail(-EIO,
		    "%s: not a captured machine, since there is no %s in it; give the directory that "
		    "tierbpf topology --save wrote",
		    root, SYSFS_NODES + 1);
}

static int read_node_list(const char *root, const char *name, bool optional, node_set set)
{
	char path[80];
	int err;

	snprintf(path, sizeof(path), SYSFS_NODES "/%s", name);
	err = read_list(root, path, set);
	if (gone(err))
		return optional ? 0 : fail(-EIO, "%s%s: missing; is sysfs mounted?", root, path);
	return err;
}

/*
 * Captures that others made may lack "has_memory". "has_normal_memory" leaves out nodes whose memory
 * is all in ZONE_MOVABLE, so the nodes whose meminfo counts some are added.
 */
static int read_memory(const char *root, node_set memory)
{
	int i, err;

	if (sysfs_exists(root, SYSFS_NODES "/has_memory") ||
	    !sysfs_exists(root, SYSFS_NODES "/has_normal_memory"))
		return read_node_list(root, "has_memory", false, memory);
	err = read_node_list(root, "has_normal_memory", false, memory);
	for (i = 0; !err && i < TIERBPF_MAX_NODES; i++) {
		_cleanup_free_ char *text = NULL;
		struct node_memory found = {};

		if (sysfs_text(&text, root, SYSFS_NODES "/node%d/meminfo", i))
			continue;
		node_memory_parse(text, &found);
		memory[i] |= found.size > 0;
	}
	return err;
}

/*
 * Older captures lack "online" and "possible"; nodes with memory or CPUs count as both. A node
 * that is only possible may be added later, and its facts may be known already.
 */
static int read_nodes(const char *root, struct machine *m, node_set online)
{
	node_set memory = {}, cpu = {}, possible = {}, initiator = {};
	int i, err;

	err = machine_check_root(root) ?: read_memory(root, memory);
	err = err ?: read_node_list(root, "has_cpu", false, cpu);
	err = err ?: read_node_list(root, "online", true, online);
	err = err ?: read_node_list(root, "possible", true, possible);
	err = err ?: read_node_list(root, "has_generic_initiator", true, initiator);
	for (i = 0; !err && i < TIERBPF_MAX_NODES; i++) {
		struct machine_node *n = &m->nodes[i];

		n->memory = memory[i];
		n->cpu = cpu[i];
		n->generic_initiator = initiator[i];
		online[i] |= memory[i] || cpu[i];
		n->possible = possible[i] || online[i];
		n->tier = NO_TIER;
		if (n->possible)
			m->nr_nodes = i + 1;
	}
	return err;
}

struct tiers {
	const char *root;
	struct machine *m;
	size_t count;
	int err;
};

/* A tier may disappear while it is read, which is not an error. */
static void read_tier(const char *name, void *arg)
{
	struct tiers *t = arg;
	char path[sizeof(TIERS) + NAME_MAX + 16];
	node_set set = {};
	unsigned int tier;
	int i, err;

	if (t->err || sscanf(name, "memory_tier%u", &tier) != 1)
		return;
	t->count++;
	snprintf(path, sizeof(path), TIERS "/%s/nodelist", name);
	err = read_list(t->root, path, set);
	for (i = 0; !err && i < TIERBPF_MAX_NODES; i++) {
		if (!set[i])
			continue;
		t->m->nodes[i].tier = tier;
		if (i >= t->m->nr_nodes)
			t->m->nr_nodes = i + 1;
	}
	t->err = gone(err) ? 0 : err;
}

static int read_tiers(const char *root, struct machine *m)
{
	struct tiers t = { .root = root, .m = m };

	sysfs_each(root, TIERS, "memory_tier", read_tier, &t);
	m->has_tiers = t.count;
	return t.err;
}

int machine_need_tiers(const struct machine *m, const char *root)
{
	char path[4096];

	if (m->has_tiers)
		return 0;
	snprintf(path, sizeof(path), "%s" TIERS, root);
	return fail(-ENOPKG,
		    "%s: no memory tiers: this kernel is built without NUMA or memory hotplug, or older "
		    "than 6.1",
		    path);
}

/*
 * Reads a row of distances. Its columns are the online nodes (for_each_online_node in
 * node_read_distance, drivers/base/node.c). A row of another length was written while other
 * nodes were online, so its columns cannot be assigned.
 */
static void read_row(const char *text, const int *columns, int nr_columns, uint8_t *row)
{
	uint8_t values[TIERBPF_MAX_NODES];
	int i, count = 0;
	char *end;

	for (;; text = end) {
		long value = strtol(text, &end, 10);

		if (end == text)
			break;
		if (count == nr_columns || value < 1 || value > UINT8_MAX)
			return;
		values[count++] = (uint8_t)value;
	}
	if (count != nr_columns || text[strspn(text, " \n")])
		return;
	for (i = 0; i < count; i++)
		row[columns[i]] = values[i];
}

static int read_distances(const char *root, const node_set online, struct machine *m)
{
	int columns[TIERBPF_MAX_NODES], i, count = 0;

	m->distance = calloc((size_t)m->nr_nodes * (size_t)m->nr_nodes + 1, 1);
	if (!m->distance)
		return no_memory();
	for (i = 0; i < m->nr_nodes; i++)
		if (online[i])
			columns[count++] = i;
	for (i = 0; i < count; i++) {
		_cleanup_free_ char *text = NULL;

		if (!sysfs_text(&text, root, SYSFS_NODES "/node%d/distance", columns[i]))
			read_row(text, columns, count, m->distance + columns[i] * m->nr_nodes);
	}
	return 0;
}

static void read_cpulists(const char *root, struct machine *m)
{
	char *list;
	int i;

	for (i = 0; i < m->nr_nodes; i++) {
		if (!m->nodes[i].cpu || sysfs_text(&list, root, SYSFS_NODES "/node%d/cpulist", i))
			continue;
		/*
		 * The list is printed unchanged, so it must be checked: a capture may contain
		 * anything.
		 */
		if (*list && !list[strspn(list, "0123456789,-")])
			m->nodes[i].cpulist = list;
		else
			free(list);
	}
}

int machine_read_any(const char *root, struct machine **machine)
{
	_cleanup_(cleanup_machine) struct machine *m = calloc(1, sizeof(*m));
	node_set online = {};
	int err;

	if (!m)
		return no_memory();
	err = read_nodes(root, m, online);
	err = err ?: read_tiers(root, m);
	err = err ?: read_distances(root, online, m);
	if (err)
		return err;
	read_cpulists(root, m);
	machine_read_facts(root, m);
	*machine = TAKE_PTR(m);
	return 0;
}

int machine_read(const char *root, struct machine **machine)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	int err = machine_read_any(root, &m);

	err = err ?: machine_need_tiers(m, root);
	if (!err)
		*machine = TAKE_PTR(m);
	return err;
}
