// SPDX-License-Identifier: GPL-2.0-only
#include "plan/initial-policy.h"

#include <string.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "plan/assumptions.h"
#include "plan/placement.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* ---- description ---- */

static int count_complete(const struct placement *p, enum basis worst)
{
	int count = 0;
	size_t i;

	for (i = 0; i < p->nr_nodes; i++)
		count += p->nodes[i].basis <= worst;
	return count;
}

static void print_description(const struct placement *p, const struct assumptions *a, FILE *out)
{
	int known = count_complete(p, BASIS_FIRMWARE), measured = count_complete(p, BASIS_MEASURED);
	size_t i;

	fprintf(out, "  \"description\": \"nodes with CPUs and memory: %d, with memory only: %zu",
		p->nr_cpu_nodes, p->nr_nodes);
	if (known)
		fprintf(out, "; latencies and bandwidths are known for %d of these", known);
	if (measured)
		fprintf(out, ", for %d from a measurement", measured);
	for (i = 0; i < a->count; i++)
		fprintf(out, "; %s", a->sentences[i]);
	fputs("\",\n", out);
}

/* ---- tiers ---- */

/* Without a node, and nothing to place around it, DRAM's tier would only be reported as empty. */
static bool has_dram(const struct placement *p)
{
	size_t i;

	for (i = 0; i < p->nr_nodes && p->nodes[i].tier != p->dram; i++)
		;
	return p->nr_cpu_nodes || i < p->nr_nodes;
}

static void print_tiers(const struct placement *p, FILE *out)
{
	const char *separator = "";
	size_t i;

	fputs("  \"tiers\": [", out);
	for (i = 0; i < p->nr_tiers; i++) {
		const struct placed_tier *t = &p->tiers[i];

		if (i == p->dram && !has_dram(p))
			continue;
		fputs(separator, out);
		separator = ", ";
		/* A plain name has the place next to "dram". */
		if (i == p->dram ||
		    (has_dram(p) && i == p->dram + 1 && t->number == p->tiers[p->dram].number + 1))
			fprintf(out, "\"%s\"", t->name);
		else
			fprintf(out, "{\"name\": \"%s\", \"adistance\": %d}", t->name,
				tierbpf_tier_centre((__u32)t->number));
	}
	fputs("],\n", out);
}

/* ---- rules ---- */

/* "90", "90-333", or "?" where it is not known of all nodes. */
static void write_range(const struct placement *p, const struct nodeset *nodes, enum coordinate c,
			char *text, size_t size)
{
	int64_t low = INT64_MAX, high = 0;
	size_t i;

	for (i = 0; i < p->nr_nodes; i++) {
		int node = p->nodes[i].node;
		int64_t value = placement_perf(p, node).value[c];

		if (!nodeset_has(nodes, node))
			continue;
		low = value < low ? value : low;
		high = value > high ? value : high;
	}
	if (!low)
		snprintf(text, size, "?");
	else if (low == high)
		snprintf(text, size, "%lld", (long long)low);
	else
		snprintf(text, size, "%lld-%lld", (long long)low, (long long)high);
}

static void write_values(const struct placement *p, const struct nodeset *nodes, char *text,
			 size_t size)
{
	char value[NR_COORDINATES][48];
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		write_range(p, nodes, c, value[c], sizeof(value[c]));
	snprintf(text, size, "%s/%s ns, %s/%s MB/s", value[READ_LATENCY], value[WRITE_LATENCY],
		 value[READ_BANDWIDTH], value[WRITE_BANDWIDTH]);
}

/* Of the nodes of the rule of @first, which is the first of them in the kernel's order. */
static int32_t last_kernel_tier(const struct placement *p, const struct placed *first)
{
	int32_t last = first->kernel_tier;
	size_t i;

	for (i = 0; i < p->nr_nodes; i++)
		if (p->nodes[i].tier == first->tier && p->nodes[i].basis == first->basis)
			last = p->nodes[i].kernel_tier;
	return last;
}

static void write_name(const struct placement *p, const struct placed *n,
		       const struct nodeset *nodes, char *text, size_t size)
{
	int32_t last;

	switch (n->basis) {
	case BASIS_KERNEL:
		last = last_kernel_tier(p, n);
		if (last == n->kernel_tier)
			snprintf(text, size, "in the kernel's tier %u", (unsigned int)last);
		else
			snprintf(text, size, "in the kernel's tiers %u to %u",
				 (unsigned int)n->kernel_tier, (unsigned int)last);
		break;
	case BASIS_DEVICE:
		snprintf(text, size, "speed not known, may be fast");
		break;
	case BASIS_NOTHING:
		snprintf(text, size, "speed not known");
		break;
	case BASIS_ASSUMED:
		snprintf(text, size, "speed not known, assumed slower than DRAM");
		break;
	default:
		write_values(p, nodes, text, size);
	}
}

static bool is_of_driver(const struct placement *p, const struct placed *n)
{
	return n->basis == BASIS_DEVICE && placement_driver(p->m, n->node);
}

