// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"

static void set_known(struct machine_node *n, enum tierbpf_fact fact, int64_t value,
		      enum source source)
{
	if (value)
		machine_set_fact(n, fact, value, source);
}

static void set_node(struct machine_node *n, const struct test_node *t)
{
	enum coordinate c;

	n->possible = true;
	n->cpu = strchr(t->has, 'c');
	n->memory = strchr(t->has, 'm');
	n->tier = !n->memory ? NO_TIER : t->tier ?: 4;
	n->sysfs[CLASS_CPU].perf = t->perf;
	for (c = 0; c < NR_COORDINATES; c++)
		set_known(n, coordinate_fact(c), t->perf.value[c], SOURCE_HMAT);
	set_known(n, TIERBPF_FACT_KERNEL_ADISTANCE, t->kernel_adistance, SOURCE_MODULE);
	set_known(n, TIERBPF_FACT_DISTANCE, t->distance, SOURCE_SYSFS);
}

struct machine *test_machine(const struct test_node *nodes, size_t count)
{
	struct machine *m = calloc(1, sizeof(*m));
	size_t i;

	cr_assert(m && count <= TIERBPF_MAX_NODES);
	for (i = 0; i < count; i++)
		set_node(&m->nodes[i], &nodes[i]);
	m->nr_nodes = (int)count;
	return m;
}

struct test_plan test_plan(const char *marked, struct machine *machine, const __s32 *overrides)
{
	struct test_plan t = { .policy = good_policy(marked), .machine = machine };

	cr_assert_eq(policy_compile(t.policy, machine, &t.compiled), 0);
	cr_assert_eq(plan_make(t.compiled, machine, overrides, &t.plan), 0);
	return t;
}

void test_plan_free(struct test_plan *t)
{
	plan_free(t->plan);
	compiled_free(t->compiled);
	machine_free(t->machine);
	policy_free(t->policy);
}
