// SPDX-License-Identifier: GPL-2.0-only
/* Each warning appears when it should, and not in the closest case when it should not. */
#include "unit-plan.h"

/* "id: message" of each, in lines. */
static void expect_warnings_of(struct test_plan t, const char *expected)
{
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	for (i = 0; i < t.plan->nr_warnings; i++)
		fprintf(out, "%s: %s\n", t.plan->warnings[i].id, t.plan->warnings[i].message);
	fclose(out);
	cr_expect_str_eq(text, expected, "%s\nnot\n%s", text, expected);
	free(text);
	test_plan_free(&t);
}

#define EXPECT_WARNINGS(policy, machine, expected) \
	expect_warnings_of(test_plan(policy, machine, NULL), expected)

#define KERNEL "{'version': 1, 'rules': []}"
#define AT(node, adistance) "{'match': {'node': " node "}, 'action': {'adistance': " adistance "}}"
#define PLACES(rules) "{'version': 1, 'rules': [" rules "]}"

Test(plan_warn, none)
{
	EXPECT_WARNINGS(KERNEL, MACHINE({ "cm" }, { "m" }), "");
	EXPECT_WARNINGS(KERNEL, MACHINE({ "c" }), "");
}

/* ---- cpu-below-memory ---- */

Test(plan_warn, cpu_below_memory)
{
	EXPECT_WARNINGS(PLACES(AT("1", "300")), MACHINE({ "cm" }, { "m" }),
			"cpu-below-memory: node 0 has CPUs and is in tier 4, below node 1 (tier 2), which "
			"has none: the kernel promotes no pages from tier 4 or faster tiers\n");
	/* the first of those above, for each node with CPUs */
	EXPECT_WARNINGS(PLACES(AT("1", "300") "," AT("2", "200")),
			MACHINE({ "cm" }, { "m" }, { "m" }, { "cm" }),
			"cpu-below-memory: node 0 has CPUs and is in tier 4, below node 1 (tier 2), which "
			"has none: the kernel promotes no pages from tier 4 or faster tiers\n"
			"cpu-below-memory: node 3 has CPUs and is in tier 4, below node 1 (tier 2), which "
			"has none: the kernel promotes no pages from tier 4 or faster tiers\n");
	/* a tier that has wrapped below zero is the fastest */
	EXPECT_WARNINGS(KERNEL,
			MACHINE({ "cm" },
				{ "m", .tier = 4281505711, .kernel_adistance = -1723082824 }),
			"cpu-below-memory: node 0 has CPUs and is in tier 4, below node 1 (tier 4281505711), "
			"which has none: the kernel promotes no pages from tier 4 or faster tiers\n");
}

Test(plan_warn, cpu_not_below_memory)
{
	EXPECT_WARNINGS(PLACES(AT("1", "600")), MACHINE({ "cm" }, { "m" }), "");
	EXPECT_WARNINGS(PLACES(AT("1", "300")), MACHINE({ "c" }, { "m" }, { "m" }), "");
	EXPECT_WARNINGS(PLACES(AT("1", "300")), MACHINE({ "cm" }, { "" }, { "m" }), "");
}

/* ---- cpus-split ---- */

Test(plan_warn, cpus_split)
{
	EXPECT_WARNINGS(PLACES(AT("1", "300")), MACHINE({ "cm" }, { "cm" }),
			"cpus-split: nodes 0 and 1 have CPUs and are in tiers 4 and 2: pages are demoted "
			"from one's DRAM to the other's; a rule with \"cpu\": true can give them one tier\n");
	EXPECT_WARNINGS(PLACES(AT("2", "700")), MACHINE({ "cm" }, { "m" }, { "cm" }),
			"cpu-below-memory: node 2 has CPUs and is in tier 5, below node 1 (tier 4), which "
			"has none: the kernel promotes no pages from tier 5 or faster tiers\n"
			"cpus-split: nodes 0 and 2 have CPUs and are in tiers 4 and 5: pages are demoted "
			"from one's DRAM to the other's; a rule with \"cpu\": true can give them one tier\n");
}

Test(plan_warn, cpus_together)
{
	EXPECT_WARNINGS(PLACES(AT("1", "600")), MACHINE({ "cm" }, { "cm" }), "");
	EXPECT_WARNINGS(PLACES(AT("1", "300")), MACHINE({ "cm" }, { "c" }), "");
}

/* ---- twins-split ---- */

#define TWINS(a, b)                                                         \
	MACHINE({ "cm" }, { "m", .tier = (a) >> 7, .kernel_adistance = a }, \
		{ "m", .tier = (b) >> 7, .kernel_adistance = b })

