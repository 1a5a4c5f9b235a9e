/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of a node: how much, how much of it is free, and in which zones it is. */
#ifndef NODE_MEMORY_H
#define NODE_MEMORY_H

#include "machine/machine.h"

#define MAX_ZONES 6 /* enum zone_type, include/linux/mmzone.h */

struct zone {
	char name[16]; /* "DMA", "DMA32", "Normal", "Movable", "Device" */
	uint64_t size; /* bytes that are present; never 0 */
};

struct node_memory {
	uint64_t size, free; /* bytes */
	struct zone zones[MAX_ZONES];
	size_t nr_zones;
};

/*
 * Fills @memory[node] for the nodes of @m that have memory, below @root; what cannot be
 * read is 0.
 */
void node_memory_read(const char *root, const struct machine *m, struct node_memory *memory);

/* What a nodeN/meminfo says of size and free. */
void node_memory_parse(const char *meminfo, struct node_memory *memory);

/* The zones of all nodes by a /proc/zoneinfo, whose pages are of @page bytes. */
void node_memory_parse_zones(const char *zoneinfo, uint64_t page, struct node_memory *memory);

/* Bytes outside of ZONE_MOVABLE: the kernel's own data may lie there, and then they cannot go offline. */
uint64_t node_memory_kernel(const struct node_memory *memory);

#endif
