/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy would change on a machine: node by node, now and after. */
#ifndef PLAN_H
#define PLAN_H

#include <jansson.h>
#include <stdio.h>

#include "plan/compiled.h"
#include "util/nodeset.h"

struct plan_place {
	int64_t tier; /* NO_TIER */
	__s32 adistance;
	struct nodeset preferred; /* where pages are demoted to first */
	struct nodeset fallback;
	bool promotable; /* pages are promoted from the node */
};

struct plan_node {
	int node;
	bool cpu;
	struct plan_place now, after;
	struct tierbpf_decision decision; /* of the rules */
	bool overridden;	 /* the live override stands above them */
};

/* The warnings of a plan: WARNING(SYMBOL, name for programs). */
#define PLAN_WARNING_TABLE(WARNING)                   \
	WARNING(DRAM_MISMATCH, "dram-mismatch")       \
	WARNING(CPU_BELOW_MEMORY, "cpu-below-memory") \
	WARNING(CPUS_SPLIT, "cpus-split")             \
	WARNING(TWINS_SPLIT, "twins-split")           \
	WARNING(SLIT, "slit")                         \
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
	const char *id; /* its name */
	char *message;
};

struct plan {
	const struct compiled_policy *compiled; /* not owned, nor is what it refers to */
	const struct machine *machine;
	struct plan_node *nodes; /* those with memory, by number */
	size_t count;
	struct plan_warning *warnings;
	size_t nr_warnings;
};

/*
 * @overrides: the live override by node, 0 for none; NULL: none at all. 0, and
 * *plan is the caller's, for plan_free(); -ENOMEM with a message.
 */
int plan_make(const struct compiled_policy *compiled, const struct machine *m,
	      const __s32 *overrides, struct plan **plan);
void plan_free(struct plan *plan);

/* Who decides: the rule's name, "default", "override". */
const char *plan_decided_by(const struct plan *plan, const struct plan_node *n, char *buffer,
			    size_t size);

/* A table, what changes first, and the warnings below. 0 or -errno with a message. */
int plan_print(const struct plan *plan, FILE *out);
void plan_print_warnings(const struct plan *plan, FILE *out);
json_t *plan_json(const struct plan *plan);

/* plan-warn.c: adds what somebody who knows the kernel would say. 0 or -ENOMEM. */
int plan_warn(struct plan *plan);

static inline void cleanup_plan(struct plan **p)
{
	plan_free(*p);
}

#endif