Test(plan_warn, twins_split)
{
	EXPECT_WARNINGS(KERNEL, TWINS(1020, 1030),
			"twins-split: nodes 1 and 2 are nearly equal (adistance 1020 and 1030) and are in "
			"tiers 7 and 8: pages are demoted from one to the other; \"tolerance\": 0.1 groups "
			"them\n");
	EXPECT_WARNINGS(KERNEL, TWINS(1030, 1020),
			"twins-split: nodes 2 and 1 are nearly equal (adistance 1020 and 1030) and are in "
			"tiers 7 and 8: pages are demoted from one to the other; \"tolerance\": 0.1 groups "
			"them\n");
	EXPECT_WARNINGS(KERNEL, TWINS(1000, 1100),
			"twins-split: nodes 1 and 2 are nearly equal (adistance 1000 and 1100) and are in "
			"tiers 7 and 8: pages are demoted from one to the other; \"tolerance\": 0.1 groups "
			"them\n");
}

Test(plan_warn, twins_together)
{
	EXPECT_WARNINGS(KERNEL, TWINS(1000, 1101), "");
	EXPECT_WARNINGS(KERNEL, TWINS(1000, 1020), "");
	EXPECT_WARNINGS("{'version': 1, 'tolerance': 0.1, 'rules': []}", TWINS(1020, 1030), "");
	/* somebody means it */
	EXPECT_WARNINGS(PLACES(AT("2", "1030")), TWINS(1020, 576), "");
	expect_warnings_of(test_plan(KERNEL, TWINS(1020, 576),
				     (const __s32[TIERBPF_MAX_NODES]){ 0, 0, 1030 }),
			   "");
}

/* ---- slit ---- */

#define NEAR_AND_FAR(near, far) \
	MACHINE({ "cm" }, { "m", .distance = near }, { "m", .distance = far })

Test(plan_warn, slit)
{
	EXPECT_WARNINGS(PLACES(AT("1", "1000") "," AT("2", "700")), NEAR_AND_FAR(17, 28),
			"slit: SLIT places node 1 (tier 7) nearer to its CPUs than node 2 (tier 5), 17 against "
			"28: new pages go to the slower node first\n");
}

Test(plan_warn, slit_agrees)
{
	EXPECT_WARNINGS(PLACES(AT("1", "700") "," AT("2", "1000")), NEAR_AND_FAR(17, 28), "");
	EXPECT_WARNINGS(PLACES(AT("1", "1000") "," AT("2", "700")), NEAR_AND_FAR(28, 28), "");
	EXPECT_WARNINGS(PLACES(AT("1", "700") "," AT("2", "700")), NEAR_AND_FAR(17, 28), "");
	/* not known of one of the two */
	EXPECT_WARNINGS(PLACES(AT("1", "1000") "," AT("2", "700")), NEAR_AND_FAR(0, 28), "");
	EXPECT_WARNINGS(PLACES(AT("1", "1000") "," AT("2", "700")), NEAR_AND_FAR(17, 0), "");
	/* with CPUs */
	EXPECT_WARNINGS(PLACES(AT("1", "1000") "," AT("2", "700")),
			MACHINE({ "cm" }, { "c", .distance = 10 }, { "c", .distance = 28 }), "");
}

/* ---- rule-never ---- */

Test(plan_warn, rule_never)
{
	EXPECT_WARNINGS("{'version': 1, 'rules': ["
			"{'match': {'pxm': 4}, 'action': {'offset': 1}},"
			"{'name': 'slow', 'match': {'cpu': false, 'read_latency_ns': {'min': 300}}, "
			"'action': {'offset': 1}},{'match': {'cxl': {'serial': 1}}, 'action': {'offset': 1}},"
			"{'match': {}, 'action': {'from': 'hmat'}},"
			"{'match': {}, 'action': {'from': 'measured'}}]}",
			MACHINE({ "cm" }, { "m" }),
			"rule-never: rule 1 can never decide here: it needs pxm, which is not known for any "
			"node (SRAT, which root can read)\n"
			"rule-never: rule \"slow\" can never decide here: it needs read_latency_ns, which is "
			"not known for any node (HMAT or CDAT; sysfs: nodeN/access1/initiators)\n"
			"rule-never: rule 3 can never decide here: it needs cxl.serial, which is not known for "
			"any node (a CXL region; sysfs: bus/cxl/devices)\n"
			"rule-never: rule 4 can never decide here: it needs the adistance from hmat, which "
			"is not known for any node (HMAT or CDAT; sysfs: nodeN/access1/initiators)\n"
			"rule-never: rule 5 can never decide here: it needs the measured adistance, which is "
			"not known for any node (a measurement)\n");
}

