// SPDX-License-Identifier: GPL-2.0-only
#include "plan/compiled.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/perf.h"
#include "util/cleanup.h"
#include "util/msg.h"

static inline const struct tierbpf_rule *tierbpf_get_rule(void *compiled, __u32 index)
{
	const struct policy *p = ((const struct compiled_policy *)compiled)->policy;

	return index < p->nr_rules ? &p->rules[index] : NULL;
}

static inline const struct tierbpf_test *tierbpf_get_test(void *compiled, __u32 index)
{
	const struct policy *p = ((const struct compiled_policy *)compiled)->policy;

	return index < p->nr_tests ? &p->tests[index] : NULL;
}

static inline const struct tierbpf_group *tierbpf_get_group(void *compiled, __u32 index)
{
	const struct compiled_policy *p = compiled;

	return index < p->meta.nr_groups ? &p->groups[index] : NULL;
}

#define tierbpf_for(i, from, to) for ((i) = (from); (i) < (to); (i)++)
#include <tierbpf/decide.h>

static const struct tierbpf_facts *stored_facts(const struct compiled_policy *p, int node)
{
	return node >= 0 && node < p->nr_nodes ? &p->facts[node] : NULL;
}

void compiled_decide(const struct compiled_policy *p, const struct tierbpf_node *node,
		     struct tierbpf_decision *d)
{
	tierbpf_decide((void *)p, &p->meta, node, stored_facts(p, node->id), d);
}

bool compiled_test_holds(const struct compiled_policy *p, const struct tierbpf_test *test,
			 const struct tierbpf_node *node)
{
	return tierbpf_test_holds(test, node, stored_facts(p, node->id));
}

const struct tierbpf_test *
compiled_find_failed(const struct compiled_policy *p, const struct tierbpf_rule *rule,
		     const struct tierbpf_node *node,
		     bool (*holds)(const struct compiled_policy *, const struct tierbpf_test *,
				   const struct tierbpf_node *),
		     size_t *count)
{
	const struct tierbpf_test *tests = &p->policy->tests[rule->first_test];
	__u32 i, first;

	for (first = 0; first < rule->nr_tests; first = i) {
		bool one = false;

		for (i = first; i < rule->nr_tests && tests[i].predicate == tests[first].predicate;
		     i++)
			one = one || holds(p, &tests[i], node);
		*count = i - first;
		if (!one)
			return &tests[first];
	}
	return NULL;
}

bool compiled_act(const struct compiled_policy *p, const struct tierbpf_action *action,
		  const struct tierbpf_node *node, __s32 *adistance)
{
	return tierbpf_act(action, node, stored_facts(p, node->id), adistance);
}

bool compiled_fact(const struct compiled_policy *p, const struct tierbpf_node *node,
		   enum tierbpf_fact fact, __s64 *value)
{
	return tierbpf_fact(node, stored_facts(p, node->id), fact, value);
}

const struct tierbpf_action *compiled_action(const struct compiled_policy *p, int rule)
{
	return rule < 0 ? &p->meta.otherwise : &p->policy->rules[rule].action;
}

struct tierbpf_node compiled_node(const struct machine *m, int node)
{
	const struct machine_node *n = &m->nodes[node];
	struct tierbpf_node question = { .id = node, .kernel_adistance = TIERBPF_ADISTANCE_DRAM };

	if (machine_knows(n, TIERBPF_FACT_KERNEL_ADISTANCE))
		question.kernel_adistance = (__s32)n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE];
	if (n->cpu)
		question.flags |= TIERBPF_NODE_CPU;
	if (n->memory)
		question.flags |= TIERBPF_NODE_MEMORY;
	if (n->memory && machine_knows(n, TIERBPF_FACT_SIZE))
		question.size = (__u64)n->facts.value[TIERBPF_FACT_SIZE];
	return question;
}

static void derive(struct compiled_policy *p, int node, enum tierbpf_fact fact, int64_t value,
		   enum source source)
{
	tierbpf_set_fact(&p->facts[node], fact, value);
	p->source[node][fact] = (uint8_t)source;
}

