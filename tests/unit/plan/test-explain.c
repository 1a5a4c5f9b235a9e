// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"

#include <tierbpf/adistance.h>

#include "plan/explain.h"
#include "show/explain-print.h"

/* An explanation of one node as JSON; the plan goes with it. */
static json_t *explain(struct test_plan t, int node)
{
	struct explanation e;
	json_t *json;

	cr_assert_eq(explain_make(t.plan, node, &e), 0);
	json = explain_json(&e);
	explain_free(&e);
	test_plan_free(&t);
	cr_assert(json);
	return json;
}

/* The strings of @list (of member @key of its objects, if not NULL), in lines. The caller frees. */
static char *lines(const json_t *list, const char *key)
{
	const json_t *one;
	char *text;
	size_t i, size;
	FILE *out = open_memstream(&text, &size);

	json_array_foreach(list, i, one)
		fprintf(out, "%s\n", json_string_value(key ? json_object_get(one, key) : one));
	fclose(out);
	return text;
}

static void expect_lines(json_t *list, const char *key, const char *expected)
{
	char *text = lines(list, key);

	cr_expect_str_eq(text, expected, "%s\nnot\n%s", text, expected);
	free(text);
}

#define KERNEL "{'version': 1, 'rules': []}"
#define DRAM PERF(80, 90, 102400, 61440)
#define CARD PERF(170, 300, 30720, 10240) /* 6368 */

/* ---- rules that were tried ---- */

static void expect_tried(struct test_plan t, int node, const char *texts, const char *verdicts)
{
	json_t *json = explain(t, node), *rules = json_object_get(json, "rules");

	expect_lines(rules, "text", texts);
	expect_lines(rules, "verdict", verdicts);
	json_decref(json);
}

Test(explain, verdicts)
{
	static const char text[] =
		"{'version': 1, 'rules': ["
		"{'match': {'cpu': true}, 'action': {'offset': 1}},"
		"{'match': {'node': '2,5-9'}, 'action': {'offset': 1}},"
		"{'match': {'pxm': 3}, 'action': {'offset': 1}},"
		"{'match': {'read_latency_ns': {'min': 300}, 'cpu': false}, 'action': {'offset': 1}},"
		"{'match': {'cxl': {'serial': 31}}, 'action': {'offset': 1}},"
		"{'match': {'kind': ['hbm', 'pmem']}, 'action': {'offset': 1}},"
		"{'match': {}, 'action': {'from': 'measured'}},"
		"{'match': {'node': '0-3'}, 'action': {'offset': 128}},"
		"{'match': {}, 'action': {'offset': 1}}]}";
	struct machine *m = MACHINE({ "cm", DRAM }, { "m", CARD });

	machine_set_fact(&m->nodes[1], TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_SRAT);
	expect_tried(test_plan(text, m, NULL), 1,
		     "no: cpu is no, wanted is yes\n"
		     "no: node is 1, wanted is 2,5-9\n"
		     "no: pxm is not known, wanted is 3\n"
		     "no: read_latency_ns is 170 ns, wanted is at least 300 ns\n"
		     "no: cxl.serial is not known, wanted is 0x1f\n"
		     "no: kind is cxl, wanted is pmem or hbm\n"
		     "matches, but the measured adistance is not known, so the rule is skipped\n"
		     "decides\n",
		     "no match\nno match\nno match\nno match\nno match\nno match\nno answer\ndecides\n");
}

/* If several predicates do not hold, the first one is shown. */
Test(explain, first_that_fails)
{
	expect_tried(test_plan("{'version': 1, 'rules': [{'match': {'node': '0,1', 'cpu': true, 'distance': "
			       "20}, 'action': {'offset': 1}}]}",
			       MACHINE({ "cm" }, { "m" }), NULL),
		     1, "no: cpu is no, wanted is yes\ndecides\n", "no match\ndecides\n");
}

Test(explain, default_rule)
{
	expect_tried(test_plan(KERNEL, MACHINE({ "cm" }), NULL), 0, "decides\n", "decides\n");
	expect_tried(test_plan("{'version': 1, 'rules': [], 'default': {'from': 'hmat'}}",
			       MACHINE({ "cm" }), NULL),
		     0,
		     "matches, but the adistance from hmat is not known, so the rule is skipped\n",
		     "no answer\n");
}

/* A long list is cut, and the text still is one for JSON. */
Test(explain, long_list)
{
	char list[400] = "0", policy[600];
	json_t *json;
	int n;

	for (n = 2; n < 200; n += 2)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), ",%d", n);
	snprintf(policy, sizeof(policy),
		 "{'version': 1, 'rules': [{'match': {'node': '%s'}, 'action': "
		 "{'offset': 1}}]}",
		 list);
	json = explain(test_plan(policy, MACHINE({ "cm" }, { "m" }), NULL), 1);
	n = (int)json_array_size(json_object_get(json, "rules"));
	cr_expect_eq(n, 2, "%d", n);
	json_decref(json);
}

/* ---- arithmetic ---- */

