// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the kind of a node's memory. The first of these conditions that holds decides:
 *
 * - pmem: no CPUs, and one of its dax devices is below an NVDIMM bus
 *   (…/ndbusN/regionN/…), a CXL card's persistent memory included; or no memory yet
 *   either, and an NVDIMM region would become its memory;
 * - cxl: no CPUs, and a CXL region is its memory, or all of its memory lies in windows for
 *   CXL (from-cxl.c), or one of its dax devices is below a region
 *   (…/regionN/dax_regionN/…);
 * - device: no CPUs, and drivers added all of its memory (from-iomem.c), but not kmem alone, which
 *   adds whatever the firmware has set aside;
 * - hbm: memory without CPUs whose bandwidth (access class 1; read and write together, or the
 *   direction that is known) is more than 5/4 of that of the first node with CPUs and memory of
 *   which the same is known;
 * - device: no CPUs, and kmem added all of its memory;
 * - hotplug: SRAT lists memory of it (of a length above 0) and marks all of that as
 *   hot-pluggable; or there is an SRAT, and it does not list the node's memory;
 * - dram: it has memory.
 *
 * Any other node has no kind, and may get one when its memory is added. A node with CPUs has
 * memory of its own: a dax device on it (memmap= on the command line makes one) or a region does
 * not turn that into pmem or cxl.
 */
#include <string.h>

#include "machine/facts.h"
#include "policy/driver-name.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define DAX "/sys/bus/dax/devices/"
#define ND "/sys/bus/nd/devices/"

/* ---- devices ---- */

struct search {
	const char *root;
	struct machine *m;
};

static void set_device_kind(struct machine_node *n, enum tierbpf_kind kind)
{
	if (!n->cpu && n->facts.value[TIERBPF_FACT_KIND] != TIERBPF_KIND_PMEM)
		machine_set_fact(n, TIERBPF_FACT_KIND, kind, SOURCE_SYSFS);
}

/*
 * 0 for a dax device with any other parent: below hmem it may be any memory that the firmware has
 * set aside.
 */
static enum tierbpf_kind kind_by_path(const char *path)
{
	if (strstr(path, "/ndbus"))
		return TIERBPF_KIND_PMEM;
	if (strstr(path, "/dax_region"))
		return TIERBPF_KIND_CXL;
	return 0;
}

static void visit_dax(const char *name, void *arg)
{
	_cleanup_free_ char *link = NULL, *path = NULL;
	struct search *s = arg;
	struct machine_node *n;
	enum tierbpf_kind kind;
	uint64_t node;

	if (asprintf(&link, DAX "%s", name) < 0) {
		link = NULL;
		return;
	}
	path = sysfs_real(s->root, link);
	if (!path || !sysfs_number(&node, 10, s->root, "%s/target_node", path))
		return;
	n = machine_possible(s->m, node);
	kind = kind_by_path(path);
	if (n && kind)
		set_device_kind(n, kind);
}

/* An NVDIMM region has no dax device until an administrator creates one. */
static void visit_nd_region(const char *name, void *arg)
{
	struct search *s = arg;
	struct machine_node *n;
	uint64_t node;

	if (!sysfs_number(&node, 10, s->root, ND "%s/target_node", name))
		return;
	n = machine_possible(s->m, node);
	if (n && !n->memory)
		set_device_kind(n, TIERBPF_KIND_PMEM);
}

static void read_devices(const char *root, struct machine *m)
{
	struct search s = { root, m };

	sysfs_each(root, DAX, "dax", visit_dax, &s);
	sysfs_each(root, ND, "region", visit_nd_region, &s);
}

/* ---- HBM ---- */

/* True if the bandwidth of @n is more than 5/4 of that of @dram, in the directions known of both. */
static bool has_more(const struct machine_node *n, const struct machine_node *dram, bool *comparable)
{
	static const enum tierbpf_fact directions[] = { TIERBPF_FACT_READ_BANDWIDTH,
							TIERBPF_FACT_WRITE_BANDWIDTH };
	int64_t its = 0, drams = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		if (!machine_knows(n, directions[i]) || !machine_knows(dram, directions[i]))
			continue;
		its += n->facts.value[directions[i]];
		drams += dram->facts.value[directions[i]];
	}
	*comparable = drams != 0;
	return 4 * its > 5 * drams;
}

/* Compares with the first node with CPUs and memory that can be compared. */
static bool is_hbm(const struct machine *m, const struct machine_node *n)
{
	bool comparable = false, more = false;
	int i;

	if (!n->memory || n->cpu)
		return false;
	for (i = 0; i < m->nr_nodes && !comparable; i++)
		if (m->nodes[i].cpu && m->nodes[i].memory)
			more = has_more(n, &m->nodes[i], &comparable);
	return comparable && more;
}

/* ---- memory of drivers ---- */

static bool is_device(const struct machine_node *n)
{
	return n->driver_managed && !n->cpu;
}

static bool is_kmem(const struct machine_node *n)
{
	return machine_knows(n, TIERBPF_FACT_DRIVER) &&
	       n->facts.value[TIERBPF_FACT_DRIVER] == driver_name_value("kmem");
}

/* ---- hotplug ---- */

static bool is_hotplug(const struct srat *s, int node, bool memory)
{
	bool described = false;
	size_t i;

	for (i = 0; i < s->nr_ranges; i++) {
		const struct srat_range *range = &s->ranges[i];

		if (range->node != node || !range->length)
			continue;
		if (!(range->flags & SRAT_HOTPLUG))
			return false;
		described = true;
	}
	return described || memory;
}

static void set_kind(const struct machine *m, const struct srat *srat, int node,
		     struct machine_node *n)
{
	if (machine_knows(n, TIERBPF_FACT_KIND))
		return;
	if (is_device(n) && !is_kmem(n))
		machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_DEVICE, SOURCE_IOMEM);
	else if (is_hbm(m, n))
		machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_HBM, SOURCE_DERIVED);
	else if (is_device(n))
		machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_DEVICE, SOURCE_IOMEM);
	else if (srat && is_hotplug(srat, node, n->memory))
		machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	else if (n->memory)
		machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
}

void machine_read_kind(const char *root, const struct srat *srat, struct machine *m)
{
	int i;

	read_devices(root, m);
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].possible)
			set_kind(m, srat, i, &m->nodes[i]);
}
