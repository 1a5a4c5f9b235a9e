// SPDX-License-Identifier: GPL-2.0-only
/* decide.h, which the BPF policy runs in the kernel. */
#include "unit.h"

#include <limits.h>
#include <stdbool.h>

/* The maps. */
struct maps {
	const struct policy *policy;
	const struct tierbpf_group *groups;
	size_t nr_groups;
};

static inline const struct tierbpf_rule *tierbpf_get_rule(void *maps, __u32 index)
{
	const struct policy *p = ((const struct maps *)maps)->policy;

	return index < p->nr_rules ? &p->rules[index] : NULL;
}

static inline const struct tierbpf_test *tierbpf_get_test(void *maps, __u32 index)
{
	const struct policy *p = ((const struct maps *)maps)->policy;

	return index < p->nr_tests ? &p->tests[index] : NULL;
}

static inline const struct tierbpf_group *tierbpf_get_group(void *maps, __u32 index)
{
	const struct maps *m = maps;

	return index < m->nr_groups ? &m->groups[index] : NULL;
}

#define tierbpf_for(i, from, to) for ((i) = (from); (i) < (to); (i)++)
#include <tierbpf/decide.h>

#define CPU TIERBPF_NODE_CPU
#define MEMORY TIERBPF_NODE_MEMORY
#define DEFAULT_RULE (-1)

struct question {
	struct tierbpf_node node; /* id, the kernel's own adistance, flags */
	int rule;
	__s32 adistance;
};

static struct tierbpf_decision decide(struct maps *maps, const struct tierbpf_node *node,
				      const struct tierbpf_facts *stored)
{
	struct tierbpf_meta meta = {
		.nr_rules = (__u32)maps->policy->nr_rules,
		.otherwise = maps->policy->otherwise,
		.nr_groups = (__u32)maps->nr_groups,
	};
	struct tierbpf_decision d = { 77, 77, 77 };

	tierbpf_decide(maps, &meta, node, stored, &d);
	return d;
}

static void expect_answer(const struct policy *p, const struct question *q)
{
	struct maps maps = { .policy = p };
	struct tierbpf_decision d = decide(&maps, &q->node, NULL);

	cr_expect(d.rule == q->rule && d.adistance == q->adistance && d.acted == q->adistance,
		  "node %d, kernel %d, flags %u: rule %d, adistance %d, not rule %d, adistance %d",
		  q->node.id, q->node.kernel_adistance, q->node.flags, d.rule, d.adistance, q->rule,
		  q->adistance);
}

#define EXPECT_ANSWERS(marked, table)                                            \
	do {                                                                     \
		struct policy *policy = good_policy(marked);                     \
		size_t row;                                                      \
                                                                                 \
		_Static_assert(ARRAY_SIZE(table) > 0, "a table without a case"); \
		for (row = 0; row < ARRAY_SIZE(table); row++)                    \
			expect_answer(policy, &(table)[row]);                    \
		policy_free(policy);                                             \
	} while (0)

/* The first rule that matches decides, whatever follows. */
Test(decide, order)
{
	static const struct question table[] = {
		{ { 0, 576, 0 }, 1, 300 },  { { 1, 576, 0 }, 0, 100 },	  { { 2, 576, 0 }, 0, 100 },
		{ { 3, 576, 0 }, 0, 100 },  { { 4, 576, 0 }, 1, 300 },	  { { 9, 576, 0 }, 1, 300 },
		{ { 10, 576, 0 }, 2, 700 }, { { 1023, 576, 0 }, 2, 700 },
	};

	EXPECT_ANSWERS(RULES("[{'match': {'node': '1-3'}, 'action': {'adistance': 100}},"
			     " {'match': {'node': '0-9'}, 'action': {'adistance': 300}},"
			     " {'match': {}, 'action': {'adistance': 700}},"
			     " {'match': {}, 'action': {'adistance': 900}}]"),
		       table);
}

