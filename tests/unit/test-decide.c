// SPDX-License-Identifier: GPL-2.0-only
/* decide.h by way of native.c: what the BPF policy decides, on this side of the kernel. */
#include "unit.h"

#include <limits.h>
#include <stdbool.h>

#include "native.h"

/* For tierbpf_test_holds(); rules are reached by native.c. */
#define tierbpf_get_rule(policy, index) ((const struct tierbpf_rule *)NULL)
#define tierbpf_get_test(policy, index) ((const struct tierbpf_test *)NULL)
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

static void expect_answer(const struct policy *p, const struct question *q)
{
	int rule = 77;
	__s32 adistance = native_decide(p, &q->node, &rule);

	cr_expect(rule == q->rule && adistance == q->adistance,
		  "node %d, kernel %d, flags %u: rule %d, adistance %d, not rule %d, adistance %d",
		  q->node.id, q->node.kernel_adistance, q->node.flags, rule, adistance, q->rule,
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
		{ { 0, 576, 0 }, 1, 300 },
		{ { 1, 576, 0 }, 0, 100 },
		{ { 2, 576, 0 }, 0, 100 },
		{ { 3, 576, 0 }, 0, 100 },
		{ { 4, 576, 0 }, 1, 300 },
		{ { 9, 576, 0 }, 1, 300 },
		{ { 10, 576, 0 }, 2, 700 },
		{ { 1023, 576, 0 }, 2, 700 },
	};

	EXPECT_ANSWERS(RULES("[{'match': {'node': '1-3'}, 'action': {'adistance': 100}},"
			     " {'match': {'node': '0-9'}, 'action': {'adistance': 300}},"
			     " {'match': {}, 'action': {'adistance': 700}},"
			     " {'match': {}, 'action': {'adistance': 900}}]"), table);
}

/* Ranges of one fact: one is enough. Several facts: all. */
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
			     " {'match': {'cpu': true, 'node': '7,8'}, 'action': {'adistance': 200}}]"), table);
}

Test(decide, cpu)
{
	static const struct question table[] = {
		{ { 5, 576, CPU }, 0, 576 },
		{ { 5, 576, CPU | MEMORY }, 0, 576 },
		{ { 5, 576, MEMORY }, 1, 704 },
		{ { 5, 576, 0 }, 1, 704 },
		{ { 5, 576, ~CPU }, 1, 704 },
	};

	EXPECT_ANSWERS(RULES("[{'match': {'cpu': true}, 'action': {'tier': 'dram'}},"
			     " {'match': {'cpu': false}, 'action': {'tier': 'cxl'}}]"), table);
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
	EXPECT_ANSWERS("{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': [], 'default': {'tier': 'cxl'}}", by_tier);
	EXPECT_ANSWERS("{'version': 1, 'rules': [], 'default': {'offset': -100}}", by_offset);
}