static void derive_ratio(struct compiled_policy *p, int node, enum tierbpf_fact fact, int64_t value,
			 int64_t reference)
{
	if (value && reference)
		derive(p, node, fact, (int64_t)((__int128)value * TIERBPF_MILLION / reference),
		       SOURCE_DERIVED);
}

/* Derives the facts that compare a node's performance with that of the reference node. */
static void derive_facts(struct compiled_policy *p, int node, const struct perf *ref)
{
	struct perf perf = perf_of(&p->facts[node]);
	__s32 adistance = perf_adistance(&perf, ref);

	derive_ratio(p, node, TIERBPF_FACT_LATENCY_RATIO, perf_latency(&perf), perf_latency(ref));
	derive_ratio(p, node, TIERBPF_FACT_BANDWIDTH_RATIO, perf_bandwidth(&perf),
		     perf_bandwidth(ref));
	if (adistance)
		derive(p, node, TIERBPF_FACT_HMAT_ADISTANCE, adistance, SOURCE_DERIVED);
}

/*
 * Derives the adistance from measured values. The reference must be measured too: comparing a
 * measurement with a value from firmware would give nonsense.
 */
static void derive_measured(struct compiled_policy *p, const struct machine *m, int node)
{
	static const struct perf none;
	bool known = p->reference >= 0 && p->reference < m->nr_nodes;
	__s32 adistance = perf_adistance(&m->nodes[node].measured,
					 known ? &m->nodes[p->reference].measured : &none);

	if (adistance)
		derive(p, node, TIERBPF_FACT_MEASURED_ADISTANCE, adistance, SOURCE_DERIVED);
}

/* @measured: as for policy_compile_measured(), or NULL. */
static void fill_facts(struct compiled_policy *p, const struct machine *m, const __s32 *measured)
{
	struct perf reference = {};
	int node;

	p->reference = p->policy->reference >= 0 ? p->policy->reference : perf_reference_node(m);
	if (p->reference >= 0 && p->reference < m->nr_nodes)
		reference = perf_of(&m->nodes[p->reference].facts);
	for (node = 0; node < p->nr_nodes; node++) {
		p->facts[node] = m->nodes[node].facts;
		memcpy(p->source[node], m->nodes[node].source, sizeof(p->source[node]));
		derive_facts(p, node, &reference);
		if (!measured)
			derive_measured(p, m, node);
		else if (measured[node])
			derive(p, node, TIERBPF_FACT_MEASURED_ADISTANCE, measured[node],
			       SOURCE_LOADED);
	}
}

/* Could @test hold later? Of the live facts only the node number is constant. */
static bool may_hold(const struct compiled_policy *p, const struct tierbpf_test *test,
		     const struct tierbpf_node *node)
{
	if (tierbpf_fact_is_live(test->fact) && test->fact != TIERBPF_FACT_NODE)
		return true;
	return compiled_test_holds(p, test, node);
}

/* Finds the first rule that can match each node, so that the kernel can skip the rules before it. */
static void find_first_rules(struct compiled_policy *p)
{
	struct tierbpf_node node = {};
	size_t count;

	for (; node.id < p->nr_nodes; node.id++) {
		__u32 *first = &p->facts[node.id].first_rule;

		while (*first < p->policy->nr_rules &&
		       compiled_find_failed(p, &p->policy->rules[*first], &node, may_hold, &count))
			++*first;
	}
}

static int by_value(const void *a, const void *b)
{
	__s32 x = *(const __s32 *)a, y = *(const __s32 *)b;

	return (x > y) - (x < y);
}

/*
 * Collects the adistances that are computed from facts for the nodes with memory, from fast to
 * slow, and returns their number. Adistances that the policy states are not grouped.
 */
