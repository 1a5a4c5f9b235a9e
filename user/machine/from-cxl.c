// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the nodes that are the memory of CXL regions, their cards, and their performance.
 *
 *	/sys/bus/cxl/devices/regionN/
 *		dax_regionN/daxN.M/target_node	the node, if the region is a dax device
 *		resource, size			its addresses, even if it has been RAM since boot
 *		access1/read_latency, …		by the kernel, from CDAT and the path to the cards
 *		targetI				the card at position I of the interleave (ports.h)
 *
 * It also finds the nodes that the kernel has made for CXL windows (CEDT) without a region yet,
 * and predicts the properties of that region as far as they are certain (region-to-come.h); and
 * those whose memory, as SRAT describes it, lies in such windows.
 */
#include "acpi/cedt.h"
#include "acpi/hmat-access.h"
#include "cxl/ports.h"
#include "cxl/region-perf.h"
#include "cxl/region-to-come.h"
#include "machine/facts.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

struct region {
	const char *root;
	const struct srat *srat;
	struct machine *m;
	struct cxl_bridge *bridges;
	size_t nr_bridges;
	char *path; /* relative to the root, with links resolved */
	unsigned int number;
	struct machine_node *node; /* NULL until found */
};

/* ---- the node ---- */

static void visit_dax(const char *name, void *arg)
{
	struct region *r = arg;
	uint64_t node;

	if (!r->node && sysfs_number(&node, 10, r->root, "%s/dax_region%u/%s/target_node", r->path,
				     r->number, name))
		r->node = machine_possible(r->m, node);
}

static void find_by_dax(struct region *r)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/dax_region%u", r->path, r->number);
	sysfs_each(r->root, path, "dax", visit_dax, r);
}

/* If the firmware has made the region RAM, it has no dax device, but blocks of memory. */
static void find_by_block(struct region *r, uint64_t base)
{
	uint64_t block_size;
	int i;

	if (!sysfs_number(&block_size, 16, r->root, "/sys/devices/system/memory/block_size_bytes") ||
	    !block_size)
		return;
	for (i = 0; i < r->m->nr_nodes && !r->node; i++)
		if (sysfs_exists(r->root, SYSFS_NODES "/node%d/memory%llu", i,
				 (unsigned long long)(base / block_size)))
			r->node = machine_possible(r->m, (uint64_t)i);
}

static void find_by_srat(struct region *r, uint64_t base)
{
	size_t i;

	for (i = 0; r->srat && i < r->srat->nr_ranges && !r->node; i++) {
		const struct srat_range *range = &r->srat->ranges[i];

		if (base >= range->base && base - range->base < range->length)
			r->node = machine_possible(r->m, (uint64_t)range->node);
	}
}

static void find_node(struct region *r)
{
	uint64_t base;

	find_by_dax(r);
	if (r->node || !sysfs_number(&base, 0, r->root, "%s/resource", r->path))
		return;
	find_by_block(r, base);
	find_by_srat(r, base);
}

/* ---- the cards ---- */

/* Reads the serial number of the card that endpoint decoder @decoder belongs to. */
static bool read_serial(const char *root, const char *decoder, uint64_t *serial)
{
	_cleanup_free_ char *endpoint = decoder ? cxl_parent(decoder) : NULL;

	return endpoint && cxl_serial(root, endpoint, serial);
}

static void read_serials(const struct region *r, struct machine_region *region)
{
	bool more;
	int i;

	for (i = 0; i < TIERBPF_NR_SERIALS; i++) {
		_cleanup_free_ char *decoder = cxl_target(r->root, r->path, i, &more);

		if (!more)
			return;
		region->cards[i].known = read_serial(r->root, decoder, &region->cards[i].serial);
	}
}

/* Behind those of the node's other regions. */
static void add_serials(struct machine_node *n, const struct machine_region *region)
{
	int i, first = TIERBPF_NR_SERIALS;

	while (first && !machine_knows(n, TIERBPF_FACT_CXL_SERIAL + first - 1))
		first--;
	for (i = 0; first + i < TIERBPF_NR_SERIALS; i++)
		if (region->cards[i].known)
			machine_set_fact(n, TIERBPF_FACT_CXL_SERIAL + first + i,
					 (int64_t)region->cards[i].serial, SOURCE_SYSFS);
}

/* ---- their performance ---- */

/*
 * Reads the kernel's values and computes our own. For a node that only a CXL window made, the
 * region's directory is the only place with the kernel's values before the memory is online, and
 * in 7.3 also afterwards (HMAT does not describe such a node).
 */
static void read_performance(const struct region *r)
{
	struct cxl_perf found;
	char path[4096];

	snprintf(path, sizeof(path), "%s/access1", r->path);
	machine_read_performance(r->root, path, &r->node->region);
	if (cxl_perf_read(r->root, r->path, r->bridges, r->nr_bridges, &found)) {
		r->node->cdat = found.perf;
		r->node->cdat_link_ps = found.link_ps;
	}
}

/* Reads the paths from the CPUs to the host bridges, which are generic ports in SRAT and HMAT. */
static void read_bridges(struct region *r)
{
	_cleanup_(cleanup_hmat_access) struct hmat_access *access = NULL;
	struct access found[NR_CLASSES];
	struct nodeset cpus = {};
	size_t i;
	int node;

	if (!r->srat || !r->m->hmat || !r->srat->nr_ports)
		return;
	for (node = 0; node < r->m->nr_nodes; node++)
		if (r->m->nodes[node].cpu)
			nodeset_add(&cpus, node);
	r->bridges = calloc(r->srat->nr_ports, sizeof(*r->bridges));
	if (!r->bridges || hmat_access_new(r->m->hmat, r->srat, &cpus, &access))
		return;
	for (i = 0; i < r->srat->nr_ports; i++) {
		const uint8_t *uid = r->srat->ports[i].handle + 8;

		hmat_access_port(access, &r->srat->ports[i], found);
		r->bridges[r->nr_bridges++] = (struct cxl_bridge){
			.uid = (uint32_t)(uid[0] | uid[1] << 8 | uid[2] << 16) | (uint32_t)uid[3]
											 << 24,
			.perf = found[CLASS_CPU].perf,
		};
	}
}