/* One of several ranges of a fact must match, and all facts must match. */
Test(decide, ranges_and_facts)
{
	static const struct question table[] = {
		{ { 0, 576, 0 }, DEFAULT_RULE, 576 },
		{ { 1, 576, 0 }, 0, 100 },
		{ { 2, 576, 0 }, DEFAULT_RULE, 576 },
		{ { 3, 576, 0 }, 0, 100 },
		{ { 4, 576, MEMORY }, 0, 100 },
		{ { 5, 576, 0 }, 0, 100 },
		{ { 6, 576, 0 }, DEFAULT_RULE, 576 },
		{ { 9, 576, 0 }, 0, 100 },
		{ { 1, 576, CPU }, DEFAULT_RULE, 576 },
		{ { 4, 576, CPU | MEMORY }, DEFAULT_RULE, 576 },
		{ { 9, 576, CPU }, DEFAULT_RULE, 576 },
		{ { 7, 576, CPU }, 1, 200 },
		{ { 7, 576, 0 }, DEFAULT_RULE, 576 },
		{ { 8, 576, ~0U }, 1, 200 },
	};

	EXPECT_ANSWERS(RULES("[{'match': {'node': '1,3-5,9', 'cpu': false}, 'action': {'adistance': 100}},"
			     " {'match': {'cpu': true, 'node': '7,8'}, 'action': {'adistance': 200}}]"),
		       table);
}

Test(decide, cpu)
{
	static const struct question table[] = {
		{ { 5, 576, CPU }, 0, 576 },	{ { 5, 576, CPU | MEMORY }, 0, 576 },
		{ { 5, 576, MEMORY }, 1, 704 }, { { 5, 576, 0 }, 1, 704 },
		{ { 5, 576, ~CPU }, 1, 704 },
	};

	EXPECT_ANSWERS(RULES("[{'match': {'cpu': true}, 'action': {'tier': 'dram'}},"
			     " {'match': {'cpu': false}, 'action': {'tier': 'cxl'}}]"),
		       table);
}

Test(decide, default)
{
	static const struct question by_kernel[] = {
		{ { 0, 576, 0 }, DEFAULT_RULE, 576 },
		{ { 7, 1234, CPU }, DEFAULT_RULE, 1234 },
	};
	static const struct question by_tier[] = {
		{ { 0, 576, 0 }, DEFAULT_RULE, 704 },
		{ { 0, 9999, CPU }, DEFAULT_RULE, 704 },
	};
	static const struct question by_offset[] = {
		{ { 0, 576, 0 }, DEFAULT_RULE, 476 },
		{ { 0, 1000, 0 }, DEFAULT_RULE, 900 },
	};

	EXPECT_ANSWERS("{'version': 1, 'rules': []}", by_kernel);
	EXPECT_ANSWERS("{'version': 1, 'rules': [], 'default': {'from': 'kernel'}}", by_kernel);
	EXPECT_ANSWERS("{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': [], 'default': {'tier': 'cxl'}}",
		       by_tier);
	EXPECT_ANSWERS("{'version': 1, 'rules': [], 'default': {'offset': -100}}", by_offset);
}

/* The kernel's own is passed on as it is; whether it is sane is for the module to say. */
Test(decide, from_kernel)
{
	static const struct question table[] = {
		{ { 0, 576, 0 }, 0, 576 },	   { { 0, 0, 0 }, 0, 0 },
		{ { 0, -1, 0 }, 0, -1 },	   { { 0, INT_MIN, 0 }, 0, INT_MIN },
		{ { 0, INT_MAX, 0 }, 0, INT_MAX },
	};

	EXPECT_ANSWERS(ACTION("{'from': 'kernel'}"), table);
}

/* An offset stops at the ends of what may be given to the kernel. */
Test(decide, offset)
{
	static const struct question up[] = {
		{ { 0, 576, 0 }, 0, 704 },
		{ { 0, 16777215 - 128, 0 }, 0, 16777215 },
		{ { 0, 16777215 - 127, 0 }, 0, 16777215 },
		{ { 0, 16777215, 0 }, 0, 16777215 },
		{ { 0, INT_MAX, 0 }, 0, 16777215 },
		{ { 0, -127, 0 }, 0, 1 },
		{ { 0, -128, 0 }, 0, 1 },
		{ { 0, -1000, 0 }, 0, 1 },
		{ { 0, INT_MIN, 0 }, 0, 1 },
	};
	static const struct question down[] = {
		{ { 0, 576, 0 }, 0, 448 },
		{ { 0, 130, 0 }, 0, 2 },
		{ { 0, 129, 0 }, 0, 1 },
		{ { 0, 128, 0 }, 0, 1 },
		{ { 0, 0, 0 }, 0, 1 },
		{ { 0, INT_MIN, 0 }, 0, 1 },
		{ { 0, INT_MAX, 0 }, 0, 16777215 },
	};
	static const struct question far_up[] = { { { 0, 1, 0 }, 0, 16777215 },
						  { { 0, INT_MAX, 0 }, 0, 16777215 } };
	static const struct question far_down[] = { { { 0, 16777215, 0 }, 0, 1 },
						    { { 0, INT_MIN, 0 }, 0, 1 } };
	static const struct question none[] = { { { 0, 576, 0 }, 0, 576 }, { { 0, -5, 0 }, 0, 1 } };

	EXPECT_ANSWERS(ACTION("{'offset': 128}"), up);
	EXPECT_ANSWERS(ACTION("{'offset': -128}"), down);
	EXPECT_ANSWERS(ACTION("{'offset': 16777215}"), far_up);
	EXPECT_ANSWERS(ACTION("{'offset': -16777215}"), far_down);
	EXPECT_ANSWERS(ACTION("{'offset': 0}"), none);
}

