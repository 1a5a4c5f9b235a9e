/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel settings that can disable tiering or the module, and how to fix each. */
#ifndef SWITCHES_H
#define SWITCHES_H

#include <jansson.h>
#include <stdio.h>

#include "machine/guards.h"
#include "machine/node-memory.h"

/* include/linux/sched/sysctl.h */
#define NUMA_BALANCING_TIERING 2

#define NO_SWITCH (-1) /* this kernel does not have the setting */

struct switches {
	int demotion;     /* 0, 1 or NO_SWITCH */
	int numa_balancing; /* the mode, a bit mask, or NO_SWITCH */
	struct nodeset slow;   /* nodes with memory but without CPUs */
	enum guards guards;
	int tracing; /* 0, 1 or NO_SWITCH (not known) */
	struct nodeset kernel; /* the nodes of @slow that have memory outside of ZONE_MOVABLE */
};

/* The state of one setting, as text. */
struct switch_text {
	const char *name; /* "demotion" */
	bool on;
	bool silent; /* not shown to people, since it is on as expected */
	char state[240]; /* "demotion is on", "memory of node 1 is …" */
	char fix[256]; /* how to fix it; "" if it is on */
};

#define MAX_SWITCHES 5

void switches_read(const char *root, const struct machine *m, const struct node_memory *memory,
		   struct switches *s);

/* Writes the settings that matter on this machine into @texts, and returns their number. */
size_t switches_text(const struct switches *s, struct switch_text texts[MAX_SWITCHES]);

/* Prints a line for each; with @colors, settings that are off are highlighted. */
void switches_print(const struct switches *s, bool colors, FILE *out);
json_t *switches_json(const struct switches *s);

#endif
