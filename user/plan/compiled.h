/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy compiled for one machine: the contents of the BPF maps, and the decisions
 * that the kernel would make from them.
 */
#ifndef COMPILED_H
#define COMPILED_H

#include <stdbool.h>

#include "machine/machine.h"
#include "policy/policy.h"

struct compiled_policy {
	const struct policy *policy; /* has the rules and tests; not owned */
	struct tierbpf_meta meta;	  /* all set except generation and loaded_at */
	struct tierbpf_facts *facts; /* indexed by node, nr_nodes of them */
	uint8_t (*source)[TIERBPF_NR_FACTS]; /* enum source of each node's facts */
	int nr_nodes;
	int reference; /* the node that ratios refer to; -1: none */
	struct tierbpf_group *groups; /* meta.nr_groups of them */
};

/*
 * Adds the facts that depend on the policy (ratios, adistances from performance) to those of
 * @m, and groups nodes of nearly equal adistance. Returns 0 or -ENOMEM with a message. The
 * caller frees *compiled with compiled_free(); @policy must outlive it.
 */
int policy_compile(const struct policy *policy, const struct machine *m,
		   struct compiled_policy **compiled);
/*
 * The same if the measurement is not at hand: @measured is indexed by node and gives the adistance
 * by it, 0 for a node that was not measured. NULL: like policy_compile().
 */
int policy_compile_measured(const struct policy *policy, const struct machine *m,
			    const __s32 *measured, struct compiled_policy **compiled);
void compiled_free(struct compiled_policy *compiled);

/*
 * The question that the hook would ask about @node. kernel_adistance is the node's fact, or that
 * of DRAM where the fact is unknown.
 */
struct tierbpf_node compiled_node(const struct machine *m, int node);

/* Applies the rules to @node. It runs the code of the BPF policy, compiled for user space. */
void compiled_decide(const struct compiled_policy *compiled, const struct tierbpf_node *node,
		     struct tierbpf_decision *d);

/* The steps of a decision, for whoever explains it. */
bool compiled_test_holds(const struct compiled_policy *compiled, const struct tierbpf_test *test,
			 const struct tierbpf_node *node);
/*
 * Finds the first predicate of @rule that fails: none of its *count tests @holds. Returns the first
 * of these tests, or NULL if all predicates hold.
 */
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

/* The action of @rule; rule -1 is the default. */
const struct tierbpf_action *compiled_action(const struct compiled_policy *compiled, int rule);

static inline void cleanup_compiled(struct compiled_policy **p)
{
	compiled_free(*p);
}

#endif
