/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The decision: facts and rules in, adistance out. The only place where that
 * happens; compiled into the BPF policy, the tool and the tests.
 *
 * The includer says how the parts of a policy are reached, and how to count:
 *
 *   const struct tierbpf_rule *tierbpf_get_rule(void *policy, __u32 index);
 *   const struct tierbpf_test *tierbpf_get_test(void *policy, __u32 index);
 *   const struct tierbpf_group *tierbpf_get_group(void *policy, __u32 index);
 *	NULL where there is none
 *   tierbpf_for(i, from, to)
 *	a loop that a verifier can bound
 */
#ifndef TIERBPF_DECIDE_H
#define TIERBPF_DECIDE_H

#include "adistance.h"
#include "facts.h"

static inline _Bool tierbpf_test_holds(const struct tierbpf_test *t, const struct tierbpf_node *node,
				       const struct tierbpf_facts *stored)
{
	__s64 value;

	return tierbpf_fact(node, stored, t->fact, &value) && value >= t->min && value <= t->max;
}

/* All predicates hold: of each one's tests, at least one. */
static __always_inline _Bool tierbpf_rule_matches(void *policy, const struct tierbpf_rule *rule,
						  const struct tierbpf_node *node,
						  const struct tierbpf_facts *stored)
{
	__u64 end = (__u64)rule->first_test + rule->nr_tests;
	__u32 i, predicate = 0;
	_Bool holds = 1;

	tierbpf_for(i, rule->first_test, end)
	{
		const struct tierbpf_test *t = tierbpf_get_test(policy, i);

		if (!t)
			return 0;
		if (i == rule->first_test || t->predicate != predicate) {
			if (!holds)
				return 0;
			predicate = t->predicate;
			holds = 0;
		}
		holds = holds || tierbpf_test_holds(t, node, stored);
	}
	return holds;
}

/* False where the action needs a fact that is not known. */
static inline _Bool tierbpf_can_act(const struct tierbpf_action *a, const struct tierbpf_node *node,
				    const struct tierbpf_facts *stored)
{
	__s64 value;

	return a->kind != TIERBPF_ACTION_FACT || tierbpf_fact(node, stored, (__u32)a->value, &value);
}

/* The same, and *adistance is what the action says; the kernel's own where it cannot act. */
static __always_inline _Bool tierbpf_act(const struct tierbpf_action *a,
					 const struct tierbpf_node *node,
					 const struct tierbpf_facts *stored, __s32 *adistance)
{
	__s64 value;

	*adistance = node->kernel_adistance;
	switch (a->kind) {
	case TIERBPF_ACTION_ADISTANCE:
		*adistance = a->value;
		return 1;
	case TIERBPF_ACTION_OFFSET:
		*adistance = tierbpf_offset(node->kernel_adistance, a->value);
		return 1;
	case TIERBPF_ACTION_SCALE:
		*adistance = tierbpf_scale(node->kernel_adistance, a->value);
		return 1;
	case TIERBPF_ACTION_FACT:
		if (!tierbpf_fact(node, stored, (__u32)a->value, &value))
			return 0;
		*adistance = tierbpf_clamp(value);
		return 1;
	}
	return 1;
}

/* A number that the policy names is meant; one that was computed joins its group. */
static inline __s32 tierbpf_gather(void *policy, __u32 nr_groups, const struct tierbpf_action *a,
				   __s32 adistance)
{
	__u32 i;

	if (a->kind == TIERBPF_ACTION_ADISTANCE)
		return adistance;
	tierbpf_for(i, 0, nr_groups)
	{
		const struct tierbpf_group *g = tierbpf_get_group(policy, i);

		if (!g)
			break;
		if (adistance >= g->min && adistance <= g->max)
			return g->adistance;
	}
	return adistance;
}

/*
 * The first rule that matches and can act decides, else meta->otherwise, and
 * where that cannot act, the kernel's own. @stored: what is stored of the node; may be NULL.
 *
 * Inlined, and the action in one place only: each call of a BPF function saves and
 * restores all its registers, which takes longer than a rule.
 */
static __always_inline void tierbpf_decide(void *policy, const struct tierbpf_meta *meta,
					   const struct tierbpf_node *node,
					   const struct tierbpf_facts *stored,
					   struct tierbpf_decision *d)
{
	const struct tierbpf_action *action = &meta->otherwise;
	__u32 i;

	d->rule = -1;
	tierbpf_for(i, stored ? stored->first_rule : 0, meta->nr_rules)
	{
		const struct tierbpf_rule *rule = tierbpf_get_rule(policy, i);

		if (!rule)
			break;
		if (tierbpf_rule_matches(policy, rule, node, stored) &&
		    tierbpf_can_act(&rule->action, node, stored)) {
			d->rule = (__s32)i;
			action = &rule->action;
			break;
		}
	}
	tierbpf_act(action, node, stored, &d->acted);
	d->adistance = tierbpf_gather(policy, meta->nr_groups, action, d->acted);
}

#endif
