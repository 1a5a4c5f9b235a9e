// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads facts from the firmware tables. Unlike sysfs, they also describe nodes without memory
 * yet.
 */
#include <stdlib.h>

#include "acpi/hmat-access.h"
#include "acpi/slit.h"
#include "machine/facts.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

/*
 * A kernel that does not use SRAT (because of numa=off, or ranges that contradict each other)
 * invents a single node (dummy_numa_init), which is not in the table.
 */
static bool kernel_uses(const struct srat *s, const struct machine *m)
{
	return m->nr_nodes > 1 || s->nr_nodes == 1;
}

static void read_srat(const char *root, struct machine *m)
{
	int i;

	if (srat_read(root, &m->srat, &m->tables.srat))
		return;
	if (!kernel_uses(m->srat, m)) {
		srat_free(TAKE_PTR(m->srat));
		m->tables.srat.ignored =
			"the kernel has one node: numa=off, or ranges of memory that overlap";
		return;
	}
	for (i = 0; i < m->nr_nodes && i < m->srat->nr_nodes; i++) {
		m->nodes[i].generic_initiator |= nodeset_has(&m->srat->initiators, i);
		if (m->nodes[i].possible)
			machine_set_fact(&m->nodes[i], TIERBPF_FACT_PXM, m->srat->pxm[i],
					 SOURCE_SRAT);
	}
}

/* Sysfs is preferred for distances between online nodes, since it shows what the kernel uses. */
static void read_slit(const char *root, struct machine *m)
{
	_cleanup_free_ struct slit *slit = NULL;
	int from, to;

	if (!m->srat || slit_read(root, &slit, &m->tables.slit))
		return;
	for (from = 0; from < m->nr_nodes; from++)
		for (to = 0; to < m->nr_nodes; to++)
			if (m->nodes[from].possible && m->nodes[to].possible &&
			    !machine_knows_distance(m, from, to))
				m->distance[from * m->nr_nodes + to] =
					(uint8_t)slit_distance(slit, m->srat, from, to);
}

/*
 * A kernel that reads HMAT shows access0 of every node with memory that SRAT describes
 * (hmat_hotplug_target; where a generic port shares the domain, it does not).
 */
static bool kernel_shows_hmat(const char *root, const struct machine *m)
{
	bool expected = false;
	int i;

	for (i = 0; i < m->nr_nodes && i < m->srat->nr_nodes; i++) {
		if (!m->nodes[i].memory || !srat_has_target(m->srat, (uint32_t)m->srat->pxm[i]))
			continue;
		if (sysfs_exists(root, SYSFS_NODES "/node%d/access0", i))
			return true;
		expected = true;
	}
	return !expected;
}

/* The kernel used the nodes that had CPUs at boot; those that have CPUs now are the best guess. */
static void read_hmat(const char *root, struct machine *m)
{
	_cleanup_(cleanup_hmat_access) struct hmat_access *access = NULL;
	struct nodeset cpus = {};
	int i;

	if (hmat_read(root, m->srat, &m->hmat, &m->tables.hmat))
		return;
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].cpu)
			nodeset_add(&cpus, i);
	if (!kernel_shows_hmat(root, m))
		m->tables.hmat.ignored =
			"the kernel does not use it: numa=nohmat is on its command line, "
			"or it is built without ACPI_HMAT";
	if (hmat_access_new(m->hmat, m->srat, &cpus, &access))
		return;
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].possible)
			hmat_access_node(access, i, m->nodes[i].hmat);
}

void machine_read_tables(const char *root, struct machine *m)
{
	read_srat(root, m);
	read_slit(root, m);
	read_hmat(root, m);
}
