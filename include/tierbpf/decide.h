/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The decision: facts and rules in, adistance out. The only place where that
 * happens; compiled into the BPF policy, the tool and the tests.
 *
 * The includer says how a rule and a test are reached and how to count:
 *
 *   const struct tierbpf_rule *tierbpf_get_rule(void *policy, __u32 index);
 *   const struct tierbpf_test *tierbpf_get_test(void *policy, __u32 index);
 *	NULL where there is none
 *   tierbpf_for(i, from, to)
 *	a loop that a verifier can bound
 */
#ifndef TIERBPF_DECIDE_H
#define TIERBPF_DECIDE_H

#include "adistance.h"

struct tierbpf_decision {
	__s32 adistance;
	__s32 rule; /* index of the rule that decides; -1: the default */
};

static inline void tierbpf_set_fact(struct tierbpf_facts *f, __u32 fact, __s64 value)
{
	f->known |= 1ULL << fact;
	f->value[fact] = value;
}

/* What the kernel says at the moment of the question beats what was stored before. */
static inline void tierbpf_live_facts(struct tierbpf_facts *f, const struct tierbpf_node *node)
{
	tierbpf_set_fact(f, TIERBPF_FACT_NONE, 0);
	tierbpf_set_fact(f, TIERBPF_FACT_NODE, node->id);
	tierbpf_set_fact(f, TIERBPF_FACT_CPU, !!(node->flags & TIERBPF_NODE_CPU));
}

static inline _Bool tierbpf_test_holds(const struct tierbpf_test *t, const struct tierbpf_facts *f)
{
	__u32 fact = t->fact;

	if (fact >= TIERBPF_NR_FACTS || !(f->known & (1ULL << fact)))
		return 0;
	return f->value[fact] >= t->min && f->value[fact] <= t->max;
}

static inline __s32 tierbpf_act(const struct tierbpf_action *a, __s32 kernel_adistance)
{
	switch (a->kind) {
	case TIERBPF_ACTION_ADISTANCE:
		return a->value;
	case TIERBPF_ACTION_OFFSET:
		return tierbpf_offset(kernel_adistance, a->value);
	}
	return kernel_adistance;
}

/* All predicates hold. Ranges of the same fact are one predicate: one of them must hold. */
static inline _Bool tierbpf_rule_matches(void *policy, const struct tierbpf_rule *rule,
					 const struct tierbpf_facts *f)
{
	__u32 fact = TIERBPF_FACT_NONE;
	_Bool holds = 1;
	__u32 i;

	tierbpf_for(i, 0, rule->nr_tests) {
		const struct tierbpf_test *t = tierbpf_get_test(policy, rule->first_test + i);

		if (!t)
			return 0;
		if (t->fact != fact) {
			if (!holds)
				return 0;
			fact = t->fact;
			holds = 0;
		}
		holds = holds || tierbpf_test_holds(t, f);
	}
	return holds;
}

/*
 * The first rule that matches decides, else @otherwise does. @f holds the
 * stored facts of the node and is completed with the live ones.
 */
static inline void tierbpf_decide(void *policy, __u32 nr_rules,
				  const struct tierbpf_action *otherwise,
				  const struct tierbpf_node *node, struct tierbpf_facts *f,
				  struct tierbpf_decision *d)
{
	__u32 i;

	tierbpf_live_facts(f, node);
	tierbpf_for(i, 0, nr_rules) {
		const struct tierbpf_rule *rule = tierbpf_get_rule(policy, i);

		if (!rule)
			break;
		if (!tierbpf_rule_matches(policy, rule, f))
			continue;
		d->rule = (__s32)i;
		d->adistance = tierbpf_act(&rule->action, node->kernel_adistance);
		return;
	}
	d->rule = -1;
	d->adistance = tierbpf_act(otherwise, node->kernel_adistance);
}

#endif
