// SPDX-License-Identifier: GPL-2.0-only
#include "show/plan-print.h"
#include "unit-plan.h"

#define KERNEL "{'version': 1, 'rules': []}"

/* A node's tier before and after, and the rule that decides. */
static void expect_node(const struct test_plan *t, size_t index, const char *expected)
{
	const struct plan_node *n = &t->plan->nodes[index];
	char *a = nodeset_text(&n->now.preferred), *b = nodeset_text(&n->after.preferred);
	char buffer[32], text[200];

	snprintf(text, sizeof(text),
		 "%d: tier %lld -> %lld, adistance %d -> %d, demotes [%s] -> [%s], promotes %d -> %d, %s",
		 n->node, (long long)n->now.tier, (long long)n->after.tier, n->now.adistance,
		 n->after.adistance, a, b, n->now.promotable, n->after.promotable,
		 plan_decided_by(t->plan, n, buffer, sizeof(buffer)));
	cr_expect_str_eq(text, expected, "%s\nnot\n%s", text, expected);
	free(a);
	free(b);
}

static void expect_plan(struct test_plan t, const char *const *nodes)
{
	size_t i;

	for (i = 0; nodes[i]; i++) {
		cr_assert_lt(i, t.plan->count);
		expect_node(&t, i, nodes[i]);
	}
	cr_expect_eq(t.plan->count, i);
	test_plan_free(&t);
}

#define EXPECT_PLAN(plan, ...) expect_plan(plan, (const char *const[]){ __VA_ARGS__, NULL })

#define CXL_BELOW                                             \
	"{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': [" \
	"{'name': 'guest cxl', 'match': {'cpu': false}, 'action': {'tier': 'cxl'}}]}"

/* The case that started it: all memory in one tier, for want of an HMAT. */
Test(plan, what_changes)
{
	EXPECT_PLAN(test_plan(CXL_BELOW, MACHINE({ "cm" }, { "m" }), NULL),
		    "0: tier 4 -> 4, adistance 576 -> 576, demotes [] -> [1], promotes 0 -> 0, default",
		    "1: tier 4 -> 5, adistance 576 -> 704, demotes [] -> [], promotes 0 -> 1, guest cxl");
}

Test(plan, nothing_changes)
{
	EXPECT_PLAN(test_plan(KERNEL,
			      MACHINE({ "cm", .kernel_adistance = 600 },
				      { "m", .tier = 18, .kernel_adistance = 2304 }),
			      NULL),
		    "0: tier 4 -> 4, adistance 600 -> 600, demotes [1] -> [1], promotes 0 -> 0, default",
		    "1: tier 18 -> 18, adistance 2304 -> 2304, demotes [] -> [], promotes 1 -> 1, default");
}

/* A policy in force has answered: that is exact where the node is in the tier of the answer. */
Test(plan, adistance_in_force)
{
	struct machine *m = MACHINE({ "cm" }, { "m", .tier = 5 }, { "m", .tier = 6 },
				    { "m", .tier = 4 }, { "m", .tier = 5 });

	m->nodes[1].adistance = 650;
	m->nodes[2].adistance = 650;
	m->nodes[3].adistance = 600;
	EXPECT_PLAN(test_plan(CXL_BELOW, m, NULL),
		    "0: tier 4 -> 4, adistance 576 -> 576, demotes [1,4] -> [1-4], promotes 0 -> 0, default",
		    "1: tier 5 -> 5, adistance 650 -> 704, demotes [2] -> [], promotes 1 -> 1, guest cxl",
		    "2: tier 6 -> 5, adistance 832 -> 704, demotes [] -> [], promotes 1 -> 1, guest cxl",
		    "3: tier 4 -> 5, adistance 600 -> 704, demotes [1,4] -> [], promotes 0 -> 1, guest cxl",
		    "4: tier 5 -> 5, adistance 704 -> 704, demotes [2] -> [], promotes 1 -> 1, guest cxl");
}

