/* SPDX-License-Identifier: GPL-2.0-only */
/* How many pages the kernel has demoted and promoted. */
#ifndef ACTIVITY_H
#define ACTIVITY_H

#include <stdbool.h>

#include "machine/machine.h"

/* Pages since boot. */
struct activity {
	uint64_t demoted;  /* from the node, for whatever reason */
	uint64_t promoted; /* to the node */
};

/* Who counts: nodeN/vmstat has it from Linux 6.8 on, before that only /proc/vmstat. */
enum activity_source { ACTIVITY_UNKNOWN, ACTIVITY_SYSTEM, ACTIVITY_NODES };

struct activities {
	double at; /* seconds of CLOCK_MONOTONIC */
	enum activity_source source;
	struct activity total;
	struct activity nodes[TIERBPF_MAX_NODES]; /* ACTIVITY_NODES */
};

/* What a vmstat says; false: its kernel does not count both. */
bool activity_parse(const char *vmstat, struct activity *a);

/* Those of the nodes of @m that have memory, below @root. */
void activities_read(const char *root, const struct machine *m, struct activities *a);

/* How much of it came between the two, a second. 0 where a count went back: its node was away. */
double activity_rate(uint64_t before, uint64_t now, double seconds);

/* "by node", "for the whole system", "not at all". */
const char *activity_source_name(enum activity_source source);

#endif