/*
 * It is enough to know the fact of one node, even of one that is to come; what is live is always
 * known.
 */
Test(plan_warn, rule_that_may_decide)
{
	EXPECT_WARNINGS("{'version': 1, 'rules': ["
			"{'match': {'read_latency_ns': {'min': 300}}, 'action': {'from': 'kernel'}},"
			"{'match': {'node': 9, 'cpu': true, 'kernel_adistance': 7}, 'action': {'scale': 2}},"
			"{'match': {}, 'action': {'from': 'hmat'}}]}",
			MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "m" }), "");
	EXPECT_WARNINGS("{'version': 1, 'rules': [{'match': {'distance': 20}, 'action': {'offset': 1}}]}",
			MACHINE({ "cm" }, { "", .distance = 20 }), "");
}

/* ---- tier-empty ---- */

Test(plan_warn, tier_empty)
{
	EXPECT_WARNINGS("{'version': 1, 'tiers': ['hbm', 'dram', 'cxl'], 'rules': [" AT("1",
											"640") "]}",
			MACHINE({ "cm" }, { "m" }), "tier-empty: tier \"hbm\" has no node\n");
	EXPECT_WARNINGS("{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': [" AT("'0-1'", "767") "]}",
			MACHINE({ "cm" }, { "m" }), "tier-empty: tier \"dram\" has no node\n");
	EXPECT_WARNINGS("{'version': 1, 'rules': [" AT("'0-1'", "767") "]}",
			MACHINE({ "cm" }, { "m" }), "");
}

/* ---- dram-mismatch ---- */

Test(plan_warn, dram_mismatch)
{
	EXPECT_WARNINGS(KERNEL,
			MACHINE({ "m" }, { "cm", PERF(90, 90, 90, 90) },
				{ "cm", PERF(100, 90, 90, 90) }),
			"dram-mismatch: nodes 1 and 2 have CPUs and differ by more than 10 % in latency or "
			"bandwidth: the kernel has switched HMAT off and treats all nodes as DRAM; \"from\": "
			"\"hmat\" compares with node 1\n");
	EXPECT_WARNINGS("{'version': 1, 'reference': {'node': 2}, 'rules': []}",
			MACHINE({ "m" }, { "cm", PERF(90, 90, 90, 90) },
				{ "cm", PERF(100, 90, 90, 90) }),
			"dram-mismatch: nodes 1 and 2 have CPUs and differ by more than 10 % in latency or "
			"bandwidth: the kernel has switched HMAT off and treats all nodes as DRAM; \"from\": "
			"\"hmat\" compares with node 2\n");
	EXPECT_WARNINGS(KERNEL,
			MACHINE({ "cm", PERF(90, 90, 90, 90) }, { "cm", PERF(99, 90, 90, 90) }), "");
	EXPECT_WARNINGS(KERNEL,
			MACHINE({ "cm", PERF(90, 90, 90, 90) }, { "m", PERF(100, 90, 90, 90) }), "");
	EXPECT_WARNINGS(KERNEL, MACHINE({ "cm" }, { "cm", PERF(100, 90, 90, 90) }), "");
}

/* ---- many ---- */

/* At most eight warnings of a kind are shown; those of other kinds do not count. */
Test(plan_warn, many_of_a_kind)
{
	static const struct {
		int tiers;
		size_t warnings;
		const char *last;
	} table[] = {
		{ 8, 8, "tier \"t8\" has no node" },
		{ 9, 9, "and more of this kind" },
		{ 500, 9, "and more of this kind" },
	};
	char *text = malloc(16384), *end;
	size_t row;
	int i;

	for (row = 0; row < ARRAY_SIZE(table); row++) {
		struct test_plan t;
		size_t count = table[row].warnings + 1;

		end = stpcpy(text,
			     "{'version': 1, 'rules': [{'match': {'pxm': 1}, 'action': {'offset': "
			     "1}}], 'tiers': ['dram'");
		for (i = 1; i <= table[row].tiers; i++)
			end += sprintf(end, ", 't%d'", i);
		strcpy(end, "]}");
		t = test_plan(text, MACHINE({ "cm" }), NULL);
		cr_assert_eq(t.plan->nr_warnings, count, "%zu", t.plan->nr_warnings);
		cr_expect_str_eq(t.plan->warnings[0].id, "rule-never");
		cr_expect_str_eq(t.plan->warnings[count - 1].id, "tier-empty");
		cr_expect_str_eq(t.plan->warnings[count - 1].message, table[row].last);
		cr_expect_str_eq(t.plan->warnings[8].message, "tier \"t8\" has no node");
		test_plan_free(&t);
	}
	free(text);
}