/* Where nobody can be asked, an adistance of the same tier is no change. */
Test(plan, adistance_unknown_in_the_same_tier)
{
	EXPECT_PLAN(test_plan("{'version': 1, 'rules': [], 'default': {'adistance': 650}}",
			      MACHINE({ "cm", .tier = 5 }, { "m", .tier = 6 }), NULL),
		    "0: tier 5 -> 5, adistance 650 -> 650, demotes [1] -> [], promotes 0 -> 0, default",
		    "1: tier 6 -> 5, adistance 832 -> 650, demotes [] -> [], promotes 1 -> 0, default");
}

Test(plan, kernel_tier)
{
	struct test_plan t =
		test_plan(CXL_BELOW,
			  MACHINE({ "cm" }, { "m", .tier = 5, .kernel_adistance = 2304 }), NULL);

	cr_expect_eq(t.plan->nodes[0].kernel_tier, 4);
	cr_expect_eq(t.plan->nodes[1].kernel_tier, 18);
	test_plan_free(&t);
}

/* The current adistance is exact only if it is the kernel's own answer. */
Test(plan, adistance_now)
{
	EXPECT_PLAN(test_plan(KERNEL,
			      MACHINE({ "cm", .tier = 9, .kernel_adistance = 600 },
				      { "m", .tier = NO_TIER, .kernel_adistance = 700 }),
			      NULL),
		    "0: tier 9 -> 4, adistance 1216 -> 600, demotes [] -> [1], promotes 0 -> 0, default",
		    "1: tier -1 -> 5, adistance 700 -> 700, demotes [] -> [], promotes 0 -> 1, default");
}

/* Only nodes with memory are in tiers, whatever their numbers. */
Test(plan, nodes_without_memory)
{
	EXPECT_PLAN(test_plan(CXL_BELOW, MACHINE({ "c" }, { "" }, { "m", .tier = 5 }), NULL),
		    "2: tier 5 -> 5, adistance 704 -> 704, demotes [] -> [], promotes 1 -> 1, guest cxl");
	EXPECT_PLAN(test_plan(KERNEL, MACHINE({ "c" }), NULL), NULL);
}

Test(plan, overrides)
{
	const __s32 overrides[TIERBPF_MAX_NODES] = { 0, 1000, 0 };

	EXPECT_PLAN(test_plan(CXL_BELOW, MACHINE({ "cm" }, { "m" }, { "m" }), overrides),
		    "0: tier 4 -> 4, adistance 576 -> 576, demotes [] -> [2], promotes 0 -> 0, default",
		    "1: tier 4 -> 7, adistance 576 -> 1000, demotes [] -> [], promotes 0 -> 1, override",
		    "2: tier 4 -> 5, adistance 576 -> 704, demotes [] -> [1], promotes 0 -> 1, guest cxl");
}

/* Like the module, the plan keeps the kernel's own adistance if an answer is not sane. */
Test(plan, answers_that_are_not_sane)
{
	const __s32 overrides[TIERBPF_MAX_NODES] = { 0, -5, 16777216 };

	EXPECT_PLAN(test_plan(CXL_BELOW,
			      MACHINE({ "cm", .kernel_adistance = 600 },
				      { "m", .kernel_adistance = 640 }, { "m" }),
			      overrides),
		    "0: tier 4 -> 4, adistance 600 -> 600, demotes [] -> [1], promotes 0 -> 0, default",
		    "1: tier 4 -> 5, adistance 576 -> 640, demotes [] -> [], promotes 0 -> 1, override",
		    "2: tier 4 -> 4, adistance 576 -> 576, demotes [] -> [1], promotes 0 -> 0, override");
	/* even if the kernel's own is not sane itself */
	EXPECT_PLAN(test_plan(KERNEL,
			      MACHINE({ "cm" },
				      { "m", .tier = 4281505711, .kernel_adistance = -1723082824 }),
			      NULL),
		    "0: tier 4 -> 4, adistance 576 -> 576, demotes [] -> [], promotes 0 -> 0, default",
		    "1: tier 4281505711 -> 4281505711, adistance -1723082824 -> -1723082824, "
		    "demotes [0] -> [0], promotes 0 -> 0, default");
}

