// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes policies, which may come from anybody. The text is parsed and its errors are printed. If it
 * has none, the policy is compiled for a machine with a node of each kind and a few random ones, and
 * decides about all of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "plan/compiled.h"
#include "policy/driver-name.h"
#include "json/diag.h"

/* Like assert(), which may be compiled out. */
#define must(condition)                                                                          \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                 \
		}                                                                                \
	} while (0)

/* ---- the machine: nodes of each kind, and some random ones ---- */

#define NR_SORTS 12
#define NR_NODES 16
#define NR_DRAWS 8 /* machines for each policy */

static struct machine machine;
static uint8_t distances[NR_NODES * NR_NODES];

static void know(int node, enum tierbpf_fact fact, int64_t value)
{
	tierbpf_set_fact(&machine.nodes[node].facts, fact, value);
	machine.nodes[node].source[fact] = SOURCE_HMAT;
}

static void perform(int node, int64_t latency, int64_t bandwidth)
{
	know(node, TIERBPF_FACT_READ_LATENCY, latency);
	know(node, TIERBPF_FACT_WRITE_LATENCY, latency);
	know(node, TIERBPF_FACT_READ_BANDWIDTH, bandwidth);
	know(node, TIERBPF_FACT_WRITE_BANDWIDTH, bandwidth);
}

static void add_node(int node, enum tierbpf_kind kind, int64_t tier, int64_t adistance)
{
	machine.nodes[node].memory = true;
	machine.nodes[node].tier = tier;
	know(node, TIERBPF_FACT_PXM, 2 * node);
	know(node, TIERBPF_FACT_KIND, kind);
	know(node, TIERBPF_FACT_SIZE, (int64_t)node << 30);
	know(node, TIERBPF_FACT_DISTANCE, 10 + node);
	know(node, TIERBPF_FACT_KERNEL_ADISTANCE, adistance);
}

static void build_machine(void)
{
	int node;

	machine.nr_nodes = NR_NODES;
	machine.distance = distances;
	for (node = 0; node < NR_NODES; node++) {
		machine.nodes[node].possible = true;
		machine.nodes[node].tier = NO_TIER;
	}
	memset(distances, 20, sizeof(distances));
	add_node(0, TIERBPF_KIND_DRAM, 4, 576);
	add_node(1, TIERBPF_KIND_DRAM, 4, 576);
	machine.nodes[0].cpu = machine.nodes[1].cpu = true;
	perform(0, 80, 100000);
	/* a node with only CPUs, one with unknown memory, and an empty one */
	machine.nodes[2].cpu = true;
	machine.nodes[3].memory = true;
	/* two equal nodes, and a third that is nearly equal */
	add_node(5, TIERBPF_KIND_CXL, 18, 2304);
	add_node(6, TIERBPF_KIND_CXL, 18, 2310);
	add_node(7, TIERBPF_KIND_HBM, 1, 200);
	perform(5, 250, 30000);
	perform(6, 252, 30100);
	perform(7, 90, 400000);
	know(5, TIERBPF_FACT_CXL_REGION, 0);
	know(5, TIERBPF_FACT_CXL_SERIAL, 0x1f2e);
	know(6, TIERBPF_FACT_CXL_REGION, 1);
	know(6, TIERBPF_FACT_CXL_SERIAL, -1);
	know(6, TIERBPF_FACT_CXL_SERIAL_4, INT64_MAX);
	add_node(8, TIERBPF_KIND_PMEM, 39, 5000);
	perform(8, UINT32_MAX, 1);
	know(8, TIERBPF_FACT_MEASURED_ADISTANCE, 4000);
	/* extreme values that arithmetic of the kernel or firmware may give */
	add_node(9, TIERBPF_KIND_HOTPLUG, NO_TIER, -5);
	add_node(10, TIERBPF_KIND_HOTPLUG, NO_TIER, INT32_MAX);
	add_node(11, TIERBPF_KIND_HOTPLUG, 0, 1);
	perform(9, 0, 0);
	perform(10, 1, UINT32_MAX);
	perform(11, UINT32_MAX, UINT32_MAX);
	know(11, TIERBPF_FACT_SIZE, INT64_MAX);
	know(11, TIERBPF_FACT_MEASURED_ADISTANCE, INT64_MAX);
	/* a driver that policies can name, and a value that is no driver's */
	know(10, TIERBPF_FACT_DRIVER, driver_name_value("kmem"));
	know(11, TIERBPF_FACT_DRIVER, INT64_MIN);
}