static void expect_arithmetic(const char *policy, struct machine *m, int node,
			      const __s32 *overrides, const char *expected)
{
	json_t *json = explain(test_plan(policy, m, overrides), node);

	expect_lines(json_object_get(json, "arithmetic"), NULL, expected);
	json_decref(json);
}

#define EXPECT_ARITHMETIC(action, machine, expected) \
	expect_arithmetic(ACTION(action), machine, 0, NULL, expected)
#define OWN(kernel) MACHINE({ "cm", .kernel_adistance = kernel })

Test(explain, actions)
{
	EXPECT_ARITHMETIC("{'from': 'kernel'}", OWN(600),
			  "the kernel's own, 600\nadistance 600 / 128 = tier 4\n");
	EXPECT_ARITHMETIC("{'tier': 'cxl'}", OWN(600),
			  "tier \"cxl\", adistance 704\nadistance 704 / 128 = tier 5\n");
	EXPECT_ARITHMETIC("{'adistance': 640}", OWN(600),
			  "tier \"cxl\", adistance 640\nadistance 640 / 128 = tier 5\n");
	EXPECT_ARITHMETIC("{'adistance': 1000}", OWN(600),
			  "adistance 1000\nadistance 1000 / 128 = tier 7\n");
	EXPECT_ARITHMETIC("{'offset': 128}", OWN(600),
			  "the kernel's own 600 +128 = 728\nadistance 728 / 128 = tier 5\n");
	EXPECT_ARITHMETIC("{'offset': -1}", OWN(600),
			  "the kernel's own 600 -1 = 599\nadistance 599 / 128 = tier 4\n");
	EXPECT_ARITHMETIC("{'scale': 1.5}", OWN(601),
			  "the kernel's own 601 * 1.5 = 901\nadistance 901 / 128 = tier 7\n");
}

Test(explain, from_facts)
{
	struct machine *m = MACHINE({ "m", CARD }, { "cm", DRAM });

	EXPECT_ARITHMETIC("{'from': 'hmat'}", m,
			  "by firmware: 576 * (170 + 300) / (80 + 90) ns * (102400 + 61440) / (30720 + "
			  "10240) MB/s = 6368\n"
			  "adistance 6368 / 128 = tier 49\n");
	m = OWN(600);
	machine_set_fact(&m->nodes[0], TIERBPF_FACT_MEASURED_ADISTANCE, 1234, SOURCE_MEASURED);
	EXPECT_ARITHMETIC("{'from': 'measured'}", m,
			  "the measured adistance is 1234\nadistance 1234 / 128 = tier 9\n");
}

Test(explain, clamps)
{
	EXPECT_ARITHMETIC("{'offset': -1000}", OWN(600),
			  "the kernel's own 600 -1000 = -400\nlimited to 1..16777215: 1\n"
			  "adistance 1 / 128 = tier 0\n");
	EXPECT_ARITHMETIC("{'scale': 1000}", OWN(20000),
			  "the kernel's own 20000 * 1000 = 20000000\nlimited to 1..16777215: 16777215\n"
			  "adistance 16777215 / 128 = tier 131071\n");
	EXPECT_ARITHMETIC("{'scale': 2}", OWN(-5),
			  "the kernel's own -5 * 2 = -10\nlimited to 1..16777215: 1\n"
			  "adistance 1 / 128 = tier 0\n");
}

Test(explain, tolerance)
{
	expect_arithmetic("{'version': 1, 'tolerance': 0.1, 'rules': []}",
			  MACHINE({ "cm" }, { "m", .kernel_adistance = 1020 },
				  { "m", .kernel_adistance = 1030 }),
			  2, NULL,
			  "the kernel's own, 1030\nwithin the tolerance of 0.1 of 1020, so grouped there\n"
			  "adistance 1020 / 128 = tier 7\n");
}

Test(explain, override)
{
	expect_arithmetic(KERNEL, MACHINE({ "cm" }, { "m" }), 1,
			  (const __s32[TIERBPF_MAX_NODES]){ 0, 1000 },
			  "the kernel's own, 576\nthe live override takes precedence over the rules: 1000\n"
			  "adistance 1000 / 128 = tier 7\n");
}

/* The formula's word of a tier of the kernel that has wrapped. */
Test(explain, not_sane)
{
	expect_arithmetic(KERNEL, OWN(-1723082824), 0, NULL,
			  "the kernel's own, -1723082824\nadistance -1723082824 / 128 = tier 4281505711\n");
}

/* ---- why the kernel's own answer ---- */

static void expect_why(struct machine *m, int node, const char *expected)
{
	json_t *json = explain(test_plan(KERNEL, m, NULL), node);

	expect_lines(json_object_get(json_object_get(json, "kernel"), "why"), NULL, expected);
	json_decref(json);
}

