/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine as sysfs shows it. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <tierbpf/abi.h>

#define NO_TIER (-1)

struct machine_node {
	bool memory; /* has memory that is online */
	bool cpu;
	int64_t tier; /* N of memory_tierN; NO_TIER */
};

struct machine {
	struct machine_node nodes[TIERBPF_MAX_NODES];
	int nr_nodes; /* the highest node with memory or CPUs, + 1 */
};

/*
 * Reads nodes and tiers below @root ("" for this machine). 0, -ENOPKG if the
 * kernel has no memory tiers, -EIO; with a message. @m is then undefined.
 */
int machine_read(const char *root, struct machine *m);

#endif
