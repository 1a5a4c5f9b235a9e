// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"

#include <tierbpf/adistance.h>

/* A policy made ready for a machine. */
struct fixture {
	struct policy *policy;
	struct machine *machine;
	struct compiled_policy *compiled;
};

static struct fixture start(const char *marked, struct machine *machine)
{
	struct fixture f = { .policy = good_policy(marked), .machine = machine };

	cr_assert_eq(policy_compile(f.policy, machine, &f.compiled), 0);
	return f;
}

static void end(struct fixture *f)
{
	compiled_free(f->compiled);
	machine_free(f->machine);
	policy_free(f->policy);
}

static struct tierbpf_decision decide(const struct fixture *f, int node)
{
	struct tierbpf_node question = compiled_node(f->machine, node);
	struct tierbpf_decision d = { 77, 77, 77 };

	compiled_decide(f->compiled, &question, &d);
	return d;
}

#define DEFAULT_RULE (-1)

static void expect_decision(const struct fixture *f, int node, int rule, __s32 acted,
			    __s32 adistance)
{
	struct tierbpf_decision d = decide(f, node);

	cr_expect(d.rule == rule && d.acted == acted && d.adistance == adistance,
		  "node %d: rule %d, acted %d, adistance %d, not %d, %d, %d", node, d.rule, d.acted,
		  d.adistance, rule, acted, adistance);
}

#define KERNELS "{'version': 1, 'rules': []}"

/* What the policy in force was loaded with stands for the measurement itself. */
Test(compiled, measured_before)
{
	struct fixture f = { .policy = good_policy(
				     "{'version': 1, 'tolerance': 0.1, 'rules': "
				     "[{'match': {}, 'action': {'from': 'measured'}}]}"),
			     .machine = MACHINE({ "cm" }, { "m" }, { "m" }, { "m" }) };
	static const __s32 measured[TIERBPF_MAX_NODES] = { 0, 1152, 1200, 0 };

	f.machine->nodes[0].measured = f.machine->nodes[3].measured = (struct perf)PERF(1, 1, 1, 1);
	cr_assert_eq(policy_compile_measured(f.policy, f.machine, measured, &f.compiled), 0);
	expect_decision(&f, 0, -1, 576, 576);
	expect_decision(&f, 1, 0, 1152, 1152);
	expect_decision(&f, 2, 0, 1200, 1152);
	expect_decision(&f, 3, -1, 576, 576);
	cr_expect_eq(f.compiled->source[1][TIERBPF_FACT_MEASURED_ADISTANCE], SOURCE_LOADED);
	cr_expect_eq(f.compiled->source[3][TIERBPF_FACT_MEASURED_ADISTANCE], SOURCE_NONE);
	end(&f);
}

Test(compiled, meta)
{
	struct fixture f =
		start(RULES("[{'match': {}, 'action': {'from': 'hmat'}}], 'default': {'offset': "
			    "5}"),
		      MACHINE({ "cm" }, { "m" }));
	const struct tierbpf_meta *meta = &f.compiled->meta;
	uint8_t digest[32];

	cr_expect_eq(meta->abi, TIERBPF_ABI);
	cr_expect_eq(meta->nr_rules, 1);
	cr_expect_eq(meta->source_bytes, f.policy->source_bytes);
	cr_expect_eq(meta->otherwise.kind, TIERBPF_ACTION_OFFSET);
	cr_expect_eq(meta->otherwise.value, 5);
	policy_digest(f.policy, digest);
	cr_expect_eq(memcmp(meta->digest, digest, 32), 0);
	cr_expect_eq(meta->nr_groups, 0);
	cr_expect_str_empty(meta->object);
	cr_expect_eq(f.compiled->nr_nodes, 2);
	cr_expect_eq(compiled_action(f.compiled, 0)->kind, TIERBPF_ACTION_FACT);
	cr_expect_eq(compiled_action(f.compiled, -1)->kind, TIERBPF_ACTION_OFFSET);
	end(&f);
	compiled_free(NULL);
}

/* ---- facts ---- */