/* The kernel's own is passed on as it is; whether it is sane is for the module to say. */
Test(decide, from_kernel)
{
	static const struct question table[] = {
		{ { 0, 576, 0 }, 0, 576 },
		{ { 0, 0, 0 }, 0, 0 },
		{ { 0, -1, 0 }, 0, -1 },
		{ { 0, INT_MIN, 0 }, 0, INT_MIN },
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
	static const struct question far_up[] = { { { 0, 1, 0 }, 0, 16777215 }, { { 0, INT_MAX, 0 }, 0, 16777215 } };
	static const struct question far_down[] = { { { 0, 16777215, 0 }, 0, 1 }, { { 0, INT_MIN, 0 }, 0, 1 } };
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
		end += sprintf(end, "%s{'match': {'node': %d}, 'action': {'adistance': %d}}", i ? "," : "",
			       1023 - i, i + 1);
	strcpy(end, "]}");
	p = good_policy(text);
	for (i = 0; i < 1024; i++)
		expect_answer(p, &(struct question){ { 1023 - i, 576, 0 }, i, i + 1 });
	policy_free(p);
	free(text);
}

/* ---- maps that no policy has: the code is in the kernel, and must not care ---- */

static void expect_by_hand(const struct tierbpf_test *tests, size_t nr_tests, struct tierbpf_rule rule,
			   int decides)
{
	struct policy p = {
		.rules = &rule, .nr_rules = 1, .tests = (struct tierbpf_test *)tests, .nr_tests = nr_tests,
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
		struct tierbpf_test test = { LLONG_MIN, LLONG_MAX, table[i].fact, 0 };

		expect_by_hand(&test, 1, (struct tierbpf_rule){ 0, 1, { TIERBPF_ACTION_ADISTANCE, 50 } },
			       table[i].decides);
	}
}

Test(decide, facts_that_are_not_stored)
{
	const struct tierbpf_test test = { LLONG_MIN, LLONG_MAX, TIERBPF_FACT_NODE, 0 };
	struct tierbpf_facts facts = {};

	cr_expect_not(tierbpf_test_holds(&test, &facts));
	tierbpf_set_fact(&facts, TIERBPF_FACT_CPU, 1);
	cr_expect_not(tierbpf_test_holds(&test, &facts));
	tierbpf_set_fact(&facts, TIERBPF_FACT_NODE, LLONG_MIN);
	cr_expect(tierbpf_test_holds(&test, &facts));
	tierbpf_set_fact(&facts, TIERBPF_FACT_NODE, LLONG_MAX);
	cr_expect(tierbpf_test_holds(&test, &facts));
}

#define THEN { TIERBPF_ACTION_ADISTANCE, 50 }

Test(decide, odd_tests)
{
	static const struct {
		struct tierbpf_test tests[3];
		struct tierbpf_rule rule;
		int decides;
	} table[] = {
		/* both ends belong to a range */
		{ { { 3, 3, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, 0 },
		{ { { 2, 3, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, 0 },
		{ { { 3, 4, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, 0 },
		{ { { 4, 5, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, DEFAULT_RULE },
		{ { { 1, 2, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, DEFAULT_RULE },
		/* nothing is in it */
		{ { { 4, 2, TIERBPF_FACT_NODE } }, { 0, 1, THEN }, DEFAULT_RULE },
		/* a fact that holds makes up for none of another */
		{ { { 3, 3, TIERBPF_FACT_NODE }, { 0, 0, TIERBPF_FACT_CPU } }, { 0, 2, THEN }, DEFAULT_RULE },
		{ { { 0, 0, TIERBPF_FACT_CPU }, { 3, 3, TIERBPF_FACT_NODE } }, { 0, 2, THEN }, DEFAULT_RULE },
		{ { { 1, 1, TIERBPF_FACT_CPU }, { 3, 3, TIERBPF_FACT_NODE } }, { 0, 2, THEN }, 0 },
		{ { { 9, 9, TIERBPF_FACT_NODE }, { 3, 3, TIERBPF_FACT_NODE }, { 1, 1, TIERBPF_FACT_CPU } },
		  { 0, 3, THEN }, 0 },
		{ { { 3, 3, TIERBPF_FACT_NODE }, { 9, 9, TIERBPF_FACT_NODE }, { 1, 1, TIERBPF_FACT_CPU } },
		  { 0, 3, THEN }, 0 },
		{ { { 3, 3, TIERBPF_FACT_NODE }, { 1, 1, TIERBPF_FACT_CPU }, { 0, 9, 63 } }, { 0, 3, THEN },
		  DEFAULT_RULE },
		/* the tests of others do not count */
		{ { { 9, 9, TIERBPF_FACT_NODE }, { 3, 3, TIERBPF_FACT_NODE } }, { 1, 1, THEN }, 0 },
		{ { { 3, 3, TIERBPF_FACT_NODE }, { 9, 9, TIERBPF_FACT_NODE } }, { 1, 1, THEN }, DEFAULT_RULE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_by_hand(table[i].tests, 3, table[i].rule, table[i].decides);
}

/* A rule whose tests are not all there matches nothing. */
Test(decide, tests_behind_the_end)
{
	static const struct tierbpf_test tests[] = {
		{ 3, 3, TIERBPF_FACT_NODE }, { 3, 3, TIERBPF_FACT_NODE }, { 3, 3, TIERBPF_FACT_NODE },
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