Test(decide, a_rule_for_each_node)
{
	char *text = malloc(80 * 1024), *end = stpcpy(text, "{'version': 1, 'rules': [");
	struct policy *p;
	int i;

	for (i = 0; i < 1024; i++)
		end += sprintf(end, "%s{'match': {'node': %d}, 'action': {'adistance': %d}}",
			       i ? "," : "", 1023 - i, i + 1);
	strcpy(end, "]}");
	p = good_policy(text);
	for (i = 0; i < 1024; i++)
		expect_answer(p, &(struct question){ { 1023 - i, 576, 0 }, i, i + 1 });
	policy_free(p);
	free(text);
}

/* ---- maps that no policy has: the code is in the kernel, and must not care ---- */

static void expect_by_hand(const struct tierbpf_test *tests, size_t nr_tests,
			   struct tierbpf_rule rule, int decides)
{
	struct policy p = {
		.rules = &rule,
		.nr_rules = 1,
		.tests = (struct tierbpf_test *)tests,
		.nr_tests = nr_tests,
		.otherwise = { TIERBPF_ACTION_ADISTANCE, 999 },
	};

	expect_answer(&p, &(struct question){ { 3, 576, CPU }, decides, decides < 0 ? 999 : 50 });
}

/* A fact that is not known never matches, however wide the range. */
Test(decide, unknown_facts)
{
	static const struct {
		__u32 fact;
		int decides;
	} table[] = {
		{ TIERBPF_FACT_NONE, 0 },
		{ TIERBPF_FACT_NODE, 0 },
		{ TIERBPF_FACT_CPU, 0 },
		{ TIERBPF_FACT_KERNEL_ADISTANCE, 0 },
		{ TIERBPF_FACT_SIZE, DEFAULT_RULE },
		{ TIERBPF_FACT_PXM, DEFAULT_RULE },
		{ TIERBPF_NR_FACTS - 1, DEFAULT_RULE },
		{ TIERBPF_NR_FACTS, DEFAULT_RULE },
		{ 31, DEFAULT_RULE },
		{ 32, DEFAULT_RULE },
		{ 63, DEFAULT_RULE },
		{ 64, DEFAULT_RULE },
		{ 65, DEFAULT_RULE },
		{ UINT_MAX, DEFAULT_RULE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct tierbpf_test test = { LLONG_MIN, LLONG_MAX, table[i].fact, table[i].fact };

		expect_by_hand(&test, 1,
			       (struct tierbpf_rule){ 0, 1, { TIERBPF_ACTION_ADISTANCE, 50 } },
			       table[i].decides);
	}
}

/* Stored facts count if they are known; live facts are never taken from the map. */
Test(decide, stored_facts)
{
	const struct tierbpf_node node = { 3, 576, CPU, 0, 1ULL << 30 };
	static const struct {
		struct tierbpf_test test;
		int without, unknown, known;
	} table[] = {
		{ { LLONG_MIN, LLONG_MAX, TIERBPF_FACT_PXM }, 0, 0, 1 },
		{ { 7, 7, TIERBPF_FACT_PXM }, 0, 0, 1 },
		{ { 8, 9, TIERBPF_FACT_PXM }, 0, 0, 0 },
		{ { 0, 0, TIERBPF_FACT_PXM }, 0, 0, 0 },
		{ { LLONG_MIN, LLONG_MAX, TIERBPF_FACT_KIND }, 0, 0, 0 },
		{ { LLONG_MIN, LLONG_MAX, TIERBPF_NR_FACTS }, 0, 0, 0 },
		{ { 3, 3, TIERBPF_FACT_NODE }, 1, 1, 1 },
		{ { 7, 7, TIERBPF_FACT_NODE }, 0, 0, 0 },
		{ { 1, 1, TIERBPF_FACT_CPU }, 1, 1, 1 },
		{ { 576, 576, TIERBPF_FACT_KERNEL_ADISTANCE }, 1, 1, 1 },
		{ { 7, 7, TIERBPF_FACT_KERNEL_ADISTANCE }, 0, 0, 0 },
		{ { 1 << 30, 1 << 30, TIERBPF_FACT_SIZE }, 1, 1, 1 },
		{ { 7, 7, TIERBPF_FACT_SIZE }, 0, 0, 0 },
	};
	struct tierbpf_facts unknown = {}, known = {};
	size_t i;

	unknown.value[TIERBPF_FACT_PXM] = 7;
	tierbpf_set_fact(&known, TIERBPF_FACT_PXM, 7);
	tierbpf_set_fact(&known, TIERBPF_FACT_NODE, 7);
	tierbpf_set_fact(&known, TIERBPF_FACT_CPU, 0);
	tierbpf_set_fact(&known, TIERBPF_FACT_KERNEL_ADISTANCE, 7);
	tierbpf_set_fact(&known, TIERBPF_FACT_SIZE, 7);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct tierbpf_test *t = &table[i].test;

		cr_expect_eq(tierbpf_test_holds(t, &node, NULL), table[i].without, "%zu", i);
		cr_expect_eq(tierbpf_test_holds(t, &node, &unknown), table[i].unknown, "%zu", i);
		cr_expect_eq(tierbpf_test_holds(t, &node, &known), table[i].known, "%zu", i);
	}
}