static void expect_fact(const struct fixture *f, int node, enum tierbpf_fact fact, int64_t expected)
{
	struct tierbpf_node question = compiled_node(f->machine, node);
	__s64 value = 0;
	bool known = compiled_fact(f->compiled, &question, fact, &value);

	cr_expect_eq(known, expected != 0, "node %d, fact %d", node, fact);
	cr_expect_eq(value, expected, "node %d, fact %d: %lld", node, fact, (long long)value);
	if (known)
		cr_expect_eq(f->compiled->source[node][fact], SOURCE_DERIVED);
}

static void expect_derived(const struct fixture *f, int node, int64_t latency, int64_t bandwidth,
			   int64_t adistance)
{
	expect_fact(f, node, TIERBPF_FACT_LATENCY_RATIO, latency);
	expect_fact(f, node, TIERBPF_FACT_BANDWIDTH_RATIO, bandwidth);
	expect_fact(f, node, TIERBPF_FACT_HMAT_ADISTANCE, adistance);
}

#define DRAM PERF(80, 90, 102400, 61440)
#define CARD PERF(170, 300, 30720, 10240)

/* To the first node with CPUs and memory, as the kernel compares. */
Test(compiled, derived_facts)
{
	struct fixture f =
		start(KERNELS, MACHINE({ "c", CARD }, { "m", CARD }, { "cm", DRAM }, { "cm", CARD },
				       { "m", PERF(170, 300, 0, 0) },
				       { "m", PERF(0, 0, 30720, 10240) }, { "m" }, { "", CARD }));

	cr_expect_eq(f.compiled->reference, 2);
	expect_derived(&f, 1, 2764705, 250000, 6368); /* 470 / 170, 40960 / 163840 */
	expect_derived(&f, 2, 1000000, 1000000, 576);
	expect_derived(&f, 3, 2764705, 250000, 6368);
	expect_derived(&f, 4, 2764705, 0, 0);
	expect_derived(&f, 5, 0, 250000, 0);
	expect_derived(&f, 6, 0, 0, 0);
	expect_derived(&f, 7, 2764705, 250000, 6368); /* may come yet */
	end(&f);
}

#define REFERENCE(node) "{'version': 1, 'reference': {'node': " node "}, 'rules': []}"

Test(compiled, reference_by_policy)
{
	struct fixture f = start(REFERENCE("1"), MACHINE({ "cm", DRAM }, { "m", CARD }));

	cr_expect_eq(f.compiled->reference, 1);
	expect_derived(&f, 0, 361702, 4000000, 52); /* 576 * 170 / 470 = 208; * 40960 / 163840 */
	expect_derived(&f, 1, 1000000, 1000000, 576);
	end(&f);
}

/* A reference without data, or that is not there, or none at all. */
Test(compiled, no_reference)
{
	struct fixture f = start(REFERENCE("1"), MACHINE({ "cm", DRAM }, { "m" }));

	cr_expect_eq(f.compiled->reference, 1);
	expect_derived(&f, 0, 0, 0, 0);
	end(&f);
	f = start(REFERENCE("1023"), MACHINE({ "cm", DRAM }, { "m", CARD }));
	cr_expect_eq(f.compiled->reference, 1023);
	expect_derived(&f, 0, 0, 0, 0);
	end(&f);
	f = start(KERNELS, MACHINE({ "c", DRAM }, { "m", CARD }));
	cr_expect_eq(f.compiled->reference, -1);
	expect_derived(&f, 1, 0, 0, 0);
	end(&f);
}

/* Those of the machine are handed on with their sources. */
Test(compiled, facts_of_the_machine)
{
	struct fixture f = start(KERNELS, MACHINE({ "cm", .kernel_adistance = 600 },
						  { "m", CARD, .distance = 20 }));
	struct tierbpf_node node = compiled_node(f.machine, 1);
	__s64 value = 0;

	cr_expect(compiled_fact(f.compiled, &node, TIERBPF_FACT_DISTANCE, &value) && value == 20);
	cr_expect_eq(f.compiled->source[1][TIERBPF_FACT_DISTANCE], SOURCE_SYSFS);
	cr_expect_eq(f.compiled->source[1][TIERBPF_FACT_READ_LATENCY], SOURCE_HMAT);
	cr_expect_not(compiled_fact(f.compiled, &node, TIERBPF_FACT_PXM, &value));
	cr_expect_eq(f.compiled->source[1][TIERBPF_FACT_PXM], SOURCE_NONE);
	/* no such node: only what is live */
	node.id = 1023;
	cr_expect_not(compiled_fact(f.compiled, &node, TIERBPF_FACT_DISTANCE, &value));
	cr_expect(compiled_fact(f.compiled, &node, TIERBPF_FACT_NODE, &value) && value == 1023);
	end(&f);
}

