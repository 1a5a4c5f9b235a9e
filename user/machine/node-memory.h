/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of a node: its size, how much is free, and its zones. */
#ifndef NODE_MEMORY_H
#define NODE_MEMORY_H

#include "machine/machine.h"

#define MAX_ZONES 6 /* enum zone_type, include/linux/mmzone.h */

struct zone {
	char name[16]; /* "DMA", "DMA32", "Normal", "Movable", "Device" */
	uint64_t size; /* present bytes; never 0 */
};

struct node_memory {
	uint64_t size, free; /* bytes */
	struct zone zones[MAX_ZONES];
	size_t nr_zones;
};

/*
 * Fills @memory[node] for each node of @m that has memory, below @root. Values that cannot be
 * read are 0.
 */
void node_memory_read(const char *root, const struct machine *m, struct node_memory *memory);

/* Reads size and free from the text of a nodeN/meminfo. */
void node_memory_parse(const char *meminfo, struct node_memory *memory);

/*
 * Reads the zones of all nodes from the text of /proc/zoneinfo, which counts pages of @page
 * bytes.
 */
void node_memory_parse_zones(const char *zoneinfo, uint64_t page, struct node_memory *memory);

/*
 * Bytes outside of ZONE_MOVABLE. The kernel may put its own data there, and that memory cannot go
 * offline then.
 */
uint64_t node_memory_kernel(const struct node_memory *memory);

#endif