/* Prints the rule of the nodes that are in one tier with @first, for the same reason. */
static int print_rule(const struct placement *p, size_t first, FILE *out)
{
	const struct placed *n = &p->nodes[first];
	_cleanup_free_ char *list = NULL;
	struct nodeset nodes = {};
	char title[224];
	size_t i;

	for (i = 0; i < p->nr_nodes; i++) {
		if (p->nodes[i].tier != n->tier || p->nodes[i].basis != n->basis ||
		    is_of_driver(p, &p->nodes[i]))
			continue;
		if (i < first)
			return 0;
		nodeset_add(&nodes, p->nodes[i].node);
	}
	list = nodeset_text(&nodes);
	if (!list)
		return no_memory();
	write_name(p, n, &nodes, title, sizeof(title));
	fprintf(out,
		",\n    {\"name\": \"%s\", \"match\": {\"node\": \"%s\"}, "
		"\"action\": {\"tier\": \"%s\"}}",
		title, list, p->tiers[n->tier].name);
	return 0;
}

/* One rule for all memory of a driver, with that which is added later. */
static void print_driver_rule(const struct placement *p, size_t first, FILE *out)
{
	const struct placed *n = &p->nodes[first];
	const char *driver = placement_driver(p->m, n->node), *other;
	size_t i;

	for (i = 0; i < first; i++) {
		other = placement_driver(p->m, p->nodes[i].node);
		if (p->nodes[i].basis == BASIS_DEVICE && other && !strcmp(other, driver))
			return;
	}
	fprintf(out,
		",\n    {\"name\": \"speed not known, memory of a device\", "
		"\"match\": {\"driver\": \"%s\"}, \"action\": {\"tier\": \"%s\"}}",
		driver, p->tiers[n->tier].name);
}

/*
 * The last rule goes by the kernel's own adistance, so that memory that the kernel places by itself
 * stays there. If all nodes that are assumed to be slower are in one tier, it decides them too.
 */
static void print_last_rule(const struct placement *p, FILE *out)
{
	__s32 from = (TIERBPF_ADISTANCE_DRAM >> TIERBPF_TIER_SHIFT) << TIERBPF_TIER_SHIFT;
	__s32 width = 1 << TIERBPF_TIER_SHIFT;
	int tier = placement_assumed_tier(p);

	if (placement_has_hmat(p)) {
		fputs(",\n    {\"name\": \"added later\", \"match\": {\"cpu\": false}, "
		      "\"action\": {\"from\": \"hmat\"}}",
		      out);
		return;
	}
	if (!placement_assumes_of_later(p))
		return;
	fprintf(out,
		",\n    {\"name\": \"%s\", \"match\": {\"cpu\": false, \"kernel_adistance\": "
		"{\"min\": %d, \"max\": %d}}, \"action\": ",
		tier >= 0 ? "memory without CPUs" : "added later", from, from + width - 1);
	if (tier >= 0)
		fprintf(out, "{\"tier\": \"%s\"}}", p->tiers[tier].name);
	else
		fprintf(out, "{\"adistance\": %d}}", TIERBPF_ADISTANCE_DRAM + width);
}

static int print_rules(const struct placement *p, FILE *out)
{
	bool last_decides = placement_assumes_of_later(p) && placement_assumed_tier(p) >= 0;
	int err = 0;
	size_t i;

	fputs("  \"rules\": [\n    {\"name\": \"CPUs and their own memory\", "
	      "\"match\": {\"cpu\": true}, \"action\": {\"tier\": \"dram\"}}",
	      out);
	for (i = 0; !err && i < p->nr_nodes; i++)
		if (!is_of_driver(p, &p->nodes[i]) &&
		    (p->nodes[i].basis != BASIS_ASSUMED || !last_decides))
			err = print_rule(p, i, out);
	for (i = 0; i < p->nr_nodes; i++)
		if (is_of_driver(p, &p->nodes[i]))
			print_driver_rule(p, i, out);
	print_last_rule(p, out);
	fputs("\n  ],\n", out);
	return err;
}

/* ---- all ---- */

static int print(const struct placement *p, const struct assumptions *a, FILE *out)
{
	int err;

	fputs("{\n  \"version\": 1,\n", out);
	print_description(p, a, out);
	print_tiers(p, out);
	if (p->names_reference && p->reference >= 0)
		fprintf(out, "  \"reference\": {\"node\": %d},\n", p->reference);
	fputs("  \"tolerance\": 0.10,\n", out);
	err = print_rules(p, out);
	fputs("  \"default\": {\"from\": \"kernel\"}\n}\n", out);
	return err;
}

int initial_policy_write(const struct machine *m, FILE *out)
{
	_cleanup_(cleanup_placement) struct placement *p = NULL;
	struct assumptions a;
	int err = placement_make(m, &p) ?: assumptions_find(p, &a);
	size_t i;

	if (err)
		return err;
	err = print(p, &a, out);
	for (i = 0; !err && i < a.count; i++)
		note("%s", a.sentences[i]);
	if (!err && a.advice)
		note("%s", a.advice);
	assumptions_free(&a);
	return err;
}
