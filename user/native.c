// SPDX-License-Identifier: GPL-2.0-only
#include "native.h"

#include <stddef.h>

static inline const struct tierbpf_rule *tierbpf_get_rule(void *policy, __u32 index)
{
	const struct policy *p = policy;

	return index < p->nr_rules ? &p->rules[index] : NULL;
}

static inline const struct tierbpf_test *tierbpf_get_test(void *policy, __u32 index)
{
	const struct policy *p = policy;

	return index < p->nr_tests ? &p->tests[index] : NULL;
}

#define tierbpf_for(i, from, to) for ((i) = (from); (i) < (to); (i)++)
#include <tierbpf/decide.h>

__s32 native_decide(const struct policy *policy, const struct tierbpf_node *node, int *rule)
{
	struct tierbpf_facts facts = {};
	struct tierbpf_decision d;

	tierbpf_decide((void *)policy, (__u32)policy->nr_rules, &policy->otherwise, node, &facts, &d);
	*rule = d.rule;
	return d.adistance;
}
