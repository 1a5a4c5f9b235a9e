/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The decision: makes an adistance out of facts and rules. This is the only place that does
 * it; the BPF policy, the tool and the tests compile the same code.
 *
 * Whoever includes this header defines before how it reaches the parts of a policy, and how it
 * writes a loop:
 *
 *   const struct tierbpf_rule *tierbpf_get_rule(void *policy, __u32 index);
 *   const struct tierbpf_test *tierbpf_get_test(void *policy, __u32 index);
 *   const struct tierbpf_group *tierbpf_get_group(void *policy, __u32 index);
 *	NULL if there is none
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

/* A rule matches if all its predicates hold; a predicate holds if one of its tests does. */
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

/* Returns false if the action needs a fact that is not known. */
static inline _Bool tierbpf_can_act(const struct tierbpf_action *a, const struct tierbpf_node *node,
				    const struct tierbpf_facts *stored)
{
	__s64 value;

	return a->kind != TIERBPF_ACTION_FACT || tierbpf_fact(node, stored, (__u32)a->value, &value);
}

/*
 * Sets *@adistance to the action's result, and returns true. If the action needs a fact that
 * is not known, sets the kernel's own adistance, and returns false.
 */
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

/*
 * Replaces an adistance that was computed with that of its group, if it is in one. A number
 * that the policy gives is kept as it is.
 */
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
 * The first rule that matches and can act decides. If there is none, @meta->otherwise does;
 * if that cannot act, the kernel's own adistance is the result. @stored has the stored facts
 * of the node, and may be NULL.
 *
 * This is inlined, and calls tierbpf_act() in one place only: each call of a BPF function
 * saves and restores all its registers, which takes longer than a rule.
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
