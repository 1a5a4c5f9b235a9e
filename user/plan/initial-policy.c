// SPDX-License-Identifier: GPL-2.0-only
#include "plan/initial-policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "plan/compiled.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* The tiers come from the decisions of this policy; the enum numbers its rules. */
enum { BY_MEASUREMENT, BY_FIRMWARE };
#define BY_WHAT_IS_KNOWN                                         \
	"{\"version\": 1, \"tolerance\": 0.10, \"rules\": ["     \
	"{\"match\": {}, \"action\": {\"from\": \"measured\"}}," \
	"{\"match\": {}, \"action\": {\"from\": \"hmat\"}}]}"

/* Nodes without CPUs that firmware puts into the same tier. */
struct slot {
	int64_t tier;
	char name[24];
	struct nodeset nodes;
	int first; /* the lowest of the nodes */
};

struct initial_policy {
	const struct machine *m;
	struct slot *slots; /* fast to slow; "dram" is always among them */
	size_t nr_slots;
	int with_cpus, without; /* number of nodes with memory */
	int known, measured;   /* nodes without CPUs; a measured one counts as known too */
};

#define DRAM_TIER (TIERBPF_ADISTANCE_DRAM >> TIERBPF_TIER_SHIFT)

static int by_tier(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return (x->tier > y->tier) - (x->tier < y->tier);
}

static struct slot *find_slot(struct initial_policy *s, int64_t tier, int node)
{
	size_t i;

	for (i = 0; i < s->nr_slots; i++)
		if (s->slots[i].tier == tier)
			return &s->slots[i];
	s->slots[s->nr_slots] = (struct slot){ .tier = tier, .first = node };
	return &s->slots[s->nr_slots++];
}

static void sort_in(struct initial_policy *s, const struct compiled_policy *p)
{
	int node;

	find_slot(s, DRAM_TIER, -1);
	for (node = 0; node < s->m->nr_nodes; node++) {
		struct tierbpf_node question = compiled_node(s->m, node);
		struct tierbpf_decision d;

		if (!s->m->nodes[node].memory)
			continue;
		if (s->m->nodes[node].cpu) {
			s->with_cpus++;
			continue;
		}
		s->without++;
		compiled_decide(p, &question, &d);
		if (d.rule < 0) /* without latency and bandwidth the default decided */
			continue;
		s->known++;
		s->measured += d.rule == BY_MEASUREMENT;
		nodeset_add(&find_slot(s, tierbpf_tier(d.adistance), node)->nodes, node);
	}
	qsort(s->slots, s->nr_slots, sizeof(*s->slots), by_tier);
}

static const char *base_name(const struct initial_policy *s, const struct slot *slot)
{
	const struct tierbpf_facts *f;

	if (slot->tier == DRAM_TIER)
		return "dram";
	f = &s->m->nodes[slot->first].facts;
	switch (f->known & (1ULL << TIERBPF_FACT_KIND) ? f->value[TIERBPF_FACT_KIND] : 0) {
	case TIERBPF_KIND_CXL:
	case TIERBPF_KIND_PMEM:
	case TIERBPF_KIND_HBM:
	case TIERBPF_KIND_DEVICE:
		return policy_kind_name(f->value[TIERBPF_FACT_KIND]);
	}
	return slot->tier < DRAM_TIER ? "fast" : "slow";
}

static void name_slots(struct initial_policy *s)
{
	size_t i, j, same;

	for (i = 0; i < s->nr_slots; i++) {
		const char *base = base_name(s, &s->slots[i]);

		for (same = 1, j = 0; j < i; j++)
			same += !strcmp(base_name(s, &s->slots[j]), base);
		if (same == 1)
			snprintf(s->slots[i].name, sizeof(s->slots[i].name), "%s", base);
		else
			snprintf(s->slots[i].name, sizeof(s->slots[i].name), "%s-%zu", base, same);
	}
}

