// SPDX-License-Identifier: GPL-2.0-only
/* Memory that the machine has, and no node: of which firmware tells, offline, or left to drivers. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/srat.h"
#include "doctor/doctor.h"
#include "machine/iomem.h"
#include "machine/machine.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define MEMMAP "/sys/firmware/memmap" /* the memory map of firmware */

/* " of node 1-2", or "" if no node is known. The caller frees. */
static char *of_nodes(const struct nodeset *nodes)
{
	_cleanup_free_ char *list = nodeset_text(nodes);
	char *text = NULL;

	if (!list || asprintf(&text, *list ? " of node %s" : "%s", list) < 0)
		return NULL;
	return text;
}

/* SRAT ranges for memory that can be plugged in later do not count. */
static void look_at_nodes(struct doctor *d, const struct machine *m)
{
	_cleanup_free_ char *list = NULL;
	struct nodeset lost = {};
	size_t i;

	for (i = 0; i < m->srat->nr_ranges; i++) {
		const struct srat_range *r = &m->srat->ranges[i];

		if (r->length && !(r->flags & (SRAT_HOTPLUG | SRAT_NON_VOLATILE)) && r->node >= 0 &&
		    r->node < m->nr_nodes && !m->nodes[r->node].memory)
			nodeset_add(&lost, r->node);
	}
	list = nodeset_text(&lost);
	doctor_finds(d, "nodes", nodeset_is_empty(&lost) ? DOCTOR_FINE : DOCTOR_ADVICE,
		     "every node that has memory in SRAT",
		     "see memory blocks and soft-reserved memory; or mem= or memmap= keeps the kernel from using it",
		     nodeset_is_empty(&lost) ? "as in SRAT" :
					       "SRAT lists memory of node %s, but none is online",
		     list ?: "");
}

struct blocks {
	const char *root;
	int node;
	unsigned int all;
	unsigned int offline;
};

static void count_block(const char *name, void *arg)
{
	_cleanup_free_ char *state = NULL;
	struct blocks *b = arg;

	if (!isdigit((unsigned char)name[strlen("memory")]) ||
	    sysfs_text(&state, b->root, SYSFS_NODES "/node%d/%s/state", b->node, name))
		return;
	b->all++;
	b->offline += strcmp(state, "online") != 0;
}

static void look_at_blocks(struct doctor *d)
{
	struct blocks b = { .root = d->root };
	_cleanup_free_ char *of = NULL;
	struct nodeset nodes = {};
	char path[64];

	for (b.node = 0; b.node < TIERBPF_MAX_NODES; b.node++) {
		unsigned int before = b.offline;

		snprintf(path, sizeof(path), SYSFS_NODES "/node%d", b.node);
		sysfs_each(d->root, path, "memory", count_block, &b);
		if (b.offline > before)
			nodeset_add(&nodes, b.node);
	}
	of = of_nodes(&nodes);
	doctor_finds(d, "memory blocks",
		     b.offline ? DOCTOR_ADVICE :
		     b.all     ? DOCTOR_FINE :
				 DOCTOR_UNKNOWN,
		     "all online",
		     !b.offline ?
			     NULL :
			     "daxctl online-memory, or: echo online_movable > /sys/devices/system/memory/memoryN/state",
		     b.offline ? "%u offline%s" :
		     b.all     ? "all online" :
				 "not known",
		     b.offline, of ?: "");
}

struct span {
	uint64_t from;
	uint64_t to; /* inclusive */
};

struct spans {
	struct span *list;
	size_t count;
};

static void add_span(struct spans *s, uint64_t from, uint64_t to)
{
	if (ARRAY_GROW(s->list, s->count))
		return;
	s->list[s->count++] = (struct span){ from, to };
}

static bool overlaps(const struct spans *s, size_t count, const struct span *with)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (s->list[i].from <= with->to && with->from <= s->list[i].to)
			return true;
	return false;
}

/* Physical ranges that are left to drivers, and those that belong to nodes. */
struct ranges {
	const char *root;
	struct spans reserved;
	struct spans ram;
};

static void sort_iomem(const struct iomem *io, struct ranges *r)
{
	const struct iomem_range *range;

	for (range = io->list; range < io->list + io->count; range++) {
		if (!strcmp(range->name, "Soft Reserved"))
			add_span(&r->reserved, range->from, range->to);
		if (!strncmp(range->name, "System RAM", strlen("System RAM")))
			add_span(&r->ram, range->from, range->to);
	}
}

static void read_memmap(const char *name, void *arg)
{
	_cleanup_free_ char *type = NULL;
	struct ranges *r = arg;
	uint64_t from, to;

	if (sysfs_text(&type, r->root, MEMMAP "/%s/type", name) || strcmp(type, "Soft Reserved"))
		return;
	if (sysfs_number(&from, 16, r->root, MEMMAP "/%s/start", name) &&
	    sysfs_number(&to, 16, r->root, MEMMAP "/%s/end", name))
		add_span(&r->reserved, from, to);
}

static void nodes_of(const struct machine *m, const struct span *s, struct nodeset *nodes)
{
	size_t i;

	for (i = 0; m && m->srat && i < m->srat->nr_ranges; i++) {
		const struct srat_range *r = &m->srat->ranges[i];

		if (r->node >= 0 && r->base <= s->to && s->from < r->base + r->length)
			nodeset_add(nodes, r->node);
	}
}

/* Soft-reserved memory as the kernel lists it, and as firmware does: Linux 7.x leaves it out of /proc/iomem. */
static void look_at_reserved(struct doctor *d, const struct machine *m)
{
	_cleanup_(cleanup_iomem) struct iomem io;
	struct ranges r = { .root = d->root };
	_cleanup_free_ char *of = NULL;
	struct nodeset nodes = {};
	unsigned int lost = 0;
	uint64_t bytes = 0;
	size_t i;

	iomem_read(d->root, &io);
	sort_iomem(&io, &r);
	sysfs_each(d->root, MEMMAP, "", read_memmap, &r);
	for (i = 0; io.told && i < r.reserved.count; i++) {
		const struct span *s = &r.reserved.list[i];

		if (overlaps(&r.reserved, i, s) || overlaps(&r.ram, r.ram.count, s))
			continue;
		lost++;
		bytes += s->to - s->from + 1;
		nodes_of(m, s, &nodes);
	}
	of = of_nodes(&nodes);
	doctor_finds(d, "soft-reserved memory",
		     lost    ? DOCTOR_ADVICE :
		     io.told ? DOCTOR_FINE :
			       DOCTOR_UNKNOWN,
		     "no memory outside of nodes",
		     !io.told ?
			     "run doctor as root, since only root can read addresses in /proc/iomem" :
			     "make it a node with daxctl reconfigure-device --mode=system-ram daxX.Y, or boot with efi=nosoftreserve",
		     lost    ? "%u ranges, %" PRIu64 " MiB%s, left to drivers" :
		     io.told ? "none" :
			       "not known",
		     lost, bytes >> 20, of ?: "");
	free(r.reserved.list);
	free(r.ram.list);
}

void doctor_look_at_memory(struct doctor *d, const struct machine *m)
{
	if (m && m->srat)
		look_at_nodes(d, m);
	look_at_blocks(d);
	look_at_reserved(d, m);
}
