// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of devices: CXL cards, CXL regions and dax devices whose memory is in no node, and those
 * whose memory is a part of a node with CPUs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/srat.h"
#include "cxl/ports.h"
#include "doctor/doctor.h"
#include "machine/machine.h"
#include "policy/fact-text.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define DAX "/sys/bus/dax/devices"
#define ND "/sys/bus/nd/devices"
#define LINE 256

enum part { RAM, PMEM, NR_PARTS }; /* of a card's memory */

struct look {
	struct doctor *d;
	const struct machine *m;
	uint64_t block_size; /* 0: sysfs shows no blocks of memory */
	size_t fine; /* devices whose memory was found in nodes without CPUs */
	size_t findings;
	/* of the card or region that is looked at */
	const char *card;
	uint64_t total[NR_PARTS], allocated[NR_PARTS];
	bool has_endpoint;
	bool has_dax;
	const struct machine_region *region;
	unsigned int nd_region;
	bool has_nd_region, has_namespace, hidden;
};

struct size_text {
	char text[32];
};

static struct size_text size_text(uint64_t bytes)
{
	struct size_text t;

	fact_text(TIERBPF_FACT_SIZE, (int64_t)bytes, t.text, sizeof(t.text));
	return t;
}

static void finds(struct look *l, const char *found, const char *fix)
{
	l->findings++;
	doctor_finds(l->d, "device memory", DOCTOR_ADVICE, "in nodes of its own, without CPUs", fix,
		     "%s", found);
}

/* ---- what has become memory of a node ---- */

static bool block_exists(const struct look *l, uint64_t number)
{
	int node;

	for (node = 0; node < l->m->nr_nodes; node++)
		if (sysfs_exists(l->d->root, SYSFS_NODES "/node%d/memory%" PRIu64, node, number))
			return true;
	return false;
}

/* The number of the first block that lies within; false: there is none. Drivers add whole blocks. */
static bool first_block(const struct look *l, uint64_t base, uint64_t size, uint64_t *number)
{
	uint64_t before = base % l->block_size ? l->block_size - base % l->block_size : 0;

	*number = base / l->block_size + (before != 0);
	return size >= before && size - before >= l->block_size;
}

/* Without blocks in sysfs, only @node can tell. */
static bool is_memory(const struct look *l, uint64_t base, uint64_t size, int node)
{
	uint64_t number;

	if (l->block_size && base)
		return first_block(l, base, size, &number) && block_exists(l, number);
	return node >= 0 && node < l->m->nr_nodes && l->m->nodes[node].memory;
}

static bool has_cpus(const struct look *l, int node)
{
	return node >= 0 && node < l->m->nr_nodes && l->m->nodes[node].cpu;
}

static const struct machine_region *region_at(const struct machine *m, uint64_t base)
{
	size_t i;

	for (i = 0; base && i < m->nr_regions; i++)
		if (base >= m->regions[i].base && base - m->regions[i].base < m->regions[i].size)
			return &m->regions[i];
	return NULL;
}

static bool is_in_srat(const struct machine *m, uint64_t base)
{
	size_t i;

	for (i = 0; base && m->srat && i < m->srat->nr_ranges; i++)
		if (base >= m->srat->ranges[i].base &&
		    base - m->srat->ranges[i].base < m->srat->ranges[i].length)
			return true;
	return false;
}

/*
 * Why the memory at @base is, or would be, a part of a node with CPUs. Of an NVDIMM, only firmware
 * can say it; of others, the kernel may also have overlooked a window of CEDT.
 */
static void why_joined(const struct look *l, uint64_t base, bool nvdimm, char fix[LINE])
{
	const struct machine_region *r = region_at(l->m, base);
	bool in_window = r && r->in_window, in_srat = is_in_srat(l->m, base);

	if (r && r->window_node != NO_NODE)
		snprintf(fix, LINE,
			 "boot Linux 7.0 or newer, or a stable release since March 2026 (6.19.6, Debian's 6.12.95): "
			 "older kernels overlook node %d of its CXL window where that lies between ranges of another node",
			 r->window_node);
	else if (nvdimm || (l->m->srat && (in_window || (in_srat && l->m->tables.cedt.found))))
		snprintf(fix, LINE,
			 "ask the vendor for new firmware: it gives this memory the proximity domain of CPUs, so no "
			 "kernel makes a node of it");
	else
		snprintf(fix, LINE,
			 "run doctor as root: only root can read its address and the tables, SRAT and CEDT, that tell why");
}

