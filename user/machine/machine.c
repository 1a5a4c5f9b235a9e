// SPDX-License-Identifier: GPL-2.0-only
#include "machine/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "acpi/hmat.h"
#include "machine/facts.h"
#include "util/array.h"

/* include/linux/topology.h */
#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20

void machine_free(struct machine *m)
{
	int i;

	if (!m)
		return;
	for (i = 0; i < m->nr_nodes; i++)
		free(m->nodes[i].cpulist);
	free(m->distance);
	free(m->regions);
	srat_free(m->srat);
	hmat_free(m->hmat);
	free(m);
}

bool machine_knows_distance(const struct machine *m, int from, int to)
{
	return from >= 0 && to >= 0 && from < m->nr_nodes && to < m->nr_nodes && m->distance &&
	       m->distance[from * m->nr_nodes + to];
}

int machine_distance(const struct machine *m, int from, int to)
{
	if (machine_knows_distance(m, from, to))
		return m->distance[from * m->nr_nodes + to];
	return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

static void print_region(const struct machine_region *r, FILE *out)
{
	size_t i, known = 0, all = 0;

	for (i = 0; i < TIERBPF_NR_SERIALS; i++)
		all += r->cards[i].known;
	fprintf(out, "region%u (", r->number);
	for (i = 0; i < TIERBPF_NR_SERIALS; i++)
		if (r->cards[i].known)
			fprintf(out, "%s0x%" PRIx64,
				known++ ? ", " :
				all > 1 ? "cards " :
					  "card ",
				r->cards[i].serial);
	fprintf(out, "%s)", known ? "" : "cards not known");
}

char *machine_shared_by(const struct machine *m, int node)
{
	size_t i, left = 0, size, count = 0;
	char *text = NULL;
	FILE *out;

	for (i = 0; i < m->nr_regions; i++)
		left += m->regions[i].node == node;
	out = left > 1 ? open_memstream(&text, &size) : NULL;
	for (i = 0; out && i < m->nr_regions; i++) {
		if (m->regions[i].node != node)
			continue;
		fputs(!count++ ? "" : --left > 1 ? ", " : " and ", out);
		print_region(&m->regions[i], out);
	}
	if (out)
		fclose(out);
	return text;
}

const char *source_name(enum source source)
{
	static const char *const names[] = {
		[SOURCE_NONE] = "unknown",
		[SOURCE_SYSFS] = "sysfs",
		[SOURCE_SRAT] = "SRAT",
		[SOURCE_SLIT] = "SLIT",
		[SOURCE_HMAT] = "HMAT",
		[SOURCE_CEDT] = "CEDT",
		[SOURCE_CDAT] = "CDAT",
		[SOURCE_IOMEM] = "iomem",
		[SOURCE_MEASURED] = "measured",
		[SOURCE_MODULE] = "module",
		[SOURCE_TIER] = "tier",
		[SOURCE_DERIVED] = "derived",
		[SOURCE_LOADED] = "load --measured",
		[SOURCE_SYSFS_TO_COME] = "sysfs, of a region to come",
		[SOURCE_CDAT_TO_COME] = "CDAT, of a region to come",
	};

	return (size_t)source < ARRAY_SIZE(names) ? names[source] : names[SOURCE_NONE];
}

void machine_set_fact(struct machine_node *n, enum tierbpf_fact fact, int64_t value,
		      enum source source)
{
	tierbpf_set_fact(&n->facts, fact, value);
	n->source[fact] = (uint8_t)source;
}

struct machine_node *machine_possible(struct machine *m, uint64_t node)
{
	return node < (uint64_t)m->nr_nodes && m->nodes[node].possible ? &m->nodes[node] : NULL;
}
