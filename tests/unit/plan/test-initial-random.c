// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy of init for random machines: it is valid, no rule of it is in vain, and it keeps the
 * order in which the kernel has the nodes, so no demotion target is lost.
 */
#include <tierbpf/adistance.h>

#include "unit-initial.h"

#define MACHINES 400
#define MOST_NODES 9

static int64_t one_of(const int64_t *list, size_t count)
{
	return list[(size_t)rand() % count];
}

#define ONE_OF(...)                              \
	one_of((const int64_t[]){ __VA_ARGS__ }, \
	       sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

/* @missing of 4 values are not known. */
static struct perf random_perf(int missing)
{
	struct perf p;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		p.value[c] = rand() % 4 < missing ? 0 :
			     is_latency(c)	  ? ONE_OF(50, 90, 100, 105, 250, 255, 400) :
						    ONE_OF(100, 500, 950, 1000, 4000, 9000);
	return p;
}

static struct perf random_spread(void)
{
	struct perf p;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		p.value[c] = ONE_OF(0, 1, 3, 10, 60);
	return p;
}

/* Nodes without CPUs are where HMAT, drivers or nothing at all may have put them. */
static struct test_node random_node(int node, int cpus)
{
	static const char *const without[] = { "m", "m", "m", "m", "" };
	struct test_node n = { .has = node < cpus ? "cm" : without[rand() % 5] };
	int64_t tier = ONE_OF(1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 6, 22, 22, 131071);

	if (node < cpus && cpus > 1 && !(rand() % 4))
		n.has = "c";
	n.perf = random_perf((int)ONE_OF(0, 0, 0, 1, 2, 4));
	n.distance = ONE_OF(0, 14, 17, 20);
	n.tier = node < cpus ? 4 : tier;
	n.kernel_adistance = n.tier * 128 + 64;
	return n;
}

static struct machine *random_machine(void)
{
	struct test_node nodes[MOST_NODES];
	int i, count = 1 + rand() % MOST_NODES, cpus = 1 + rand() % 2;
	bool measured = !(rand() % 3), only_cpus = !(rand() % 8), nothing = !(rand() % 4);
	struct machine *m;

	for (i = 0; i < count; i++)
		nodes[i] = random_node(i, cpus);
	for (i = 0; only_cpus && i < count && i < cpus; i++)
		nodes[i].has = "c";
	for (i = 0; nothing && i < count; i++)
		nodes[i].perf = (struct perf){};
	m = test_machine(nodes, (size_t)count);
	for (i = 0; i < count; i++) {
		struct machine_node *n = &m->nodes[i];

		n->generic_initiator = !(rand() % 30);
		if (n->memory && measured && !nothing && rand() % 5) {
			n->measured = random_perf(0);
			n->measured_spread = random_spread();
		}
		if (n->memory && !n->cpu && !(rand() % 5))
			machine_set_fact(n, TIERBPF_FACT_KIND, 1 + rand() % 6, SOURCE_DERIVED);
	}
	return m;
}

/* These warnings are about the policy; the others may be about the machine. */
static void expect_no_vain_rule(const struct first *f)
{
	static const enum plan_warning_kind vain[] = { WARN_CPUS_SPLIT, WARN_TWINS_SPLIT,
						       WARN_RULE_NEVER, WARN_TIER_EMPTY };
	size_t i, j;

	for (i = 0; i < f->plan->nr_warnings; i++)
		for (j = 0; j < ARRAY_SIZE(vain); j++)
			cr_expect_neq(f->plan->warnings[i].id, plan_warning_names[vain[j]],
				      "%s\n%s", f->plan->warnings[i].message, f->text);
}

static int32_t kernel_tier(const struct first *f, const struct plan_node *n)
{
	return (int32_t)tierbpf_tier(compiled_node(f->machine, n->node).kernel_adistance);
}

static void expect_kernel_order(const struct first *f)
{
	const struct plan_node *a, *b, *nodes = f->plan->nodes, *end = nodes + f->plan->count;

	for (a = nodes; a < end; a++)
		for (b = nodes; b < end; b++)
			cr_expect(kernel_tier(f, a) >= kernel_tier(f, b) ||
					  a->after.tier < b->after.tier,
				  "node %d was before node %d\n%s\n%s", a->node, b->node, f->text,
				  f->said);
}

/* Every node without CPUs has a rule; only nodes that are added later go by other rules. */
static void expect_decided(const struct first *f)
{
	size_t i;

	for (i = 0; i < f->plan->count; i++)
		cr_expect_geq(f->plan->nodes[i].decision.rule, 0, "node %d\n%s",
			      f->plan->nodes[i].node, f->text);
}

static bool knows_nothing(const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (perf_has_any(&m->nodes[node].measured) ||
		    perf_has_any(&m->nodes[node].sysfs[CLASS_CPU].perf))
			return false;
	return true;
}

/*
 * Without values, there is no warning that the kernel's own tiers would not get. A device's memory that
 * stays with DRAM may be farther away than memory that is assumed to be slower: the warning is right.
 */
static void expect_no_new_warning(const struct first *f)
{
	struct policy *policy = good_policy("{'version': 1, 'rules': []}");
	struct compiled_policy *compiled;
	struct plan *kernel;

	cr_assert_eq(policy_compile(policy, f->machine, &compiled), 0);
	cr_assert_eq(plan_make(compiled, f->machine, NULL, &kernel), 0);
	if (knows_nothing(f->machine) && !strstr(f->said, "memory of a device"))
		cr_expect_leq(f->plan->nr_warnings, kernel->nr_warnings, "%s", f->text);
	plan_free(kernel);
	compiled_free(compiled);
	policy_free(policy);
}

Test(initial_policy, random_machines)
{
	int i;

	for (i = 0; i < MACHINES; i++) {
		struct first f;

		srand((unsigned int)i);
		f = first_policy(random_machine());
		expect_no_vain_rule(&f);
		expect_kernel_order(&f);
		expect_decided(&f);
		expect_no_new_warning(&f);
		first_free(&f);
	}
}