/* Memory that is called @name is a part of @node, which has CPUs. */
static void finds_joined(struct look *l, const char *name, int node, const char *fix)
{
	char found[2 * LINE];

	snprintf(found, sizeof(found),
		 "%s is a part of node %d, which has CPUs, so it cannot have a tier of its own",
		 name, node);
	finds(l, found, fix);
}

/* ---- cards ---- */

/* Where no mode is known, the partition that the decoders before it have left room in. */
static enum part part_of(const struct look *l, const char *decoder)
{
	_cleanup_free_ char *mode = NULL;

	if (!sysfs_text(&mode, l->d->root, CXL_DEVICES "/%s/mode", decoder))
		return strcmp(mode, "pmem") ? RAM : PMEM;
	return l->total[RAM] > l->allocated[RAM] ? RAM : PMEM;
}

static void visit_decoder(const char *name, void *arg)
{
	struct look *l = arg;
	uint64_t size;

	if (sysfs_number(&size, 0, l->d->root, CXL_DEVICES "/%s/dpa_size", name))
		l->allocated[part_of(l, name)] += size;
}

/* An endpoint's decoders are called decoderX.Y, as endpointX. */
static void visit_endpoint(const char *name, void *arg)
{
	_cleanup_free_ char *endpoint = NULL, *card = NULL;
	struct look *l = arg;
	char prefix[32];
	unsigned int x;

	if (sscanf(name, "endpoint%u", &x) != 1)
		return;
	endpoint = cxl_link(l->d->root, CXL_DEVICES, name);
	card = endpoint ? cxl_link(l->d->root, endpoint, "uport") : NULL;
	if (!card || strcmp(card, l->card))
		return;
	l->has_endpoint = true;
	snprintf(prefix, sizeof(prefix), "decoder%u.", x);
	sysfs_each(l->d->root, CXL_DEVICES, prefix, visit_decoder, l);
}

/* "mem0 (card 0x1)" */
static void name_card(const struct look *l, unsigned int number, char text[64])
{
	uint64_t serial;

	if (sysfs_number(&serial, 0, l->d->root, "%s/serial", l->card))
		snprintf(text, 64, "mem%u (card 0x%" PRIx64 ")", number, serial);
	else
		snprintf(text, 64, "mem%u", number);
}

static void look_at_part(struct look *l, unsigned int number, enum part part)
{
	char found[LINE], fix[LINE], name[64];

	if (l->total[part] <= l->allocated[part])
		return;
	name_card(l, number, name);
	snprintf(found, sizeof(found), "%s of %s%s are in no CXL region",
		 size_text(l->total[part] - l->allocated[part]).text, name,
		 part == PMEM ? ", persistent," : "");
	if (part == RAM)
		snprintf(fix, sizeof(fix), "cxl create-region -t ram -m mem%u", number);
	else
		snprintf(fix, sizeof(fix),
			 "cxl create-region -t pmem -m mem%u, then ndctl create-namespace -m devdax -r REGION, and "
			 "daxctl reconfigure-device --mode=system-ram daxX.Y",
			 number);
	finds(l, found, fix);
}

/* Of a card that the CXL core has not connected, nothing says how much is in use. */
static void finds_not_connected(struct look *l, unsigned int number)
{
	char found[LINE], name[64];

	name_card(l, number, name);
	snprintf(found, sizeof(found), "%s, %s, is not connected", name,
		 size_text(l->total[RAM] + l->total[PMEM]).text);
	finds(l, found, "modprobe -a cxl_mem cxl_port; if that changes nothing, dmesg says why");
}