Test(compiled, node)
{
	static const struct {
		int node;
		struct tierbpf_node expected;
	} table[] = {
		{ 0, { 0, 600, TIERBPF_NODE_CPU | TIERBPF_NODE_MEMORY } },
		{ 1, { 1, 576, TIERBPF_NODE_MEMORY, 0, 1 << 30 } },
		{ 2, { 2, 576, TIERBPF_NODE_CPU } },
		{ 3, { 3, 576, 0 } },
		{ 4, { 4, -1723082824, TIERBPF_NODE_MEMORY } },
	};
	struct machine *m = MACHINE({ "cm", .kernel_adistance = 600 }, { "m" }, { "c" }, { "" },
				    { "m", .kernel_adistance = -1723082824 });
	size_t i;

	machine_set_fact(&m->nodes[1], TIERBPF_FACT_SIZE, 1 << 30, SOURCE_SYSFS);
	/* blocks that are offline: the module would say 0 */
	machine_set_fact(&m->nodes[2], TIERBPF_FACT_SIZE, 1 << 30, SOURCE_SYSFS);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct tierbpf_node n = compiled_node(m, table[i].node);

		cr_expect_eq(memcmp(&n, &table[i].expected, sizeof(n)), 0, "node %d: %d, %d, %u",
			     table[i].node, n.id, n.kernel_adistance, n.flags);
	}
	machine_free(m);
}

/* ---- decisions ---- */

Test(compiled, by_facts)
{
	struct fixture f =
		start(RULES("[{'match': {'latency_ratio': {'min': 2.7}, 'cpu': false}, 'action': {'tier': 'cxl'}},"
			    " {'match': {'kernel_adistance': {'min': 577}}, 'action': {'scale': 2}},"
			    " {'match': {'distance': {'max': 20}}, 'action': {'offset': -1}}]"),
		      MACHINE({ "cm", DRAM }, { "m", CARD, .distance = 20 },
			      { "m", .kernel_adistance = 600 }, { "m", .distance = 20 },
			      { "m", .distance = 21 }));

	expect_decision(&f, 0, DEFAULT_RULE, 576, 576);
	expect_decision(&f, 1, 0, 704, 704);
	expect_decision(&f, 2, 1, 1200, 1200);
	expect_decision(&f, 3, 2, 575, 575);
	expect_decision(&f, 4, DEFAULT_RULE, 576, 576);
	end(&f);
}

/* The rule that has no answer leaves the node to the next; a default without one, to the kernel. */
Test(compiled, from_hmat)
{
	static const char text[] = RULES("[{'match': {'node': '0-2'}, 'action': {'from': 'hmat'}},"
					 " {'match': {'node': 1}, 'action': {'adistance': 100}}],"
					 " 'default': {'from': 'measured'}");
	struct fixture f =
		start(text, MACHINE({ "cm", DRAM }, { "m" }, { "m", .kernel_adistance = 640 },
				    { "m", CARD, .kernel_adistance = -5 }));

	expect_decision(&f, 0, 0, 576, 576);
	expect_decision(&f, 1, 1, 100, 100);
	expect_decision(&f, 2, DEFAULT_RULE, 640, 640);
	expect_decision(&f, 3, DEFAULT_RULE, -5,
			-5); /* whether that is sane is for the module to say */
	end(&f);
	f = start(text, MACHINE({ "c" }, { "m", CARD }, { "m", CARD }));
	expect_decision(&f, 1, 1, 100, 100);
	expect_decision(&f, 2, DEFAULT_RULE, 576, 576);
	end(&f);
}

