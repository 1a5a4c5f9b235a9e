// SPDX-License-Identifier: GPL-2.0-only
#include "machine/machine.h"

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
