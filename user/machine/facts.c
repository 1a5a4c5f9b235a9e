// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads size, distance and performance of the nodes from sysfs, and calls the readers of other
 * facts.
 */
#include "machine/facts.h"

#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define BLOCK_SIZE "/sys/devices/system/memory/block_size_bytes"

/* ---- size ---- */

struct blocks {
	const char *root;
	int node;
	uint64_t online, offline;
};

/* Counts a block of memory that is online; a block without a state file counts as online. */
static void count_block(const char *name, void *arg)
{
	_cleanup_free_ char *state = NULL;
	struct blocks *b = arg;

	if (sysfs_text(&state, b->root, SYSFS_NODES "/node%d/%s/state", b->node, name) ||
	    !strcmp(state, "online"))
		b->online++;
	else
		b->offline++;
}

/*
 * The size that the module will report (hook.c): the online blocks, or all blocks if none is
 * online. 0: the kernel shows no blocks.
 */
static uint64_t size_by_blocks(const char *root, int node, uint64_t block_size)
{
	struct blocks b = { .root = root, .node = node };
	char path[64];
	uint64_t blocks;

	snprintf(path, sizeof(path), SYSFS_NODES "/node%d", node);
	sysfs_each(root, path, "memory", count_block, &b);
	blocks = b.online ?: b.offline;
	return block_size && blocks <= INT64_MAX / block_size ? blocks * block_size : 0;
}

/*
 * Reads "Node 1 MemTotal:        1048576 kB", which excludes memory that the kernel reserved at
 * boot.
 */
static uint64_t size_by_meminfo(const char *root, int node)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long kb;
	const char *line;

	if (sysfs_text(&text, root, SYSFS_NODES "/node%d/meminfo", node))
		return 0;
	line = strstr(text, "MemTotal:");
	if (!line || sscanf(line, "MemTotal: %llu kB", &kb) != 1 || kb > INT64_MAX / 1024)
		return 0;
	return kb * 1024;
}

static void read_size(const char *root, int node, uint64_t block_size, struct machine_node *n)
{
	uint64_t size = size_by_blocks(root, node, block_size) ?: size_by_meminfo(root, node);

	if (size)
		machine_set_fact(n, TIERBPF_FACT_SIZE, (int64_t)size, SOURCE_SYSFS);
}

/* ---- distance ---- */

static void find_distance(int node, enum source source, struct machine *m)
{
	int from, distance, best = 0;

	if (machine_knows(&m->nodes[node], TIERBPF_FACT_DISTANCE))
		return;
	for (from = 0; from < m->nr_nodes; from++) {
		if (!m->nodes[from].cpu || !machine_knows_distance(m, from, node))
			continue;
		distance = machine_distance(m, from, node);
		if (!best || distance < best)
			best = distance;
	}
	if (best)
		machine_set_fact(&m->nodes[node], TIERBPF_FACT_DISTANCE, best, source);
}

/* ---- performance ---- */

/* The files are in ns and MB/s; the kernel shows 0 if a value is not known. */
void machine_read_performance(const char *root, const char *path, struct perf *perf)
{
	enum coordinate c;
	uint64_t value;

	for (c = 0; c < NR_COORDINATES; c++)
		if (sysfs_number(&value, 10, root, "%s/%s", path, coordinate_file(c)) &&
		    value <= UINT32_MAX)
			perf->value[c] = (int64_t)value;
}

static void visit_initiator(const char *name, void *arg)
{
	struct nodeset *initiators = arg;
	unsigned int node;

	if (sscanf(name, "node%u", &node) == 1 && node < TIERBPF_MAX_NODES)
		nodeset_add(initiators, (int)node);
}

static void read_access(const char *root, int node, struct machine_node *n)
{
	char path[80];
	int class;

	for (class = 0; class < NR_CLASSES; class ++) {
		snprintf(path, sizeof(path), SYSFS_NODES "/node%d/access%d/initiators", node, class);
		machine_read_performance(root, path, &n->sysfs[class].perf);
		sysfs_each(root, path, "node", visit_initiator, &n->sysfs[class].initiators);
	}
}

/*
 * Values computed here from CDAT are better than those of the kernel, since 6.12 takes ps for ns.
 * HMAT also describes nodes without memory yet.
 */
const struct perf *machine_perf_in_use(const struct machine_node *n, enum coordinate c,
				       enum source *source)
{
	const struct {
		const struct perf *perf;
		enum source source;
	} order[] = {
		{ &n->cdat, n->to_come ? SOURCE_CDAT_TO_COME : SOURCE_CDAT },
		{ &n->sysfs[CLASS_CPU].perf, SOURCE_SYSFS },
		{ &n->region, SOURCE_CDAT },
		{ &n->hmat[CLASS_CPU].perf, SOURCE_HMAT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order) && !order[i].perf->value[c]; i++)
		;
	if (i == ARRAY_SIZE(order))
		return NULL;
	*source = order[i].source;
	return order[i].perf;
}

static void choose_performance(struct machine_node *n)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		enum source source;
		const struct perf *perf = machine_perf_in_use(n, c, &source);

		if (perf)
			machine_set_fact(n, coordinate_fact(c), perf->value[c], source);
	}
}

/* ---- all facts ---- */

void machine_read_facts(const char *root, struct machine *m)
{
	uint64_t block_size = 0;
	int i;

	sysfs_number(&block_size, 16, root, BLOCK_SIZE);
	for (i = 0; i < m->nr_nodes; i++) {
		if (!m->nodes[i].possible)
			continue;
		read_size(root, i, block_size, &m->nodes[i]);
		read_access(root, i, &m->nodes[i]);
		find_distance(i, SOURCE_SYSFS, m);
	}
	machine_read_tables(root, m);
	machine_read_cxl(root, m);
	machine_read_drivers(root, block_size, m);
	for (i = 0; i < m->nr_nodes; i++) {
		if (!m->nodes[i].possible)
			continue;
		find_distance(i, SOURCE_SLIT, m);
		choose_performance(&m->nodes[i]);
	}
	machine_read_kind(root, m->srat, m);
}
