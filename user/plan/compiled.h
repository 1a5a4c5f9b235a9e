/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy made ready for one machine: what goes into the maps, and the same
 * decision from it without a kernel.
 */
#ifndef COMPILED_H
#define COMPILED_H

#include <stdbool.h>

#include "machine/machine.h"
#include "policy/policy.h"

struct compiled_policy {
	const struct policy *policy; /* rules and tests; not owned */
	struct tierbpf_meta meta;	  /* complete but for generation and loaded_at */
	struct tierbpf_facts *facts; /* by node, nr_nodes of them */
	uint8_t (*source)[TIERBPF_NR_FACTS]; /* enum source of each fact, by node */
	int nr_nodes;
	int reference; /* the node that ratios refer to; -1: none */
	struct tierbpf_group *groups; /* meta.nr_groups of them */
};

/*
 * Completes the facts of @m by those that depend on the policy (ratios, adistances
 * by performance) and gathers nodes of nearly equal adistance. 0, and *compiled is
 * the caller's, for compiled_free(); -ENOMEM with a message. @policy must outlive it.
 */
int policy_compile(const struct policy *policy, const struct machine *m,
		   struct compiled_policy **compiled);
void compiled_free(struct compiled_policy *compiled);

/* The node as the hook would ask about it; kernel_adistance by its fact, DRAM's where unknown. */
struct tierbpf_node compiled_node(const struct machine *m, int node);

/* What the rules say of @node: the code that the BPF policy runs, compiled here. */
void compiled_decide(const struct compiled_policy *compiled, const struct tierbpf_node *node,
		     struct tierbpf_decision *d);

/* Its parts, for those who explain. */
bool compiled_test_holds(const struct compiled_policy *compiled, const struct tierbpf_test *test,
			 const struct tierbpf_node *node);
/* The first predicate of @rule of which no test @holds, its first of *count tests; NULL if all do. */
const struct tierbpf_test *
compiled_find_failed(const struct compiled_policy *compiled, const struct tierbpf_rule *rule,
		     const struct tierbpf_node *node,
		     bool (*holds)(const struct compiled_policy *, const struct tierbpf_test *,
				   const struct tierbpf_node *),
		     size_t *count);
bool compiled_act(const struct compiled_policy *compiled, const struct tierbpf_action *action,
		  const struct tierbpf_node *node, __s32 *adistance);
bool compiled_fact(const struct compiled_policy *compiled, const struct tierbpf_node *node,
		   enum tierbpf_fact fact, __s64 *value);

/* The action of a rule, of the default for -1. */
const struct tierbpf_action *compiled_action(const struct compiled_policy *compiled, int rule);

static inline void cleanup_compiled(struct compiled_policy **p)
{
	compiled_free(*p);
}

#endif
