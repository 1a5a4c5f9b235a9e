// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warns about plans that are valid, but probably a mistake. WARNINGS in tierbpf-policy(5) says why
 * each matters.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <tierbpf/facts.h>

#include "model/perf.h"
#include "plan/plan.h"
#include "policy/fact-text.h"
#include "util/array.h"
#include "util/cleanup.h"

#define MAX_OF_A_KIND 8

const char *const plan_warning_names[NR_PLAN_WARNINGS] = {
#define WARNING(SYMBOL, name) [WARN_##SYMBOL] = name,
	PLAN_WARNING_TABLE(WARNING)
#undef WARNING
};

static int warn(struct plan *plan, enum plan_warning_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int warn(struct plan *plan, enum plan_warning_kind kind, const char *format, ...)
{
	struct plan_warning new = { .id = plan_warning_names[kind] };
	size_t i, same = 0;
	va_list args;

	for (i = 0; i < plan->nr_warnings; i++)
		same += plan->warnings[i].id == new.id;
	if (same > MAX_OF_A_KIND)
		return 0;
	if (ARRAY_GROW(plan->warnings, plan->nr_warnings))
		return -ENOMEM;
	if (same == MAX_OF_A_KIND)
		format = "and more of this kind";
	va_start(args, format);
	if (vasprintf(&new.message, format, args) < 0)
		new.message = NULL;
	va_end(args);
	if (!new.message)
		return -ENOMEM;
	plan->warnings[plan->nr_warnings++] = new;
	return 0;
}

/* Signed as in tiering.c: a tier number that has wrapped below zero is high, but its tier is fast. */
static bool is_faster(const struct plan_node *a, const struct plan_node *b)
{
	return (int32_t)a->after.tier < (int32_t)b->after.tier;
}

/* The kernel promotes pages only from tiers that are slower than the slowest tier with CPUs. */
static int warn_cpu_below_memory(struct plan *plan)
{
	const struct plan_node *c, *m, *end = plan->nodes + plan->count;
	int err = 0;

	for (c = plan->nodes; !err && c < end; c++) {
		if (!c->cpu)
			continue;
		for (m = plan->nodes; m < end && (m->cpu || !is_faster(m, c)); m++)
			;
		if (m < end)
			err = warn(plan, WARN_CPU_BELOW_MEMORY,
				   "node %d has CPUs and is in tier %lld, below node %d (tier %lld), which has none: "
				   "the kernel promotes no pages from tier %lld or faster tiers",
				   c->node, (long long)c->after.tier, m->node,
				   (long long)m->after.tier, (long long)c->after.tier);
	}
	return err;
}

/* Nodes with CPUs in different tiers: one socket's pages are demoted to the other's DRAM. */
static int warn_cpus_split(struct plan *plan)
{
	const struct plan_node *n, *first = NULL, *end = plan->nodes + plan->count;
	int err = 0;

	for (n = plan->nodes; !err && n < end; n++) {
		if (!n->cpu)
			continue;
		first = first ?: n;
		if (n->after.tier != first->after.tier)
			err = warn(plan, WARN_CPUS_SPLIT,
				   "nodes %d and %d have CPUs and are in tiers %lld and %lld: pages are demoted from "
				   "one's DRAM to the other's; a rule with \"cpu\": true can give them one tier",
				   first->node, n->node, (long long)first->after.tier,
				   (long long)n->after.tier);
	}
	return err;
}

static bool is_computed(const struct plan *plan, const struct plan_node *n)
{
	return !n->overridden &&
	       compiled_action(plan->compiled, n->decision.rule)->kind != TIERBPF_ACTION_ADISTANCE;
}

static int by_adistance(const void *a, const void *b)
{
	const struct plan_node *x = *(const struct plan_node *const *)a;
	const struct plan_node *y = *(const struct plan_node *const *)b;

	if (x->after.adistance != y->after.adistance)
		return x->after.adistance < y->after.adistance ? -1 : 1;
	return x->node - y->node;
}

/*
 * Nodes within 10 % of each other on two sides of a tier's edge. 10 % is what the kernel's own check
 * of DRAM nodes takes for equal.
 */
static int warn_twins_split(struct plan *plan)
{
	const struct plan_node **sorted = calloc(plan->count + 1, sizeof(*sorted));
	size_t i, count = 0;
	int err = 0;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < plan->count; i++)
		if (is_computed(plan, &plan->nodes[i]))
			sorted[count++] = &plan->nodes[i];
	qsort(sorted, count, sizeof(*sorted), by_adistance);
	for (i = 1; !err && i < count; i++) {
		const struct plan_node *a = sorted[i - 1], *b = sorted[i];

		if (a->after.tier != b->after.tier && a->after.adistance > 0 &&
		    (int64_t)b->after.adistance * 10 <= (int64_t)a->after.adistance * 11)
			err = warn(plan, WARN_TWINS_SPLIT,
				   "nodes %d and %d are nearly equal (adistance %d and %d) and are in tiers %lld and "
				   "%lld: pages are demoted from one to the other; \"tolerance\": 0.1 groups them",
				   a->node, b->node, a->after.adistance, b->after.adistance,
				   (long long)a->after.tier, (long long)b->after.tier);
	}
	free(sorted);
	return err;
}

