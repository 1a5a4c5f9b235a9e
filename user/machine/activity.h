/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts the pages that the kernel has demoted and promoted. */
#ifndef ACTIVITY_H
#define ACTIVITY_H

#include <stdbool.h>

#include "machine/machine.h"

/* Numbers of pages since boot. */
struct activity {
	uint64_t demoted;  /* from the node, for any reason */
	uint64_t promoted; /* to the node */
};

/* The source of the counts: nodeN/vmstat since Linux 6.8, before that only /proc/vmstat. */
enum activity_source { ACTIVITY_UNKNOWN, ACTIVITY_SYSTEM, ACTIVITY_NODES };

struct activities {
	double at; /* time of reading, in seconds of CLOCK_MONOTONIC */
	enum activity_source source;
	struct activity total;
	struct activity nodes[TIERBPF_MAX_NODES]; /* if source is ACTIVITY_NODES */
};

/* Parses the text of a vmstat file; false: its kernel does not count both. */
bool activity_parse(const char *vmstat, struct activity *a);

/* Reads the counts of all nodes of @m that have memory, below @root. */
void activities_read(const char *root, const struct machine *m, struct activities *a);

/* The increase per second; 0 if the count went back, because its node was offline in between. */
double activity_rate(uint64_t before, uint64_t now, double seconds);

/* "by node", "for the whole system", "not at all". */
const char *activity_source_name(enum activity_source source);

#endif