static uint64_t state;

/* xorshift (Marsaglia) */
static uint64_t random_bits(int bits)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> (64 - bits);
}

/* Returns small and large numbers equally often. */
static int64_t random_size(int max_bits)
{
	return (int64_t)random_bits(1 + (int)(random_bits(32) % (unsigned int)max_bits));
}

static void draw_node(int node)
{
	struct machine_node *n = &machine.nodes[node];

	n->facts.known = 0;
	n->cpu = !random_bits(2);
	add_node(node, (enum tierbpf_kind)(1 + random_bits(2)), random_size(17),
		 1 + random_size(12));
	perform(node, random_size(12), random_size(20));
	n->memory = random_bits(2);
	n->facts.known &= random_bits(63) | random_bits(63);
}

/* ---- reading ---- */

struct parsed {
	struct policy *policy; /* NULL if the text is not a valid policy */
	char *shown;
	bool never[TIERBPF_MAX_RULES]; /* rules that a warning says can never decide */
};

/* The text must not reach a terminal as control characters. */
static void check_shown(const char *shown)
{
	const unsigned char *p;

	for (p = (const unsigned char *)shown; *p; p++) {
		must(*p == '\n' || (*p >= 0x20 && *p != 0x7f));
		must(*p != 0xc2 || p[1] >= 0xa0);
	}
}

static void check_json(struct diags *diags)
{
	json_t *list = diags_json(diags);
	char *text = json_dumps(list, 0);

	must(text && json_array_size(list) == diags->count);
	free(text);
	json_decref(list);
}

static void note_never(struct parsed *p, const struct diags *diags)
{
	size_t i, rule;

	for (i = 0; i < diags->count; i++) {
		const struct diag *d = &diags->list[i];

		if (d->severity == DIAG_WARNING && strstr(d->message, "can never decide")) {
			must(d->path && sscanf(d->path, "rules[%zu]", &rule) == 1);
			must(rule < TIERBPF_MAX_RULES);
			p->never[rule] = true;
		}
	}
}

static struct parsed parse(const char *text, size_t length)
{
	struct diags diags = { .file = "p.json", .text = text };
	struct policy untouched, *policy = &untouched;
	struct parsed p = {};
	size_t size;
	FILE *out = open_memstream(&p.shown, &size);
	int err = policy_parse(text, length, &diags, &policy);

	must(err == 0 || err == -EBADMSG);
	must(!diags.failed && !err == !diags.errors);
	must(!err != (policy == &untouched));
	if (!err)
		p.policy = policy;
	note_never(&p, &diags);
	check_json(&diags);
	diags_print(&diags, out);
	fclose(out);
	must(!diags.count == !size);
	check_shown(p.shown);
	diags_free(&diags);
	return p;
}

static void parsed_free(struct parsed *p)
{
	policy_free(p->policy);
	free(p->shown);
}

/* Parsing the same text again must give the same result. */
static void check_same(const struct parsed *a, const struct parsed *b)
{
	const struct policy *p = a->policy, *q = b->policy;
	uint8_t digests[2][32];

	must(!strcmp(a->shown, b->shown));
	must(!p == !q);
	if (!p)
		return;
	policy_digest(p, digests[0]);
	policy_digest(q, digests[1]);
	must(!memcmp(digests[0], digests[1], sizeof(*digests)));
	must(p->nr_rules == q->nr_rules && p->nr_tests == q->nr_tests && p->nr_tiers == q->nr_tiers);
	must(!p->nr_rules || !memcmp(p->rules, q->rules, p->nr_rules * sizeof(*p->rules)));
	must(!p->nr_tests || !memcmp(p->tests, q->tests, p->nr_tests * sizeof(*p->tests)));
}

static void check_policy(const struct policy *p, const char *text, size_t length)
{
	__u32 first = 0;
	size_t i;

	must(p->source_bytes == length && !memcmp(p->source, text, length) && !p->source[length]);
	must(p->nr_rules <= TIERBPF_MAX_RULES && p->nr_tests <= TIERBPF_MAX_TESTS);
	for (i = 0; i < p->nr_rules; i++) {
		must(p->rules[i].first_test == first && p->rules[i].nr_tests);
		first += p->rules[i].nr_tests;
	}
	must(first == p->nr_tests);
	for (i = 0; i < p->nr_tiers; i++) {
		must(tierbpf_adistance_ok(p->tiers[i].adistance));
		must(!i ||
		     tierbpf_tier(p->tiers[i - 1].adistance) < tierbpf_tier(p->tiers[i].adistance));
	}
}