/* ---- regions ---- */

/* Is the last region in m->regions the first one of its node? */
static bool is_first(const struct region *r)
{
	const struct machine_region *region = &r->m->regions[r->m->nr_regions - 1], *other;

	for (other = r->m->regions; other->node != region->node; other++)
		;
	return other == region;
}

/*
 * If a node has several regions, the number and the performance of the first one count. A node with
 * CPUs is DRAM, whatever has joined it: a rule about a card must not move it.
 */
static void set_facts(const struct region *r, const struct machine_region *region)
{
	bool first = is_first(r);

	if (first)
		read_performance(r);
	if (r->node->cpu)
		return;
	if (first) {
		machine_set_fact(r->node, TIERBPF_FACT_CXL_REGION, r->number, SOURCE_SYSFS);
		machine_set_fact(r->node, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_SYSFS);
	}
	add_serials(r->node, region);
}

static void read_region(struct region *r)
{
	struct machine_region *region;

	if (ARRAY_GROW(r->m->regions, r->m->nr_regions))
		return;
	find_node(r);
	region = &r->m->regions[r->m->nr_regions++];
	*region = (struct machine_region){
		.number = r->number,
		.node = r->node ? (int)(r->node - r->m->nodes) : NO_NODE,
		.window_node = NO_NODE,
	};
	sysfs_number(&region->base, 0, r->root, "%s/resource", r->path);
	sysfs_number(&region->size, 0, r->root, "%s/size", r->path);
	read_serials(r, region);
	if (r->node)
		set_facts(r, region);
}

static void visit_region(const char *name, void *arg)
{
	struct region *r = arg;

	r->node = NULL;
	if (sscanf(name, "region%u", &r->number) != 1)
		return;
	r->path = cxl_region(r->root, name);
	if (r->path)
		read_region(r);
	free(r->path);
}

/* ---- windows ---- */

/* Is the whole range in windows? It may begin in one, and end in another that follows. */
static bool in_windows(const struct cedt *c, const struct srat_range *range)
{
	uint64_t at = range->base, end = range->base + range->length;
	size_t i = 0;

	while (at < end && i < c->nr_windows) {
		const struct cedt_window *w = &c->windows[i++];

		if (at >= w->base && at - w->base < w->size) {
			if (w->size >= end - w->base)
				return true;
			at = w->base + w->size;
			i = 0;
		}
	}
	return at >= end;
}

/* Firmware that sets up the cards itself describes their memory in SRAT as well. */
static bool all_in_windows(const struct cedt *c, const struct srat *srat, int node)
{
	bool any = false;
	size_t i;

	for (i = 0; i < srat->nr_ranges; i++) {
		if (srat->ranges[i].node != node || !srat->ranges[i].length)
			continue;
		if (!in_windows(c, &srat->ranges[i]))
			return false;
		any = true;
	}
	return any;
}

static void read_covered(const struct region *r, const struct cedt *c)
{
	int node;

	for (node = 0; node < r->m->nr_nodes; node++) {
		struct machine_node *n = &r->m->nodes[node];

		if (n->possible && !n->cpu && !machine_knows(n, TIERBPF_FACT_KIND) &&
		    all_in_windows(c, r->srat, node))
			machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_CEDT);
	}
}

static void foresee(const struct region *r, const struct cedt_window *w, struct machine_node *n)
{
	struct cxl_expected e;
	size_t i;

	cxl_expect(r->root, w, r->bridges, r->nr_bridges, &e);
	n->to_come = true;
	n->cdat = e.perf.perf;
	n->cdat_link_ps = e.perf.link_ps;
	for (i = 0; i < e.nr_serials && i < TIERBPF_NR_SERIALS; i++)
		machine_set_fact(n, TIERBPF_FACT_CXL_SERIAL + i, (int64_t)e.serials[i],
				 SOURCE_SYSFS_TO_COME);
}

static void read_window(const struct region *r, const struct cedt_window *w)
{
	struct machine_node *n =
		w->node == CEDT_NO_NODE ? NULL : machine_possible(r->m, (uint64_t)w->node);
	size_t i;

	for (i = 0; i < r->m->nr_regions; i++) {
		struct machine_region *region = &r->m->regions[i];

		if (!region->base || region->base < w->base || region->base - w->base >= w->size)
			continue;
		region->in_window = true;
		if (n)
			region->window_node = w->node;
	}
	if (!n || n->cpu || machine_knows(n, TIERBPF_FACT_KIND))
		return;
	machine_set_fact(n, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_CEDT);
	if (!n->memory)
		foresee(r, w, n);
}

static void read_windows(const struct region *r)
{
	_cleanup_free_ struct cedt *cedt = NULL;
	size_t i;

	if (!r->srat || cedt_read(r->root, r->srat, &cedt, &r->m->tables.cedt))
		return;
	for (i = 0; i < cedt->nr_windows; i++)
		read_window(r, &cedt->windows[i]);
	read_covered(r, cedt);
}

void machine_read_cxl(const char *root, struct machine *m)
{
	struct region r = { .root = root, .srat = m->srat, .m = m };

	read_bridges(&r);
	sysfs_each(root, CXL_DEVICES, "region", visit_region, &r);
	read_windows(&r);
	free(r.bridges);
}
