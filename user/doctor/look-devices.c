// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of devices: CXL cards, CXL regions and dax devices whose memory is in no node, and those
 * whose memory is a part of a node with CPUs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/ports.h"
#include "doctor/doctor.h"
#include "machine/machine.h"
#include "policy/fact-text.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define DAX "/sys/bus/dax/devices"
#define LINE 256

struct look {
	struct doctor *d;
	const struct machine *m;
	uint64_t block_size; /* 0: sysfs shows no blocks of memory */
	size_t devices;
	size_t findings;
	/* of the card or region that is looked at */
	const char *card;
	uint64_t allocated;
	bool has_endpoint;
	bool has_dax;
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

/* Drivers add whole blocks. Without blocks in sysfs, only @node can tell. */
static bool is_memory(const struct look *l, uint64_t base, int node)
{
	if (l->block_size && base)
		return block_exists(l, base / l->block_size + (base % l->block_size != 0));
	return node >= 0 && node < l->m->nr_nodes && l->m->nodes[node].memory;
}

static bool has_cpus(const struct look *l, int node)
{
	return node >= 0 && node < l->m->nr_nodes && l->m->nodes[node].cpu;
}

/* Memory that is called @name is a part of @node, which has CPUs. */
static void finds_joined(struct look *l, const char *name, int node, int window_node)
{
	char found[LINE], fix[LINE];

	snprintf(found, sizeof(found),
		 "%s is a part of node %d, which has CPUs, so it cannot have a tier of its own",
		 name, node);
	if (window_node != NO_NODE)
		snprintf(fix, sizeof(fix),
			 "boot Linux 7.0 or newer, or a stable release since March 2026 (6.19.6, Debian's 6.12.95): "
			 "older kernels overlook node %d of its CXL window where that lies between ranges of another node",
			 window_node);
	else
		snprintf(fix, sizeof(fix),
			 "ask the vendor for new firmware: it gives this memory the proximity domain of CPUs, so no "
			 "kernel makes a node of it");
	finds(l, found, fix);
}

/* ---- cards ---- */

static void visit_decoder(const char *name, void *arg)
{
	struct look *l = arg;
	uint64_t size;

	if (sysfs_number(&size, 0, l->d->root, CXL_DEVICES "/%s/dpa_size", name))
		l->allocated += size;
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

static void finds_free(struct look *l, unsigned int number, uint64_t size, bool ram)
{
	char found[LINE], fix[LINE], card[32] = "";
	uint64_t serial;

	if (sysfs_number(&serial, 0, l->d->root, "%s/serial", l->card))
		snprintf(card, sizeof(card), " (card 0x%" PRIx64 ")", serial);
	snprintf(found, sizeof(found), "%s of mem%u%s are in no CXL region", size_text(size).text,
		 number, card);
	snprintf(fix, sizeof(fix), "cxl create-region -t %s -m mem%u%s", ram ? "ram" : "pmem",
		 number,
		 ram ? "" :
		       ", then ndctl create-namespace -m devdax, and daxctl reconfigure-device --mode=system-ram");
	finds(l, found, fix);
}

/* Of a card that the CXL core has not connected, nothing says how much is in use. */
static void visit_card(const char *name, void *arg)
{
	_cleanup_free_ char *card = NULL;
	uint64_t ram = 0, pmem = 0;
	struct look *l = arg;
	unsigned int number;

	if (sscanf(name, "mem%u", &number) != 1)
		return;
	card = cxl_link(l->d->root, CXL_DEVICES, name);
	if (!card)
		return;
	sysfs_number(&ram, 0, l->d->root, "%s/ram/size", card);
	sysfs_number(&pmem, 0, l->d->root, "%s/pmem/size", card);
	l->devices++;
	l->card = card;
	l->allocated = 0;
	l->has_endpoint = false;
	sysfs_each(l->d->root, CXL_DEVICES, "endpoint", visit_endpoint, l);
	if (l->has_endpoint && ram + pmem > l->allocated)
		finds_free(l, number, ram + pmem - l->allocated, ram > l->allocated);
}

/* ---- regions ---- */

static void note_dax(const char *name, void *arg)
{
	((struct look *)arg)->has_dax = true;
}

/* libcxl's enable-region only binds the driver, which wants a region that is committed. */
static void look_at_idle(struct look *l, const struct machine_region *r, const char *path)
{
	_cleanup_free_ char *commit = NULL, *mode = NULL;
	char found[LINE], fix[LINE], dax[LINE];
	const char *state = "is not enabled";

	snprintf(dax, sizeof(dax), CXL_DEVICES "/region%u/dax_region%u", r->number, r->number);
	l->has_dax = false;
	sysfs_each(l->d->root, dax, "dax", note_dax, l);
	if (l->has_dax || (!sysfs_text(&mode, l->d->root, "%s/mode", path) && !strcmp(mode, "pmem")))
		return;
	if (!sysfs_text(&commit, l->d->root, "%s/commit", path) && !strcmp(commit, "0")) {
		state = "is not committed";
		snprintf(fix, sizeof(fix),
			 "echo 1 >" CXL_DEVICES "/region%u/commit && cxl enable-region region%u",
			 r->number, r->number);
	} else if (!sysfs_exists(l->d->root, "%s", dax)) {
		snprintf(fix, sizeof(fix), "cxl enable-region region%u", r->number);
	} else {
		state = "has no dax device";
		snprintf(fix, sizeof(fix), "modprobe -a dax_cxl kmem");
	}
	snprintf(found, sizeof(found), "region%u, %s, %s", r->number, size_text(r->size).text,
		 state);
	finds(l, found, fix);
}

static void look_at_region(struct look *l, const struct machine_region *r)
{
	char path[LINE], name[64];

	l->devices++;
	if (!r->size)
		return;
	snprintf(path, sizeof(path), CXL_DEVICES "/region%u", r->number);
	snprintf(name, sizeof(name), "region%u, %s,", r->number, size_text(r->size).text);
	if (!is_memory(l, r->base, r->node))
		look_at_idle(l, r, path);
	else if (has_cpus(l, r->node))
		finds_joined(l, name, r->node, r->window_node);
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

static void finds_unused(struct look *l, const char *name, const char *device, const char *driver,
			 int node)
{
	char found[2 * LINE], fix[LINE];

	snprintf(found, sizeof(found), "%s is in no node: %s%s", name,
		 driver ? "programs can use it as a device" : "no driver has taken it",
		 has_cpus(l, node) ? "; as memory it would become a part of a node with CPUs" : "");
	snprintf(fix, sizeof(fix), "daxctl reconfigure-device --mode=system-ram %s%s", device,
		 driver ? ", if no program needs it" : "");
	finds(l, found, fix);
}

static void visit_dax(const char *entry, void *arg)
{
	_cleanup_free_ char *path = NULL, *link = NULL;
	uint64_t size = 0, base = 0, target;
	unsigned int region, number;
	char name[LINE], device[32];
	struct look *l = arg;
	const char *driver;
	int node = NO_NODE;

	if (sscanf(entry, "dax%u.%u", &region, &number) != 2)
		return;
	snprintf(device, sizeof(device), "dax%u.%u", region, number);
	path = cxl_link(l->d->root, DAX, device);
	if (!path || !sysfs_number(&size, 0, l->d->root, "%s/size", path) || !size)
		return; /* it has no memory yet */
	sysfs_number(&base, 0, l->d->root, "%s/resource", path);
	if (sysfs_number(&target, 10, l->d->root, "%s/target_node", path) &&
	    target < TIERBPF_MAX_NODES)
		node = (int)target;
	l->devices++;
	name_dax(device, path, size, name);
	driver = driver_of(l, path, &link);
	if (!is_memory(l, base, node) && !(driver && !strcmp(driver, "kmem")))
		finds_unused(l, name, device, driver, node);
	else if (has_cpus(l, node) && !is_of_region(path)) /* look_at_region() has it */
		finds_joined(l, name, node, NO_NODE);
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
	if (l.devices && !l.findings)
		doctor_finds(d, "device memory", DOCTOR_FINE, "in nodes of its own, without CPUs",
			     NULL, "in nodes of its own");
	look_at_shared(&l);
}
