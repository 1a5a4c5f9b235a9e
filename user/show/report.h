/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be said of each node: gathered once, printed as a table or as JSON. */
#ifndef REPORT_H
#define REPORT_H

#include <jansson.h>
#include <stdio.h>
#include <tierbpf/adistance.h>

#include "engine/engine.h"
#include "machine/machine.h"

struct report_node {
	int node;
	bool cpu;
	int64_t before; /* tier before a change; NO_TIER */
	int64_t tier;	      /* tier now, as the kernel shows it; NO_TIER */
	__s32 adistance;	 /* what the policy wants */
	__s32 kernel_adistance; /* what the kernel alone would have */
	bool rejected;       /* an answer was not a sane adistance */
	bool overruled; /* there is an override, and another BPF program in front of it */
	char decided_by[72];  /* rule, "default", "override", … */
};

struct report {
	struct report_node *nodes; /* those with memory */
	size_t count;
	const struct policy *policy; /* for names of tiers; may be NULL; not owned */
};

/*
 * Fills *r with every node that has memory in @m; @before (may be NULL) tells
 * the tiers before. 0 or -errno with a message.
 */
int report_gather(const struct engine *e, const struct machine *m, const struct machine *before,
		  struct report *r);
void report_free(struct report *r);

/* Is it elsewhere than decided? */
static inline bool report_drifts(const struct report_node *n)
{
	return n->tier != (int64_t)tierbpf_tier(n->adistance);
}

/* Nodes whose tier is not the one decided. */
size_t report_drift(const struct report *r);

/*
 * Reads the machine until no node drifts, for as long as a retier may take: the
 * override is carried out by the kernel on its own. -ESTALE after a message and the
 * table on stderr if nodes still drift; *r is filled in either case.
 */
int report_settle(const struct engine *e, const struct machine *before, struct report *r);

/* before: with the tiers before the change. */
int report_print(const struct report *r, bool before, FILE *out);
json_t *report_json(const struct report *r);

#endif