/* ---- deciding ---- */

static void check_groups(const struct compiled_policy *compiled)
{
	const struct tierbpf_group *g = compiled->groups;
	__u32 i, j;

	for (i = 0; i < compiled->meta.nr_groups; i++) {
		must(tierbpf_adistance_ok(g[i].min) && tierbpf_adistance_ok(g[i].max));
		must(g[i].min <= g[i].adistance && g[i].adistance <= g[i].max);
		for (j = 0; j < i; j++)
			must(g[i].min > g[j].max || g[i].max < g[j].min);
	}
}

/* True if at least one test of each predicate holds. */
static void check_matches(const struct compiled_policy *compiled, const struct tierbpf_rule *rule,
			  const struct tierbpf_node *question)
{
	const struct tierbpf_test *t = &compiled->policy->tests[rule->first_test];
	bool holds = false;
	__u32 i;

	for (i = 0; i < rule->nr_tests; i++) {
		holds = holds || compiled_test_holds(compiled, &t[i], question);
		if (i + 1 == rule->nr_tests || t[i + 1].predicate != t[i].predicate) {
			must(holds);
			holds = false;
		}
	}
}

static void check_decision(const struct compiled_policy *compiled, const bool *never, int node)
{
	struct tierbpf_node question = compiled_node(&machine, node);
	struct tierbpf_decision d = {};
	const char *name;
	char buffer[32];
	__s32 adistance;

	compiled_decide(compiled, &question, &d);
	must(*policy_rule_name(compiled->policy, d.rule, buffer, sizeof(buffer)));
	name = policy_tier_name(compiled->policy, d.adistance);
	must(!*name || (!policy_find_tier(compiled->policy, name, &adistance) &&
			tierbpf_tier(adistance) == tierbpf_tier(d.adistance)));
	must(d.adistance == question.kernel_adistance || tierbpf_adistance_ok(d.adistance));
	must(d.acted == question.kernel_adistance || tierbpf_adistance_ok(d.acted));
	must(d.rule >= -1 && d.rule < (int)compiled->policy->nr_rules);
	if (d.rule < 0)
		return;
	check_matches(compiled, &compiled->policy->rules[d.rule], &question);
	must(!never[d.rule]);
}

/* Skipping to the first possible rule must give the same decision, whatever the kernel's live facts are. */
static void check_first_rule(struct compiled_policy *compiled, int node)
{
	struct tierbpf_node question = {
		.id = node,
		.kernel_adistance = (__s32)random_size(32),
		.flags = (__u32)random_bits(2),
		.size = (__u64)random_size(40),
	};
	__u32 first = compiled->facts[node].first_rule;
	struct tierbpf_decision with = {}, without = {};

	compiled_decide(compiled, &question, &with);
	compiled->facts[node].first_rule = 0;
	compiled_decide(compiled, &question, &without);
	compiled->facts[node].first_rule = first;
	must(!memcmp(&with, &without, sizeof(with)));
}

static void check_program(const struct policy *policy, const bool *never)
{
	struct compiled_policy *compiled = NULL;
	int node;

	for (node = NR_SORTS; node < NR_NODES; node++)
		draw_node(node);
	must(!policy_compile(policy, &machine, &compiled) && compiled);
	check_groups(compiled);
	for (node = 0; node < machine.nr_nodes; node++) {
		check_decision(compiled, never, node);
		check_first_rule(compiled, node);
	}
	compiled_free(compiled);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	build_machine();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct parsed first, second;
	uint8_t digest[32];
	int i;

	memcpy(text, data, size);
	text[size] = 0;
	first = parse(text, size);
	second = parse(text, size);
	check_same(&first, &second);
	if (first.policy) {
		check_policy(first.policy, text, size);
		policy_digest(first.policy, digest);
		memcpy(&state, digest, sizeof(state));
		for (i = 0; i < NR_DRAWS; i++)
			check_program(first.policy, first.never);
	}
	parsed_free(&first);
	parsed_free(&second);
	free(text);
	return 0;
}