/* A value that wraps in the kernel's formula is clamped. */
Test(compiled, from_hmat_that_wraps)
{
	struct fixture f = start(ACTION("{'from': 'hmat'}"),
				 MACHINE({ "cm", PERF(65, 65, 4259710000, 4259710000) },
					 { "m", PERF(4259710, 4259710, 65000, 65000) }));

	expect_decision(&f, 1, 0, TIERBPF_ADISTANCE_MAX, TIERBPF_ADISTANCE_MAX);
	end(&f);
}

Test(compiled, measured)
{
	struct machine *m = MACHINE({ "cm" }, { "m" });
	struct fixture f;

	machine_set_fact(&m->nodes[1], TIERBPF_FACT_MEASURED_ADISTANCE, 1200, SOURCE_MEASURED);
	f = start(ACTION("{'from': 'measured'}"), m);
	expect_decision(&f, 0, DEFAULT_RULE, 576, 576);
	expect_decision(&f, 1, 0, 1200, 1200);
	end(&f);
}

/*
 * Rules that are about other nodes are not tried; what the kernel may say later rules nothing
 * out.
 */
Test(compiled, first_rule)
{
	static const struct {
		const char *rules;
		__u32 first[3]; /* of nodes 0, 1 and 2, which have the latencies of DRAM, of a card, and none */
	} table[] = {
		{ "[]", { 0, 0, 0 } },
		{ "[{'match': {}, 'action': {'adistance': 1}}]", { 0, 0, 0 } },
		{ "[{'match': {'node': 1}, 'action': {'adistance': 1}}]", { 1, 0, 1 } },
		{ "[{'match': {'node': 0}, 'action': {'adistance': 1}},"
		  " {'match': {'read_latency_ns': {'min': 1}}, 'action': {'adistance': 1}}]",
		  { 0, 1, 2 } },
		{ "[{'match': {'node': '0,2', 'cpu': false}, 'action': {'adistance': 1}},"
		  " {'match': {'size': {'min': '1TiB'}}, 'action': {'adistance': 1}}]",
		  { 0, 1, 0 } },
		{ "[{'match': {'node': '0,2', 'read_latency_ns': {'min': 170}}, 'action': {'adistance': 1}},"
		  " {'match': {'kernel_adistance': {'min': 5}}, 'action': {'adistance': 1}}]",
		  { 1, 1, 1 } },
	};
	size_t i;
	int node;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		char text[512];
		struct fixture f;

		snprintf(text, sizeof(text), "{'version': 1, 'rules': %s}", table[i].rules);
		f = start(text, MACHINE({ "cm", DRAM }, { "m", CARD }, { "m" }));
		for (node = 0; node < 3; node++)
			cr_expect_eq(f.compiled->facts[node].first_rule, table[i].first[node],
				     "%s: node %d: %u", table[i].rules, node,
				     f.compiled->facts[node].first_rule);
		end(&f);
	}
}

/* The parts that explain uses. */
Test(compiled, parts)
{
	struct fixture f =
		start(RULES("[{'match': {'read_latency_ns': {'min': 170}}, 'action': {'from': "
			    "'hmat'}}]"),
		      MACHINE({ "cm", DRAM }, { "m", CARD }, { "m" }));
	struct tierbpf_node node = compiled_node(f.machine, 1);
	__s32 adistance = 7;

	cr_expect(compiled_test_holds(f.compiled, &f.policy->tests[0], &node));
	cr_expect(compiled_act(f.compiled, compiled_action(f.compiled, 0), &node, &adistance));
	cr_expect_eq(adistance, 6368);
	node.id = 0;
	cr_expect_not(compiled_test_holds(f.compiled, &f.policy->tests[0], &node));
	node.id = 2;
	cr_expect_not(compiled_test_holds(f.compiled, &f.policy->tests[0], &node));
	cr_expect_not(compiled_act(f.compiled, compiled_action(f.compiled, 0), &node, &adistance));
	end(&f);
}

/* ---- tolerance ---- */