static void visit_card(const char *name, void *arg)
{
	_cleanup_free_ char *card = NULL;
	struct look *l = arg;
	unsigned int number;

	if (sscanf(name, "mem%u", &number) != 1)
		return;
	card = cxl_link(l->d->root, CXL_DEVICES, name);
	if (!card)
		return;
	memset(l->total, 0, sizeof(l->total));
	memset(l->allocated, 0, sizeof(l->allocated));
	sysfs_number(&l->total[RAM], 0, l->d->root, "%s/ram/size", card);
	sysfs_number(&l->total[PMEM], 0, l->d->root, "%s/pmem/size", card);
	l->card = card;
	l->has_endpoint = false;
	sysfs_each(l->d->root, CXL_DEVICES, "endpoint", visit_endpoint, l);
	if (l->has_endpoint) {
		look_at_part(l, number, RAM);
		look_at_part(l, number, PMEM);
	} else if (l->total[RAM] + l->total[PMEM]) {
		finds_not_connected(l, number);
	}
}

/* ---- regions ---- */

static void note_dax(const char *name, void *arg)
{
	((struct look *)arg)->has_dax = true;
}

/* A dax device of the nd bus is not below the region, but within its addresses. */
static void visit_dax_within(const char *name, void *arg)
{
	struct look *l = arg;
	uint64_t base;

	if (sysfs_number(&base, 0, l->d->root, DAX "/%s/resource", name) &&
	    base >= l->region->base && base - l->region->base < l->region->size)
		l->has_dax = true;
}

/* The nd bus has numbers of its own. Only root can read addresses there. */
static void visit_nd_region(const char *name, void *arg)
{
	struct look *l = arg;
	unsigned int number;
	uint64_t base;

	if (sscanf(name, "region%u", &number) != 1)
		return;
	if (!sysfs_number(&base, 0, l->d->root, ND "/%s/resource", name)) {
		l->hidden = true;
	} else if (base == l->region->base) {
		l->nd_region = number;
		l->has_nd_region = true;
	}
}

/* One without a size is only a seed. Where the size cannot be read, it counts. */
static void visit_namespace(const char *name, void *arg)
{
	struct look *l = arg;
	unsigned int region, number;
	uint64_t size = 1;

	if (sscanf(name, "namespace%u.%u", &region, &number) != 2 || region != l->nd_region)
		return;
	sysfs_number(&size, 0, l->d->root, ND "/%s/size", name);
	l->has_namespace |= size != 0;
}

/*
 * What an idle region of persistent memory lacks; NULL: nothing, or it is not known. With a
 * namespace of another mode it is in use, and nothing is said of it.
 */
static const char *pmem_lacks(struct look *l, char fix[LINE])
{
	unsigned int number = l->region->number;

	l->has_nd_region = l->has_namespace = l->hidden = false;
	sysfs_each(l->d->root, DAX, "dax", visit_dax_within, l);
	sysfs_each(l->d->root, ND, "region", visit_nd_region, l);
	if (l->has_nd_region)
		sysfs_each(l->d->root, ND, "namespace", visit_namespace, l);
	if (l->has_dax || l->has_namespace || !l->region->base)
		return NULL;
	if (l->has_nd_region) {
		snprintf(fix, LINE,
			 "ndctl create-namespace -m devdax -r region%u, and daxctl reconfigure-device "
			 "--mode=system-ram daxX.Y",
			 l->nd_region);
		return "has no namespace";
	}
	if (!sysfs_exists(l->d->root, CXL_DEVICES "/region%u/driver", number)) {
		snprintf(fix, LINE, "cxl enable-region region%u", number);
		return "is not enabled";
	}
	snprintf(fix, LINE, "modprobe cxl_pmem");
	return l->hidden ? NULL : "is in no region of the nd bus";
}

/* libcxl's enable-region only binds the driver, which wants a region that is committed. */
static const char *region_lacks(struct look *l, const char *path, char fix[LINE])
{
	_cleanup_free_ char *commit = NULL, *mode = NULL;
	unsigned int number = l->region->number;
	char dax[LINE];

	snprintf(dax, sizeof(dax), CXL_DEVICES "/region%u/dax_region%u", number, number);
	l->has_dax = false;
	sysfs_each(l->d->root, dax, "dax", note_dax, l);
	if (l->has_dax)
		return NULL; /* visit_dax() has it */
	if (!sysfs_text(&commit, l->d->root, "%s/commit", path) && !strcmp(commit, "0")) {
		snprintf(fix, LINE,
			 "echo 1 >" CXL_DEVICES "/region%u/commit && cxl enable-region region%u",
			 number, number);
		return "is not committed";
	}
	if (!sysfs_text(&mode, l->d->root, "%s/mode", path) && !strcmp(mode, "pmem"))
		return pmem_lacks(l, fix);
	if (!sysfs_exists(l->d->root, "%s", dax)) {
		snprintf(fix, LINE, "cxl enable-region region%u", number);
		return "is not enabled";
	}
	snprintf(fix, LINE, "modprobe -a dax_cxl kmem");
	return "has no dax device";
}