Test(plan, free_none)
{
	plan_free(NULL);
}

/* ---- for people and programs ---- */

/* Changed nodes come first, then those for which only the targets change. */
Test(plan, table)
{
	static const char expected[] =
		"NODE CPUS TIER   NAME ADISTANCE  DEMOTES TO FALLBACK PROMOTES  DECIDED BY\n"
		"   1 no   4 -> 5 cxl  576 -> 704 -          -        no -> yes guest cxl\n"
		"   0 yes  4      dram 576        - -> 1     - -> 1   no        default\n"
		"   2 yes  4      dram 576        - -> 1     - -> 1   no        default\n"
		"\n"
		"warning: tier \"far\" has no node (tier-empty)\n";
	struct test_plan t = test_plan("{'version': 1, 'tiers': ['dram', 'cxl', 'far'], 'rules': ["
				       "{'name': 'guest cxl', 'match': {'node': 1},"
				       " 'action': {'tier': 'cxl'}}]}",
				       MACHINE({ "cm" }, { "m" }, { "cm" }), NULL);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_expect_eq(plan_print(t.plan, out), 0);
	fclose(out);
	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
	test_plan_free(&t);
}

/* The CPUs come down into the node's tier: nothing is promoted from there any more. */
Test(plan, promotion_that_ends)
{
	struct machine *m = MACHINE({ "m", .tier = 5, .kernel_adistance = 704 }, { "cm" }, { "m" });
	struct test_plan t = test_plan("{'version': 1, 'rules': ["
				       "{'match': {'node': 1}, 'action': {'adistance': 704}}]}",
				       m, NULL);
	json_t *json = plan_json(t.plan), *nodes = json_object_get(json, "nodes");

	expect_node(&t, 0,
		    "0: tier 5 -> 5, adistance 704 -> 704, demotes [] -> [], promotes 1 -> 0, default");
	cr_expect(json_is_true(json_object_get(json_array_get(nodes, 0), "changes")));
	json_decref(json);
	test_plan_free(&t);
}

Test(plan, json)
{
	static const char expected[] =
		"{'nodes':["
		"{'after':{'adistance':576,'fallback':'1-2','name':'dram','preferred':'1',"
		"'promotable':false,'tier':4},"
		"'changes':true,'cpu':true,'decided_by':'default','node':0,"
		"'now':{'adistance':576,'fallback':'1','preferred':'','promotable':false,"
		"'tier':4},'rule':-1},"
		"{'after':{'adistance':704,'fallback':'2','name':'cxl','preferred':'2',"
		"'promotable':true,'tier':5},"
		"'changes':true,'cpu':false,'decided_by':'rule 1','node':1,"
		"'now':{'adistance':576,'fallback':'','preferred':'','promotable':false,"
		"'tier':null},'rule':0},"
		"{'after':{'adistance':1000,'fallback':'','name':'','preferred':'',"
		"'promotable':true,'tier':7},"
		"'changes':true,'cpu':false,'decided_by':'override','node':2,"
		"'now':{'adistance':576,'fallback':'1','preferred':'','promotable':false,"
		"'tier':4},'rule':-1}],"
		"'overrides':[{'adistance':1000,'memory':true,'node':2},"
		"{'adistance':700,'memory':false,'node':5}],"
		"'warnings':[{'id':'tier-empty','message':'tier \\'far\\' has no node'}]}";
	const __s32 overrides[TIERBPF_MAX_NODES] = { [2] = 1000, [5] = 700 };
	struct test_plan t = test_plan("{'version': 1, 'tiers': ['dram', 'cxl', 'far'], 'rules': ["
				       "{'match': {'cpu': false}, 'action': {'tier': 'cxl'}}]}",
				       MACHINE({ "cm" }, { "m", .tier = NO_TIER }, { "m" }),
				       overrides);
	struct sample s = sample_new(expected);
	json_t *json = plan_json(t.plan);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(text, s.text, "%s\nnot\n%s", text, s.text);
	free(text);
	json_decref(json);
	sample_free(&s);
	test_plan_free(&t);
}