#define TOLERANCE(tolerance, rules) "{'version': 1, 'tolerance': " tolerance ", 'rules': " rules "}"
#define KERNEL(kernel) { "m", .kernel_adistance = kernel }

static void expect_groups(const struct fixture *f, const char *expected)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	__u32 i;

	for (i = 0; i < f->compiled->meta.nr_groups; i++)
		fprintf(out, "%s%d-%d:%d", i ? " " : "", f->compiled->groups[i].min,
			f->compiled->groups[i].max, f->compiled->groups[i].adistance);
	fclose(out);
	cr_expect_str_eq(text, expected, "%s, not %s", text, expected);
	free(text);
}

Test(compiled, groups)
{
	static const struct {
		const char *name;
		const char *tolerance;
		int64_t kernel[5];
		const char *groups;
		__s32 adistance[5];
	} table[] = {
		{ "none", "{'version': 1, 'rules': []}", { 576, 580 }, "", { 576, 580 } },
		{ "0", TOLERANCE("0", "[]"), { 576, 580 }, "", { 576, 580 } },
		{ "DRAM gathers what is near it",
		  TOLERANCE("0.1", "[]"),
		  { 523, 524, 576, 633, 634 },
		  "524-633:576 476-523:523 634-697:634",
		  { 523, 576, 576, 576, 634 } },
		{ "twins on two sides of an edge",
		  TOLERANCE("0.1", "[]"),
		  { 1020, 1030, 576 },
		  "524-633:576 928-1122:1020",
		  { 1020, 1020, 576 } },
		{ "in whatever order",
		  TOLERANCE("0.1", "[]"),
		  { 576, 1030, 1020 },
		  "524-633:576 928-1122:1020",
		  { 576, 1020, 1020 } },
		{ "the third in a row is too far from the first",
		  TOLERANCE("0.1", "[]"),
		  { 1000, 1080, 1160 },
		  "524-633:576 910-1100:1000 1101-1276:1160",
		  { 1000, 1000, 1160 } },
		{ "equal ones",
		  TOLERANCE("0.1", "[]"),
		  { 1000, 1000, 1000 },
		  "524-633:576 910-1100:1000",
		  { 1000, 1000, 1000 } },
		{ "what is fast",
		  TOLERANCE("0.5", "[]"),
		  { 300, 380, 400 },
		  "384-864:576 200-383:300",
		  { 300, 300, 576 } },
		{ "everything that is near enough",
		  TOLERANCE("1", "[]"),
		  { 288, 1152, 1153, 2306, 2307 },
		  "288-1152:576 1153-2306:1153 2307-4614:2307",
		  { 576, 576, 1153, 1153, 2307 } },
		{ "the smallest",
		  TOLERANCE("0.000001", "[]"),
		  { 1000000, 1000001, 1000002 },
		  "576-576:576 1000000-1000001:1000000 1000002-1000003:1000002",
		  { 1000000, 1000000, 1000002 } },
		{ "the ends of what is sane",
		  TOLERANCE("0.1", "[]"),
		  { 1, 16777215 },
		  "524-633:576 1-1:1 15252014-16777215:16777215",
		  { 1, 16777215 } },
		{ "what is not sane",
		  TOLERANCE("0.1", "[]"),
		  { -1723082824, 16777216, 1000 },
		  "524-633:576 910-1100:1000",
		  { -1723082824, 16777216, 1000 } },
	};
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const int64_t *k = table[i].kernel;
		struct fixture f =
			start(table[i].tolerance,
			      MACHINE(KERNEL(k[0] ?: 576), KERNEL(k[1] ?: 576), KERNEL(k[2] ?: 576),
				      KERNEL(k[3] ?: 576), KERNEL(k[4] ?: 576)));

		expect_groups(&f, table[i].groups);
		for (n = 0; n < 5 && k[n]; n++) {
			struct tierbpf_decision d = decide(&f, n);

			cr_expect(d.acted == k[n] && d.adistance == table[i].adistance[n],
				  "%s: node %d: %d", table[i].name, n, d.adistance);
		}
		end(&f);
	}
}