#define THEN { TIERBPF_ACTION_ADISTANCE, 50 }
#define NODE_IS(min, max) { min, max, TIERBPF_FACT_NODE, TIERBPF_FACT_NODE }
#define CPU_IS(min, max) { min, max, TIERBPF_FACT_CPU, TIERBPF_FACT_CPU }

Test(decide, odd_tests)
{
	static const struct {
		struct tierbpf_test tests[3];
		struct tierbpf_rule rule;
		int decides;
	} table[] = {
		/* both ends belong to a range */
		{ { NODE_IS(3, 3) }, { 0, 1, THEN }, 0 },
		{ { NODE_IS(2, 3) }, { 0, 1, THEN }, 0 },
		{ { NODE_IS(3, 4) }, { 0, 1, THEN }, 0 },
		{ { NODE_IS(4, 5) }, { 0, 1, THEN }, DEFAULT_RULE },
		{ { NODE_IS(1, 2) }, { 0, 1, THEN }, DEFAULT_RULE },
		/* nothing is in it */
		{ { NODE_IS(4, 2) }, { 0, 1, THEN }, DEFAULT_RULE },
		/* a fact that holds makes up for none of another */
		{ { NODE_IS(3, 3), CPU_IS(0, 0) }, { 0, 2, THEN }, DEFAULT_RULE },
		{ { CPU_IS(0, 0), NODE_IS(3, 3) }, { 0, 2, THEN }, DEFAULT_RULE },
		{ { CPU_IS(1, 1), NODE_IS(3, 3) }, { 0, 2, THEN }, 0 },
		{ { NODE_IS(9, 9), NODE_IS(3, 3), CPU_IS(1, 1) }, { 0, 3, THEN }, 0 },
		{ { NODE_IS(3, 3), NODE_IS(9, 9), CPU_IS(1, 1) }, { 0, 3, THEN }, 0 },
		{ { NODE_IS(3, 3), CPU_IS(1, 1), { 0, 9, 63, 63 } }, { 0, 3, THEN }, DEFAULT_RULE },
		/* a predicate about several facts: one is enough */
		{ { { 9, 9, TIERBPF_FACT_NODE, TIERBPF_FACT_PXM },
		    { 1, 1, TIERBPF_FACT_CPU, TIERBPF_FACT_PXM } },
		  { 0, 2, THEN },
		  0 },
		{ { { 9, 9, TIERBPF_FACT_NODE, TIERBPF_FACT_PXM },
		    { 0, 0, TIERBPF_FACT_CPU, TIERBPF_FACT_PXM } },
		  { 0, 2, THEN },
		  DEFAULT_RULE },
		/* predicates about one fact: all */
		{ { { 3, 3, TIERBPF_FACT_NODE, TIERBPF_FACT_PXM }, NODE_IS(9, 9) },
		  { 0, 2, THEN },
		  DEFAULT_RULE },
		{ { { 3, 3, TIERBPF_FACT_NODE, TIERBPF_FACT_PXM }, NODE_IS(1, 9) },
		  { 0, 2, THEN },
		  0 },
		/* the tests of others do not count */
		{ { NODE_IS(9, 9), NODE_IS(3, 3) }, { 1, 1, THEN }, 0 },
		{ { NODE_IS(3, 3), NODE_IS(9, 9) }, { 1, 1, THEN }, DEFAULT_RULE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_by_hand(table[i].tests, 3, table[i].rule, table[i].decides);
}

/* A rule whose tests are not all there matches nothing. */
Test(decide, tests_behind_the_end)
{
	static const struct tierbpf_test tests[] = {
		NODE_IS(3, 3),
		NODE_IS(3, 3),
		NODE_IS(3, 3),
	};

	expect_by_hand(tests, 2, (struct tierbpf_rule){ 0, 2, THEN }, 0);
	expect_by_hand(tests, 2, (struct tierbpf_rule){ 0, 3, THEN }, DEFAULT_RULE);
	expect_by_hand(tests, 2, (struct tierbpf_rule){ 2, 1, THEN }, DEFAULT_RULE);
	expect_by_hand(tests, 0, (struct tierbpf_rule){ 0, 1, THEN }, DEFAULT_RULE);
	expect_by_hand(tests, 2, (struct tierbpf_rule){ UINT_MAX, 1, THEN }, DEFAULT_RULE);
	expect_by_hand(tests, 2, (struct tierbpf_rule){ 1, UINT_MAX, THEN }, DEFAULT_RULE);
}

/* An action of a later version changes nothing. */
Test(decide, unknown_action)
{
	struct tierbpf_test test = { 0, 0, TIERBPF_FACT_NONE, 0 };
	struct tierbpf_rule rule = { 0, 1, { 99, 50 } };
	struct policy p = { .rules = &rule, .nr_rules = 1, .tests = &test, .nr_tests = 1 };

	expect_answer(&p, &(struct question){ { 0, 1234, 0 }, 0, 1234 });
}

/* ---- actions that need more than the kernel's own ---- */

Test(decide, scale)
{
	static const struct question more[] = {
		{ { 0, 576, 0 }, 0, 864 },
		{ { 0, 3, 0 }, 0, 4 }, /* 4.5: rounded down */
		{ { 0, 0, 0 }, 0, 1 },
		{ { 0, -576, 0 }, 0, 1 },
		{ { 0, INT_MIN, 0 }, 0, 1 },
		{ { 0, INT_MAX, 0 }, 0, 16777215 },
		{ { 0, 11184810, 0 }, 0, 16777215 },
		{ { 0, 11184809, 0 }, 0, 16777213 },
	};
	static const struct question less[] = {
		{ { 0, 576, 0 }, 0, 1 }, /* 0.576 */
		{ { 0, 1999, 0 }, 0, 1 },
		{ { 0, 2000, 0 }, 0, 2 },
	};
	static const struct question most[] = {
		{ { 0, 576, 0 }, 0, 576000 },
		{ { 0, INT_MAX, 0 }, 0, 16777215 },
	};

	EXPECT_ANSWERS(ACTION("{'scale': 1.5}"), more);
	EXPECT_ANSWERS(ACTION("{'scale': 0.001}"), less);
	EXPECT_ANSWERS(ACTION("{'scale': 1000}"), most);
}

#define FROM_HMAT_THEN_ONE                                           \
	"{'version': 1, 'rules': ["                                  \
	"{'match': {'node': '0-2'}, 'action': {'from': 'hmat'}},"    \
	"{'match': {'node': '0-1'}, 'action': {'adistance': 100}}]," \
	" 'default': {'from': 'measured'}}"

/* A rule that cannot act is passed over; a default that cannot leaves the kernel's own. */
Test(decide, from_a_fact)
{
	static const struct {
		int node;
		__s64 hmat, measured; /* 0: not known */
		struct tierbpf_decision d;
	} table[] = {
		{ 0, 2304, 0, { 2304, 0, 2304 } },
		{ 0, 0, 0, { 100, 1, 100 } },
		{ 0, 0, 900, { 100, 1, 100 } },
		{ 2, 2304, 900, { 2304, 0, 2304 } },
		{ 2, 0, 900, { 900, DEFAULT_RULE, 900 } },
		{ 2, 0, 0, { 640, DEFAULT_RULE, 640 } },
		{ 3, 2304, 0, { 640, DEFAULT_RULE, 640 } },
		/* whoever filled the map */
		{ 0, -5, 0, { 1, 0, 1 } },
		{ 0, LLONG_MAX, 0, { 16777215, 0, 16777215 } },
		{ 3, 0, LLONG_MIN, { 1, DEFAULT_RULE, 1 } },
	};
	struct maps maps = { .policy = good_policy(FROM_HMAT_THEN_ONE) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct tierbpf_node node = { table[i].node, 640, 0 };
		struct tierbpf_facts stored = {};
		struct tierbpf_decision d;

		if (table[i].hmat)
			tierbpf_set_fact(&stored, TIERBPF_FACT_HMAT_ADISTANCE, table[i].hmat);
		if (table[i].measured)
			tierbpf_set_fact(&stored, TIERBPF_FACT_MEASURED_ADISTANCE,
					 table[i].measured);
		d = decide(&maps, &node, &stored);
		cr_expect_eq(memcmp(&d, &table[i].d, sizeof(d)), 0,
			     "%zu: adistance %d, rule %d, acted %d", i, d.adistance, d.rule,
			     d.acted);
	}
	policy_free((struct policy *)maps.policy);
}

/* A computed adistance joins its group; one that the policy names does not. */
Test(decide, gather)
{
	static const struct tierbpf_group groups[] = { { 520, 640, 576 }, { 900, 1100, 1000 } };
	static const struct {
		__s32 kernel, offset_by_one;
	} table[] = {
		{ 518, 519 },	{ 519, 576 },	{ 576, 576 },  { 639, 576 },
		{ 640, 641 },	{ 898, 899 },	{ 899, 1000 }, { 1000, 1000 },
		{ 1099, 1000 }, { 1100, 1101 }, { 0, 1 },
	};
	struct policy *rules = good_policy(MATCH("{'node': 1}"));
	struct policy *named = good_policy(ACTION("{'adistance': 1001}"));
	struct maps maps = { .policy = rules, .groups = groups, .nr_groups = 2 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct tierbpf_node node = { 1, table[i].kernel, 0 };
		struct tierbpf_decision d = decide(&maps, &node, NULL);

		cr_expect_eq(d.adistance, table[i].offset_by_one, "%d: %d", table[i].kernel,
			     d.adistance);
		cr_expect_eq(d.acted, table[i].kernel + 1);
	}
	/* by the default too */
	cr_expect_eq(decide(&maps, &(struct tierbpf_node){ 2, 1001, 0 }, NULL).adistance, 1000);
	maps.policy = named;
	cr_expect_eq(decide(&maps, &(struct tierbpf_node){ 2, 576, 0 }, NULL).adistance, 1001);
	policy_free(rules);
	policy_free(named);
}

/* The counts in map `meta` are higher than what is there: nothing is read behind the end. */
Test(decide, maps_that_are_cut)
{
	static const struct tierbpf_group groups[] = { { 500, 600, 576 } };
	struct policy *p = good_policy(NODE("1"));
	struct maps maps = { .policy = p, .groups = groups, .nr_groups = 1 };
	struct tierbpf_meta meta = { .nr_rules = UINT_MAX, .nr_groups = UINT_MAX };
	struct tierbpf_decision d;

	tierbpf_decide(&maps, &meta, &(struct tierbpf_node){ 2, 700, 0 }, NULL, &d);
	cr_expect(d.adistance == 700 && d.rule == DEFAULT_RULE, "%d", d.adistance);
	tierbpf_decide(&maps, &meta, &(struct tierbpf_node){ 2, 510, 0 }, NULL, &d);
	cr_expect_eq(d.adistance, 576);
	policy_free(p);
}