static bool known_of_any(const struct plan *plan, __u32 fact)
{
	int node;

	if (tierbpf_fact_is_live(fact))
		return true;
	for (node = 0; node < plan->compiled->nr_nodes; node++)
		if (plan->compiled->facts[node].known & (1ULL << fact))
			return true;
	return false;
}

/* A fact that @rule needs and no node has, so that it can never decide; or TIERBPF_FACT_NONE. */
static __u32 missing_fact(const struct plan *plan, const struct tierbpf_rule *rule)
{
	const struct tierbpf_test *test = &plan->compiled->policy->tests[rule->first_test];
	__u32 i;

	for (i = 0; i < rule->nr_tests; i++)
		if (!known_of_any(plan, test[i].predicate))
			return test[i].predicate;
	if (rule->action.kind == TIERBPF_ACTION_FACT &&
	    !known_of_any(plan, (__u32)rule->action.value))
		return (__u32)rule->action.value;
	return TIERBPF_FACT_NONE;
}

static int warn_rule_never(struct plan *plan)
{
	const struct policy *p = plan->compiled->policy;
	char title[POLICY_RULE_TITLE];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < p->nr_rules; i++) {
		__u32 fact = missing_fact(plan, &p->rules[i]);

		if (fact != TIERBPF_FACT_NONE)
			err = warn(plan, WARN_RULE_NEVER,
				   "%s can never decide here: it needs %s, which is not known for any node (%s)",
				   policy_rule_title(p, (int)i, title, sizeof(title)),
				   fact_name(fact), fact_wanted_from(fact));
	}
	return err;
}

static int warn_tier_empty(struct plan *plan)
{
	const struct policy *p = plan->compiled->policy;
	size_t i, n;
	int err = 0;

	for (i = 0; !err && i < p->nr_tiers; i++) {
		int64_t tier = tierbpf_tier(p->tiers[i].adistance);

		for (n = 0; n < plan->count && plan->nodes[n].after.tier != tier; n++)
			;
		if (n == plan->count)
			err = warn(plan, WARN_TIER_EMPTY, "tier \"%s\" has no node",
				   p->tiers[i].name);
	}
	return err;
}

static int64_t distance(const struct plan *plan, const struct plan_node *n)
{
	const struct tierbpf_facts *f = &plan->compiled->facts[n->node];

	return f->known & (1ULL << TIERBPF_FACT_DISTANCE) ? f->value[TIERBPF_FACT_DISTANCE] : 0;
}

/* Allocation falls back by SLIT: a near slow node is filled before a far fast one. */
static int warn_slit(struct plan *plan)
{
	const struct plan_node *fast, *slow, *end = plan->nodes + plan->count;
	int err = 0;

	for (fast = plan->nodes; fast < end; fast++) {
		for (slow = plan->nodes; !err && slow < end; slow++) {
			if (fast->cpu || slow->cpu || !is_faster(fast, slow) ||
			    !distance(plan, slow) || distance(plan, slow) >= distance(plan, fast))
				continue;
			err = warn(plan, WARN_SLIT,
				   "SLIT places node %d (tier %lld) nearer to its CPUs than node %d (tier %lld), %lld "
				   "against %lld: new pages go to the slower node first",
				   slow->node, (long long)slow->after.tier, fast->node,
				   (long long)fast->after.tier, (long long)distance(plan, slow),
				   (long long)distance(plan, fast));
		}
	}
	return err;
}

/* The kernel makes one node of a CXL window, whatever regions are in it. */
static int warn_shared_node(struct plan *plan)
{
	const struct plan_node *n, *end = plan->nodes + plan->count;
	int err = 0;

	for (n = plan->nodes; !err && n < end; n++) {
		_cleanup_free_ char *by = machine_shared_by(plan->machine, n->node);

		if (by)
			err = warn(plan, WARN_SHARED_NODE,
				   "node %d is shared by %s: no rule can tell them apart, and latency and bandwidth "
				   "are those of the first",
				   n->node, by);
	}
	return err;
}

static int warn_dram_mismatch(struct plan *plan)
{
	int odd;

	if (perf_kernel_reference(plan->machine, &odd) != -ERANGE)
		return 0;
	return warn(plan, WARN_DRAM_MISMATCH,
		    "nodes %d and %d have CPUs and differ by more than 10 %% in latency or bandwidth: the kernel has "
		    "switched HMAT off and treats all nodes as DRAM; \"from\": \"hmat\" compares with node %d",
		    perf_reference_node(plan->machine), odd, plan->compiled->reference);
}

int plan_warn(struct plan *plan)
{
	int err = warn_dram_mismatch(plan);

	err = err ?: warn_cpu_below_memory(plan);
	err = err ?: warn_cpus_split(plan);
	err = err ?: warn_twins_split(plan);
	err = err ?: warn_slit(plan);
	err = err ?: warn_shared_node(plan);
	err = err ?: warn_rule_never(plan);
	return err ?: warn_tier_empty(plan);
}