Test(explain, why_kernel)
{
	expect_why(MACHINE({ "c", DRAM }, { "m", CARD }), 1,
		   "no node has both CPUs and memory: the kernel has nothing to compare with\n");
	expect_why(MACHINE({ "cm" }, { "m" }), 1,
		   "firmware gives no latency and bandwidth of node 0 (no HMAT?), so the kernel "
		   "treats the node as DRAM\n");
	expect_why(MACHINE({ "cm" }, { "m", .kernel_adistance = 2880 }), 1,
		   "firmware gives no latency and bandwidth of node 0 (no HMAT?), but the node's driver, or CXL, "
		   "gave the kernel its adistance\n");
	expect_why(MACHINE({ "cm", DRAM }, { "m" }, { "cm", CARD }), 1,
		   "nodes 0 and 2 have CPUs and differ by more than 10 %, so the kernel ignores HMAT\n");
	expect_why(MACHINE({ "cm", DRAM }, { "m" }), 1,
		   "firmware gives no latency and bandwidth of node 1, so the kernel uses its default\n");
	expect_why(MACHINE({ "cm", DRAM }, { "m", CARD, .kernel_adistance = 6368 }), 1,
		   "by the kernel's formula: 576 * (170 + 300) / (80 + 90) ns * (102400 + 61440) / (30720 + "
		   "10240) MB/s = 6368\n");
	expect_why(MACHINE({ "cm", DRAM }, { "m", CARD, .kernel_adistance = 2880 }), 1,
		   "HMAT would give 6368, but the node's driver, or CXL, gave the kernel another adistance\n");
}

/* ---- as a whole ---- */

Test(explain, node_without_memory)
{
	struct test_plan t = test_plan(KERNEL, MACHINE({ "cm" }, { "c" }), NULL);
	struct explanation e;
	struct capture c;

	capture_start(&c);
	cr_expect_eq(explain_make(t.plan, 1, &e), -ENODEV);
	capture_expect(&c, "node 1 has no memory, so it is in no tier");
	capture_start(&c);
	cr_expect_eq(explain_make(t.plan, 1023, &e), -ENODEV);
	capture_expect(&c, "node 1023 has no memory");
	test_plan_free(&t);
}

static const char whole[] =
	"{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': ["
	"{'name': 'guest cxl', 'match': {'cpu': false}, 'action': {'tier': 'cxl'}},"
	"{'match': {}, 'action': {'offset': 1}}]}";

Test(explain, text)
{
	static const char expected[] =
		"node 1: tier 5 (cxl), adistance 704, decided by guest cxl\n"
		"\n"
		"facts\n"
		"  node                     1                the kernel, live\n"
		"  cpu                      no               the kernel, live\n"
		"  kernel_adistance         600              module\n"
		"  distance                 20               sysfs\n"
		"  not known: size, pxm, kind, read_latency_ns, write_latency_ns, read_bandwidth_mbps, "
		"write_bandwidth_mbps, latency_ratio, bandwidth_ratio, cxl.region, cxl.serial, the adistance "
		"from hmat, the measured adistance, driver\n"
		"\n"
		"rules\n"
		"  1  guest cxl: decides\n"
		"  (1 more, not tried)\n"
		"\n"
		"arithmetic\n"
		"  tier \"cxl\", adistance 704\n"
		"  adistance 704 / 128 = tier 5\n"
		"\n"
		"the kernel's own answer\n"
		"  adistance 600, tier 4 (known from: module)\n"
		"  firmware gives no latency and bandwidth of node 0 (no HMAT?), but the node's driver, or CXL, "
		"gave the kernel its adistance\n";
	struct machine *m = MACHINE({ "cm" }, { "m", .kernel_adistance = 600, .distance = 20 });
	struct test_plan t = test_plan(whole, m, NULL);
	struct explanation e;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert_eq(explain_make(t.plan, 1, &e), 0);
	explain_print(&e, out);
	fclose(out);
	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
	explain_free(&e);
	test_plan_free(&t);
}

Test(explain, json)
{
	struct sample s = sample_new(
		"{'adistance':704,'arithmetic':['tier \\'cxl\\', adistance 704',"
		"'adistance 704 / 128 = tier 5'],'decided_by':'guest cxl',"
		"'facts':{'cpu':{'source':'the kernel, live','value':false},"
		"'distance':{'source':'sysfs','value':20},"
		"'kernel_adistance':{'source':'module','value':600},"
		"'node':{'source':'the kernel, live','value':1}},"
		"'kernel':{'adistance':600,'source':'module','tier':4,'why':["
		"'no node has both CPUs and memory: the kernel has nothing to compare with']},"
		"'name':'cxl','node':1,'override':false,"
		"'rules':[{'name':'guest cxl','rule':0,'text':'decides','verdict':'decides'}],'tier':5}");
	struct machine *m = MACHINE({ "c" }, { "m", .kernel_adistance = 600, .distance = 20 });
	json_t *json = explain(test_plan(whole, m, NULL), 1), *first;
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	cr_expect_str_eq(text, s.text, "%s\nnot\n%s", text, s.text);
	free(text);
	json_decref(json);
	sample_free(&s);
	json = explain(test_plan(whole, MACHINE({ "cm" }), (const __s32[TIERBPF_MAX_NODES]){ 1000 }),
		       0);
	cr_expect_str_eq(json_string_value(json_object_get(json, "decided_by")), "override");
	cr_expect(json_is_true(json_object_get(json, "override")));
	first = json_array_get(json_object_get(json, "rules"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(first, "predicate")), "cpu");
	json_decref(json);
}