static size_t computed_answers(const struct compiled_policy *p, const struct machine *m,
			       __s32 *answers)
{
	size_t count = 0;
	int node;

	for (node = 0; node < m->nr_nodes; node++) {
		struct tierbpf_node question = compiled_node(m, node);
		struct tierbpf_decision d;

		if (!m->nodes[node].memory)
			continue;
		compiled_decide(p, &question, &d);
		if (compiled_action(p, d.rule)->kind != TIERBPF_ACTION_ADISTANCE &&
		    tierbpf_adistance_ok(d.acted))
			answers[count++] = d.acted;
	}
	qsort(answers, count, sizeof(*answers), by_value);
	return count;
}

/* The group of all adistances within the tolerance of @centre; its members get @centre. */
static struct tierbpf_group group_around(__s32 centre, __s64 tolerance)
{
	__s64 reach = TIERBPF_MILLION + tolerance;

	return (struct tierbpf_group){
		.min = tierbpf_clamp(((__s64)centre * TIERBPF_MILLION + reach - 1) / reach),
		.max = tierbpf_clamp((__s64)centre * reach / TIERBPF_MILLION),
		.adistance = centre,
	};
}

static bool is_in(const struct tierbpf_group *g, __s32 adistance)
{
	return adistance >= g->min && adistance <= g->max;
}

/*
 * The first group is around DRAM. The fastest adistance outside it is the centre of the next
 * group, and so on. A node that is added later joins the group that covers its adistance.
 */
static void group_answers(struct compiled_policy *p, const __s32 *answers, size_t count)
{
	struct tierbpf_group dram = group_around(TIERBPF_ADISTANCE_DRAM, p->policy->tolerance);
	struct tierbpf_group *last = NULL;
	size_t i;

	p->groups[p->meta.nr_groups++] = dram;
	for (i = 0; i < count; i++) {
		struct tierbpf_group g = group_around(answers[i], p->policy->tolerance);

		if (is_in(&dram, answers[i]) || (last && is_in(last, answers[i])))
			continue;
		if (last && g.min <= last->max)
			g.min = last->max + 1;
		if (answers[i] > dram.max && g.min <= dram.max)
			g.min = dram.max + 1;
		if (answers[i] < dram.min && g.max >= dram.min)
			g.max = dram.min - 1;
		last = &p->groups[p->meta.nr_groups++];
		*last = g;
	}
}

static int make_groups(struct compiled_policy *p, const struct machine *m)
{
	_cleanup_free_ __s32 *answers = calloc((size_t)m->nr_nodes + 1, sizeof(*answers));
	size_t count;

	if (!answers)
		return no_memory();
	if (!p->policy->tolerance)
		return 0;
	count = computed_answers(p, m, answers);
	p->groups = calloc(count + 1, sizeof(*p->groups));
	if (!p->groups)
		return no_memory();
	group_answers(p, answers, count);
	return 0;
}

int policy_compile_measured(const struct policy *policy, const struct machine *m,
			    const __s32 *measured, struct compiled_policy **compiled)
{
	_cleanup_(cleanup_compiled) struct compiled_policy *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return no_memory();
	p->policy = policy;
	p->nr_nodes = m->nr_nodes;
	p->meta.abi = TIERBPF_ABI;
	p->meta.nr_rules = (__u32)policy->nr_rules;
	p->meta.source_bytes = (__u32)policy->source_bytes;
	p->meta.otherwise = policy->otherwise;
	policy_digest(policy, p->meta.digest);
	p->facts = calloc((size_t)m->nr_nodes + 1, sizeof(*p->facts));
	p->source = calloc((size_t)m->nr_nodes + 1, sizeof(*p->source));
	if (!p->facts || !p->source)
		return no_memory();
	fill_facts(p, m, measured);
	find_first_rules(p);
	err = make_groups(p, m);
	if (!err)
		*compiled = TAKE_PTR(p);
	return err;
}

int policy_compile(const struct policy *policy, const struct machine *m,
		   struct compiled_policy **compiled)
{
	return policy_compile_measured(policy, m, NULL, compiled);
}

void compiled_free(struct compiled_policy *p)
{
	if (!p)
		return;
	free(p->groups);
	free(p->source);
	free(p->facts);
	free(p);
}
