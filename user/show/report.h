/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of each node: gathered once, printed as a table or as JSON. */
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
	__s32 kernel_adistance; /* what the kernel computes without a policy */
	bool rejected;       /* an answer was no valid adistance */
	bool overruled; /* there is an override, but another BPF program decides before it */
	char decided_by[72];  /* rule, "default", "override", … */
};

struct report {
	struct report_node *nodes; /* those with memory */
	size_t count;
	const struct policy *policy; /* for names of tiers; may be NULL; not owned */
};

/*
 * Fills *r with every node that has memory in @m. @before is the machine before a change, or NULL. 0
 * or -errno with a message.
 */
int report_gather(const struct engine *e, const struct machine *m, const struct machine *before,
		  struct report *r);
void report_free(struct report *r);

/* Is the node in another tier than the one decided? */
static inline bool report_drifts(const struct report_node *n)
{
	return n->tier != (int64_t)tierbpf_tier(n->adistance);
}

/* The number of such nodes. */
size_t report_drift(const struct report *r);

/*
 * Reads the machine until no node drifts, but no longer than a retier may take, since the kernel moves
 * nodes some time after an override is set. -ESTALE after a message and the table on standard error if
 * nodes still drift; *r is filled in either case.
 */
int report_settle(const struct engine *e, const struct machine *before, struct report *r);

/* @before: show the tiers before the change, too. */
int report_print(const struct report *r, bool before, FILE *out);
json_t *report_json(const struct report *r);

#endif
