/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Computes demotion targets and promotion from tiers, as in the kernel:
 * establish_demotion_targets() (mm/memory-tiers.c, 6.12 to 7.3).
 */
#ifndef TIERING_H
#define TIERING_H

#include "machine/machine.h"
#include "util/nodeset.h"

struct tiering_node {
	struct nodeset preferred; /* preferred demotion targets; empty: its pages are not demoted */
	struct nodeset fallback; /* all nodes in slower tiers */
	bool promotable; /* its pages may be promoted, since it is not in a top tier */
};

struct tiering {
	struct tiering_node nodes[TIERBPF_MAX_NODES];
	int64_t top_tier; /* the slowest tier with CPUs, or NO_TIER; faster tiers are top too */
};

/*
 * Computes demotion and promotion as if node n of @m were in tier @tier[n] (NO_TIER: in none).
 * Only nodes with memory take part; CPUs and distances are those of @m.
 */
void tiering_compute(const struct machine *m, const int64_t *tier, struct tiering *t);

#endif
