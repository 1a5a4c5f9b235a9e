/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel makes of tiers: mm/memory-tiers.c, establish_demotion_targets(), 6.12 to 7.3. */
#ifndef TIERING_H
#define TIERING_H

#include "machine/machine.h"
#include "util/nodeset.h"

struct tiering_node {
	struct nodeset preferred; /* where its pages are demoted to; empty: nowhere */
	struct nodeset fallback;	 /* all nodes in slower tiers */
	bool promotable;	 /* pages are promoted from it: not in a top tier */
};

struct tiering {
	struct tiering_node nodes[TIERBPF_MAX_NODES];
	int64_t top_tier; /* the slowest tier with CPUs: it and all faster ones are top; NO_TIER */
};

/*
 * Demotion and promotion if node n of @m were in tier @tier[n] (NO_TIER: in none).
 * Only nodes with memory take part; CPUs and distances are those of @m.
 */
void tiering_compute(const struct machine *m, const int64_t *tier, struct tiering *t);

#endif
