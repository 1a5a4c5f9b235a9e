// SPDX-License-Identifier: GPL-2.0-only
#include "machine/node-memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

#define ZONEINFO_MAX (16 << 20) /* it has a few lines for each CPU in each zone of each node */

static const char *next_line(const char *line)
{
	const char *end = line + strcspn(line, "\n");

	return end + (*end == '\n');
}

void node_memory_parse(const char *meminfo, struct node_memory *memory)
{
	const char *line;
	uint64_t kib;

	for (line = meminfo; *line; line = next_line(line)) {
		if (sscanf(line, "Node %*d MemTotal: %" SCNu64 " kB", &kib) == 1)
			memory->size = kib << 10;
		if (sscanf(line, "Node %*d MemFree: %" SCNu64 " kB", &kib) == 1)
			memory->free = kib << 10;
	}
}

void node_memory_parse_zones(const char *zoneinfo, uint64_t page, struct node_memory *memory)
{
	struct node_memory *of = NULL;
	struct zone zone = {};
	const char *line;
	uint64_t pages;
	int node;

	for (line = zoneinfo; *line; line = next_line(line)) {
		if (sscanf(line, "Node %d, zone %15s", &node, zone.name) == 2)
			of = node >= 0 && node < TIERBPF_MAX_NODES ? &memory[node] : NULL;
		else if (of && sscanf(line, " present %" SCNu64, &pages) == 1 && pages &&
			 of->nr_zones < MAX_ZONES) {
			zone.size = pages * page;
			of->zones[of->nr_zones++] = zone;
		}
	}
}

void node_memory_read(const char *root, const struct machine *m, struct node_memory *memory)
{
	_cleanup_free_ char *zoneinfo = NULL;
	size_t length;
	int n;

	memset(memory, 0, TIERBPF_MAX_NODES * sizeof(*memory));
	for (n = 0; n < m->nr_nodes; n++) {
		_cleanup_free_ char *meminfo = NULL;

		if (m->nodes[n].memory &&
		    !sysfs_text(&meminfo, root, SYSFS_NODES "/node%d/meminfo", n))
			node_memory_parse(meminfo, &memory[n]);
	}
	if (!sysfs_bytes(root, "/proc/zoneinfo", ZONEINFO_MAX, &zoneinfo, &length))
		node_memory_parse_zones(zoneinfo, (uint64_t)sysconf(_SC_PAGESIZE), memory);
}

uint64_t node_memory_kernel(const struct node_memory *memory)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < memory->nr_zones; i++)
		if (strcmp(memory->zones[i].name, "Movable") &&
		    strcmp(memory->zones[i].name, "Device"))
			bytes += memory->zones[i].size;
	return bytes;
}