static void print_tiers(const struct initial_policy *s, FILE *out)
{
	size_t i;

	fputs("  \"tiers\": [", out);
	for (i = 0; i < s->nr_slots; i++) {
		const struct slot *slot = &s->slots[i];

		if (i)
			fputs(", ", out);
		if (slot->tier == DRAM_TIER)
			fputs("\"dram\"", out);
		else
			fprintf(out, "{\"name\": \"%s\", \"adistance\": %d}", slot->name,
				tierbpf_tier_centre((__u32)slot->tier));
	}
	fputs(s->known ? "],\n" : ", \"slow\"],\n", out);
}

static int print_rule(const struct initial_policy *s, const struct slot *slot, FILE *out)
{
	struct perf p = perf_to_tell(&s->m->nodes[slot->first]);
	_cleanup_free_ char *nodes = nodeset_text(&slot->nodes);

	if (!nodes)
		return no_memory();
	fprintf(out,
		"    {\"name\": \"%lld/%lld ns, %lld/%lld MB/s\", \"match\": {\"node\": \"%s\"}, "
		"\"action\": {\"tier\": \"%s\"}},\n",
		(long long)p.value[READ_LATENCY], (long long)p.value[WRITE_LATENCY],
		(long long)p.value[READ_BANDWIDTH], (long long)p.value[WRITE_BANDWIDTH], nodes,
		slot->name);
	return 0;
}

static void print_description(const struct initial_policy *s, FILE *out)
{
	fprintf(out, "  \"description\": \"nodes with CPUs and memory: %d, with memory only: %d; ",
		s->with_cpus, s->without);
	if (s->measured)
		fprintf(out,
			"latencies and bandwidths are known for %d of these, for %d from a measurement\",\n",
			s->known, s->measured);
	else if (s->known)
		fprintf(out, "latencies and bandwidths are known for %d of these\",\n", s->known);
	else if (s->without)
		fputs("their speed is not known (no HMAT), so they are assumed to be slower than DRAM\",\n",
		      out);
	else
		fputs("a node without CPUs that is added later is assumed to be slower than DRAM\",\n",
		      out);
}

static int print(const struct initial_policy *s, FILE *out)
{
	size_t i;
	int err = 0;

	fputs("{\n  \"version\": 1,\n", out);
	print_description(s, out);
	print_tiers(s, out);
	fputs("  \"tolerance\": 0.10,\n  \"rules\": [\n"
	      "    {\"name\": \"CPUs and their own memory\", \"match\": {\"cpu\": true}, "
	      "\"action\": {\"tier\": \"dram\"}},\n",
	      out);
	for (i = 0; !err && i < s->nr_slots; i++)
		if (!nodeset_is_empty(&s->slots[i].nodes))
			err = print_rule(s, &s->slots[i], out);
	if (s->known)
		fputs("    {\"name\": \"added later\", \"match\": {\"cpu\": false}, "
		      "\"action\": {\"from\": \"hmat\"}}\n",
		      out);
	else
		fputs("    {\"name\": \"memory without CPUs\", \"match\": {\"cpu\": false}, "
		      "\"action\": {\"tier\": \"slow\"}}\n",
		      out);
	fputs("  ],\n  \"default\": {\"from\": \"kernel\"}\n}\n", out);
	return err;
}

int initial_policy_write(const struct machine *m, FILE *out)
{
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	struct diags diags = { .file = "init", .text = BY_WHAT_IS_KNOWN };
	_cleanup_free_ struct slot *slots = calloc((size_t)m->nr_nodes + 1, sizeof(*slots));
	struct initial_policy s = { .m = m, .slots = slots };
	int err = policy_parse(BY_WHAT_IS_KNOWN, strlen(BY_WHAT_IS_KNOWN), &diags, &policy);

	diags_free(&diags);
	if (err || !slots)
		return no_memory();
	err = policy_compile(policy, m, &compiled);
	if (err)
		return err;
	sort_in(&s, compiled);
	name_slots(&s);
	return print(&s, out);
}
