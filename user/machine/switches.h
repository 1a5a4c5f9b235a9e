/* SPDX-License-Identifier: GPL-2.0-only */
/* What of the kernel's own settings decides whether tiers do anything, and the cure of each. */
#ifndef SWITCHES_H
#define SWITCHES_H

#include <jansson.h>
#include <stdio.h>

#include "machine/guards.h"
#include "machine/node-memory.h"

/* include/linux/sched/sysctl.h */
#define NUMA_BALANCING_TIERING 2

#define NO_SWITCH (-1) /* the kernel is built without it */

struct switches {
	int demotion;     /* 0, 1 or NO_SWITCH */
	int numa_balancing; /* mode, a sum of bits, or NO_SWITCH */
	struct nodeset slow;   /* nodes without CPUs */
	enum guards guards;
	int tracing; /* 0, 1 or NO_SWITCH: not known */
	struct nodeset kernel; /* those of them with memory outside of ZONE_MOVABLE */
};

/* One of them, in words. */
struct switch_text {
	const char *name; /* "demotion" */
	bool on;
	bool silent; /* where it is on, people need not be told */
	char state[240]; /* "demotion is on", "memory of node 1 is …" */
	char cure[256]; /* what to do about it; "" where it is on */
};

#define MAX_SWITCHES 5

void switches_read(const char *root, const struct machine *m, const struct node_memory *memory,
		   struct switches *s);

/* Puts those that matter on this machine into @texts, and returns their number. */
size_t switches_text(const struct switches *s, struct switch_text texts[MAX_SWITCHES]);

/* One line each; @colors: what is off stands out. */
void switches_print(const struct switches *s, bool colors, FILE *out);
json_t *switches_json(const struct switches *s);

#endif