static void look_at_idle(struct look *l, const char *path)
{
	char found[LINE], fix[LINE];
	const char *lacks = region_lacks(l, path, fix);

	if (!lacks)
		return;
	snprintf(found, sizeof(found), "region%u, %s, %s", l->region->number,
		 size_text(l->region->size).text, lacks);
	finds(l, found, fix);
}

static void look_at_region(struct look *l, const struct machine_region *r)
{
	char path[LINE], name[64], fix[LINE];

	if (!r->size)
		return;
	snprintf(path, sizeof(path), CXL_DEVICES "/region%u", r->number);
	snprintf(name, sizeof(name), "region%u, %s,", r->number, size_text(r->size).text);
	l->region = r;
	if (!is_memory(l, r->base, r->size, r->node)) {
		look_at_idle(l, path);
	} else if (has_cpus(l, r->node)) {
		why_joined(l, r->base, false, fix);
		finds_joined(l, name, r->node, fix);
	} else {
		l->fine++;
	}
}

static void look_at_shared(struct look *l)
{
	int node;

	for (node = 0; node < l->m->nr_nodes; node++) {
		_cleanup_free_ char *by = machine_shared_by(l->m, node);

		if (by)
			doctor_finds(l->d, "CXL regions", DOCTOR_ADVICE, "a node for each region",
				     "create a region in another CXL window, if firmware has one for these cards: "
				     "cxl create-region -d decoder0.N",
				     "node %d is shared by %s, so they have one tier", node, by);
	}
}

/* ---- dax devices ---- */

static bool is_of_region(const char *path)
{
	return strstr(path, "/dax_region");
}

/* "dax0.0, 128 GiB of region0," */
static void name_dax(const char *name, const char *path, uint64_t size, char text[LINE])
{
	const char *of = strstr(path, "/dax_region");
	unsigned int region;

	if (of && sscanf(of, "/dax_region%u", &region) == 1)
		snprintf(text, LINE, "%s, %s of region%u,", name, size_text(size).text, region);
	else
		snprintf(text, LINE, "%s, %s%s,", name, size_text(size).text,
			 strstr(path, "/ndbus") ? " of an NVDIMM" :
			 strstr(path, "/hmem")	? " that firmware has set aside" :
						  "");
}

static const char *driver_of(const struct look *l, const char *path, char **link)
{
	const char *slash;

	*link = cxl_link(l->d->root, path, "driver");
	slash = *link ? strrchr(*link, '/') : NULL;
	return slash ? slash + 1 : NULL;
}

struct dax {
	char device[32]; /* dax0.0 */
	char name[LINE]; /* with its size, and whose it is */
	const char *driver;
	uint64_t base, size;
	int node; /* NO_NODE: not known, or none */
	bool no_node; /* the kernel says that it has none */
	bool nvdimm; /* of one that is no CXL card */
};

/* What keeps it from becoming memory of a node without CPUs; false: nothing is known to. */
static bool is_held_back(const struct look *l, const struct dax *x, char why[LINE], char fix[LINE])
{
	uint64_t number;

	if (has_cpus(l, x->node)) {
		snprintf(why, LINE, "; as memory it would become a part of a node with CPUs");
		why_joined(l, x->base, x->nvdimm, fix);
	} else if (x->no_node) {
		snprintf(why, LINE, "; firmware gives it no node, so it cannot become memory");
		snprintf(fix, LINE,
			 "ask the vendor for new firmware: this memory has no proximity domain");
	} else if (l->block_size && x->base && !first_block(l, x->base, x->size, &number)) {
		snprintf(why, LINE, "; it holds no whole block of memory, which has %s here",
			 size_text(l->block_size).text);
		snprintf(fix, LINE,
			 "make it larger, since memory is added in whole blocks that are aligned to their size");
	} else {
		return false;
	}
	return true;
}

