/* SPDX-License-Identifier: GPL-2.0-only */
/* The plan of a policy: where each node of a machine is now, and where the policy would put it. */
#ifndef PLAN_H
#define PLAN_H

#include <stdio.h>

#include "plan/compiled.h"
#include "util/nodeset.h"

struct plan_place {
	int64_t tier; /* or NO_TIER */
	__s32 adistance;
	struct nodeset preferred; /* pages are demoted to these nodes first */
	struct nodeset fallback;
	bool promotable; /* the kernel promotes pages from the node */
};

struct plan_node {
	int node;
	bool cpu;
	struct plan_place now, after;
	int64_t kernel_tier; /* that the kernel alone would choose; @now may come from a policy in force */
	struct tierbpf_decision decision; /* made by the rules */
	bool overridden; /* a live override replaces the decision of the rules */
};

/* The warnings of a plan: WARNING(SYMBOL, name in JSON). */
#define PLAN_WARNING_TABLE(WARNING)                   \
	WARNING(DRAM_MISMATCH, "dram-mismatch")       \
	WARNING(CPU_BELOW_MEMORY, "cpu-below-memory") \
	WARNING(CPUS_SPLIT, "cpus-split")             \
	WARNING(TWINS_SPLIT, "twins-split")           \
	WARNING(SLIT, "slit")                         \
	WARNING(SHARED_NODE, "shared-node")           \
	WARNING(RULE_NEVER, "rule-never")             \
	WARNING(TIER_EMPTY, "tier-empty")

enum plan_warning_kind {
#define WARNING(SYMBOL, name) WARN_##SYMBOL,
	PLAN_WARNING_TABLE(WARNING)
#undef WARNING
		NR_PLAN_WARNINGS
};

extern const char *const plan_warning_names[NR_PLAN_WARNINGS];

struct plan_warning {
	const char *id; /* one of plan_warning_names */
	char *message;
};

struct plan {
	const struct compiled_policy *compiled; /* not owned; its policy is not either */
	const struct machine *machine;
	struct plan_node *nodes; /* the nodes with memory, ordered by number */
	size_t count;
	__s32 overrides[TIERBPF_MAX_NODES]; /* of nodes with memory and without; 0: none */
	struct plan_warning *warnings;
	size_t nr_warnings;
};

/*
 * @overrides is indexed by node and gives the live override, 0 for none; NULL means that no node
 * has one. Returns 0 or -ENOMEM with a message. The caller frees *plan with plan_free().
 */
int plan_make(const struct compiled_policy *compiled, const struct machine *m,
	      const __s32 *overrides, struct plan **plan);
void plan_free(struct plan *plan);

/* The name of the rule that decides about the node, "default" or "override". */
const char *plan_decided_by(const struct plan *plan, const struct plan_node *n, char *buffer,
			    size_t size);

/* warn.c: adds a warning for each effect that is probably not intended. Returns 0 or -ENOMEM. */
int plan_warn(struct plan *plan);

static inline void cleanup_plan(struct plan **p)
{
	plan_free(*p);
}

#endif