/* Groups are made of present nodes; a node that comes later joins the group it falls into. */
Test(compiled, hot_added_node)
{
	struct fixture f = start(TOLERANCE("0.1", "[]"),
				 MACHINE({ "cm" }, KERNEL(1020), { "", .kernel_adistance = 1030 },
					 { "", .kernel_adistance = 9000 }));

	expect_groups(&f, "524-633:576 928-1122:1020");
	expect_decision(&f, 2, DEFAULT_RULE, 1030, 1020);
	expect_decision(&f, 3, DEFAULT_RULE, 9000, 9000);
	end(&f);
}

/* A tier or an adistance that the policy names is meant: it neither gathers nor is gathered. */
Test(compiled, named_places)
{
	struct fixture f =
		start(TOLERANCE("0.1", "[{'match': {'node': 1}, 'action': {'adistance': 580}},"
				       " {'match': {'node': 2}, 'action': {'adistance': 1000}},"
				       " {'match': {'node': 3}, 'action': {'offset': 430}}]"),
		      MACHINE({ "cm" }, { "m" }, { "m" }, { "m" }));

	expect_groups(&f, "524-633:576 915-1106:1006");
	expect_decision(&f, 1, 0, 580, 580);
	expect_decision(&f, 2, 1, 1000, 1000);
	expect_decision(&f, 3, 2, 1006, 1006);
	end(&f);
}

static void expect_apart(const struct compiled_policy *p)
{
	__u32 i, j;

	for (i = 0; i < p->meta.nr_groups; i++) {
		const struct tierbpf_group *a = &p->groups[i];

		cr_assert(a->min <= a->adistance && a->adistance <= a->max &&
				  tierbpf_adistance_ok(a->min) && tierbpf_adistance_ok(a->max),
			  "%d-%d:%d", a->min, a->max, a->adistance);
		for (j = 0; j < i; j++)
			cr_assert(a->min > p->groups[j].max || a->max < p->groups[j].min,
				  "%d-%d and %d-%d", a->min, a->max, p->groups[j].min,
				  p->groups[j].max);
	}
}

/*
 * Every sane answer ends within the tolerance of where it began, and the slower never becomes the
 * faster.
 */
static void expect_gathered(const struct fixture *f)
{
	int64_t reach = TIERBPF_MILLION + f->policy->tolerance;
	int a, b;

	for (a = 0; a < f->machine->nr_nodes; a++) {
		struct tierbpf_decision x = decide(f, a);
		int64_t low = x.acted < x.adistance ? x.acted : x.adistance;
		int64_t high = x.acted + x.adistance - low;

		cr_assert_leq(high * TIERBPF_MILLION, low * reach, "%d: %d", x.acted, x.adistance);
		for (b = 0; b < a; b++) {
			struct tierbpf_decision y = decide(f, b);

			cr_assert(x.acted > y.acted ? x.adistance >= y.adistance :
						      x.adistance <= y.adistance,
				  "%d: %d, %d: %d", x.acted, x.adistance, y.acted, y.adistance);
		}
	}
}

/* Groups never overlap, whatever the answers are. */
Test(compiled, random_groups)
{
	static const char *const tolerances[] = { "0.01", "0.1", "0.3", "0.999999", "1" };
	static struct test_node nodes[24];
	unsigned int seed = 1, round;
	size_t n;

	for (round = 0; round < 500; round++) {
		char text[80];
		struct fixture f;

		for (n = 0; n < ARRAY_SIZE(nodes); n++) {
			int64_t scale = 1LL << (rand_r(&seed) % 25);

			nodes[n] = (struct test_node){ "m", .kernel_adistance =
								    1 + rand_r(&seed) % scale };
			if (nodes[n].kernel_adistance > TIERBPF_ADISTANCE_MAX)
				nodes[n].kernel_adistance = TIERBPF_ADISTANCE_MAX;
		}
		snprintf(text, sizeof(text), TOLERANCE("%s", "[]"),
			 tolerances[round % ARRAY_SIZE(tolerances)]);
		f = start(text, test_machine(nodes, ARRAY_SIZE(nodes)));
		expect_apart(f.compiled);
		expect_gathered(&f);
		end(&f);
	}
}