static void finds_unused(struct look *l, const struct dax *x)
{
	bool kmem = x->driver && !strcmp(x->driver, "kmem");
	char found[3 * LINE], why[LINE] = "", fix[LINE];

	/* Without its address, blocks that are offline cannot be told from none. */
	if (kmem && (!l->block_size || !x->base))
		return;
	if (is_held_back(l, x, why, fix))
		;
	else if (kmem)
		snprintf(fix, sizeof(fix), "dmesg says why kmem has not added it");
	else
		snprintf(fix, sizeof(fix), "daxctl reconfigure-device --mode=system-ram %s%s",
			 x->device, x->driver ? ", if no program needs it" : "");
	snprintf(found, sizeof(found), "%s is in no node: %s%s", x->name,
		 kmem	   ? "kmem has it, but no memory came of it" :
		 x->driver ? "programs can use it as a device" :
			     "no driver has taken it",
		 why);
	finds(l, found, fix);
}

static void read_dax_node(const struct look *l, const char *path, struct dax *x)
{
	_cleanup_free_ char *text = NULL;
	int node;

	x->node = NO_NODE;
	if (sysfs_text(&text, l->d->root, "%s/target_node", path))
		return;
	x->no_node = !strcmp(text, "-1");
	node = atoi(text);
	if (node >= 0 && node < TIERBPF_MAX_NODES)
		x->node = node;
}

static void visit_dax(const char *entry, void *arg)
{
	_cleanup_free_ char *path = NULL, *link = NULL;
	unsigned int region, number;
	struct look *l = arg;
	struct dax x = {};
	char fix[LINE];

	if (sscanf(entry, "dax%u.%u", &region, &number) != 2)
		return;
	snprintf(x.device, sizeof(x.device), "dax%u.%u", region, number);
	path = cxl_link(l->d->root, DAX, x.device);
	if (!path || !sysfs_number(&x.size, 0, l->d->root, "%s/size", path) || !x.size)
		return; /* it has no memory yet */
	sysfs_number(&x.base, 0, l->d->root, "%s/resource", path);
	read_dax_node(l, path, &x);
	x.nvdimm = strstr(path, "/ndbus") && !region_at(l->m, x.base);
	name_dax(x.device, path, x.size, x.name);
	x.driver = driver_of(l, path, &link);
	if (!is_memory(l, x.base, x.size, x.node)) {
		finds_unused(l, &x);
	} else if (!has_cpus(l, x.node)) {
		l->fine++;
	} else if (!is_of_region(path)) { /* look_at_region() has it */
		why_joined(l, x.base, x.nvdimm, fix);
		finds_joined(l, x.name, x.node, fix);
	}
}

/* ---- all ---- */

static void note_block(const char *name, void *arg)
{
	*(bool *)arg = true;
}

static void read_block_size(struct look *l)
{
	bool blocks = false;
	char path[64];
	int node;

	for (node = 0; node < l->m->nr_nodes && !blocks; node++) {
		snprintf(path, sizeof(path), SYSFS_NODES "/node%d", node);
		sysfs_each(l->d->root, path, "memory", note_block, &blocks);
	}
	if (!blocks || !sysfs_number(&l->block_size, 16, l->d->root,
				     "/sys/devices/system/memory/block_size_bytes"))
		l->block_size = 0;
}

void doctor_look_at_devices(struct doctor *d, const struct machine *m)
{
	struct look l = { .d = d, .m = m };
	size_t i;

	read_block_size(&l);
	sysfs_each(d->root, CXL_DEVICES, "mem", visit_card, &l);
	for (i = 0; i < m->nr_regions; i++)
		look_at_region(&l, &m->regions[i]);
	sysfs_each(d->root, DAX, "dax", visit_dax, &l);
	if (l.fine && !l.findings)
		doctor_finds(d, "device memory", DOCTOR_FINE, "in nodes of its own, without CPUs",
			     NULL, "in nodes of its own");
	look_at_shared(&l);
}
