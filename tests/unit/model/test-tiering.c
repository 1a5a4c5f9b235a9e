// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <limits.h>

#include "model/tiering.h"

#define MAX 16 /* nodes in the machines here */

/* A character a node: c CPUs and memory, m memory, C CPUs, - possible only, space: not even that. */
static struct machine *machine_new(const char *kinds, const uint8_t *distance)
{
	struct machine *m = calloc(1, sizeof(*m));
	int n;

	cr_assert_not_null(m);
	m->nr_nodes = (int)strlen(kinds);
	m->distance = malloc((size_t)(m->nr_nodes * m->nr_nodes) + 1);
	cr_assert_not_null(m->distance);
	memcpy(m->distance, distance, (size_t)(m->nr_nodes * m->nr_nodes));
	for (n = 0; n < m->nr_nodes; n++) {
		m->nodes[n].possible = kinds[n] != ' ';
		m->nodes[n].memory = strchr("cm", kinds[n]);
		m->nodes[n].cpu = strchr("cC", kinds[n]);
		m->nodes[n].tier = NO_TIER;
	}
	return m;
}

static void expect_set(const struct nodeset *s, const char *expected, const char *what,
		       const char *name, int node)
{
	char *text = nodeset_text(s);

	cr_expect_str_eq(text, expected, "%s: %s of node %d: %s, not %s", name, what, node, text,
			 expected);
	free(text);
}

/* "" and promotable = false, where a row says nothing of a node. */
struct expected_node {
	const char *preferred;
	const char *fallback;
	bool promotable;
};

struct row {
	const char *name;
	const char *kinds;
	uint8_t distance[MAX * MAX];
	int64_t tier[MAX];
	int64_t top_tier;
	struct expected_node nodes[MAX];
};

static void expect_row(const struct row *r)
{
	struct tiering *t = malloc(sizeof(*t));
	struct machine *m = machine_new(r->kinds, r->distance);
	int n;

	cr_assert_not_null(t);
	memset(t, 0xff, sizeof(*t));
	tiering_compute(m, r->tier, t);
	cr_expect_eq(t->top_tier, r->top_tier, "%s: top tier %lld", r->name, (long long)t->top_tier);
	for (n = 0; n < m->nr_nodes; n++) {
		const struct expected_node *e = &r->nodes[n];

		expect_set(&t->nodes[n].preferred, e->preferred ?: "", "preferred", r->name, n);
		expect_set(&t->nodes[n].fallback, e->fallback ?: "", "fallback", r->name, n);
		cr_expect_eq(t->nodes[n].promotable, e->promotable, "%s: node %d", r->name, n);
	}
	machine_free(m);
	free(t);
}

/* The examples in mm/memory-tiers.c, above node_demotion[]. */
Test(tiering, kernel_examples)
{
	static const struct row table[] = {
		{ .name = "two sockets with PMEM each",
		  .kinds = "ccmm",
		  .distance = { 10, 20, 30, 40, 20, 10, 40, 30, 30, 40, 10, 40, 40, 30, 40, 10 },
		  .tier = { 4, 4, 22, 22 },
		  .top_tier = 4,
		  .nodes = { { "2", "2-3" },
			     { "3", "2-3" },
			     { .promotable = true },
			     { .promotable = true } } },
		{ .name = "one tier",
		  .kinds = "ccm",
		  .distance = { 10, 20, 30, 20, 10, 30, 30, 30, 10 },
		  .tier = { 4, 4, 4 },
		  .top_tier = 4 },
		{ .name = "HBM, DRAM, PMEM",
		  .kinds = "cmm",
		  .distance = { 10, 20, 30, 20, 10, 40, 30, 40, 10 },
		  .tier = { 4, 1, 22 },
		  .top_tier = 4,
		  .nodes = { { "2", "2" }, { "0", "0,2" }, { .promotable = true } } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_row(&table[i]);
}

Test(tiering, rows)
{
	static const struct row table[] = {
		{ .name = "no nodes", .kinds = "", .top_tier = NO_TIER },
		{ .name = "only the next tier that has nodes; all slower ones to fall back",
		  .kinds = "cmmm",
		  .distance = { 10, 30, 20, 20, 30, 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10 },
		  .tier = { 4, 9, 22, 22 },
		  .top_tier = 4,
		  .nodes = { { "1", "1-3" },
			     { "2-3", "2-3", true },
			     { "", "", true },
			     { "", "", true } } },
		{ .name = "slower CPU tier: nothing above it is promoted",
		  .kinds = "cmcm",
		  .distance = { 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10 },
		  .tier = { 4, 9, 12, 13 },
		  .top_tier = 12,
		  .nodes = { { "1", "1-3" }, { "2", "2-3" }, { "3", "3" }, { "", "", true } } },
		{ .name = "the order is by val, the run ends by distance: 3 (21) stands before 0 (20 + CPUs + before)",
		  .kinds = "cmmm",
		  .distance = { 10, 20, 30, 30, 20, 10, 20, 21, 30, 20, 10, 30, 30, 21, 30, 10 },
		  .tier = { 5, 4, 5, 5 },
		  .top_tier = 5,
		  .nodes = { [1] = { "2", "0,2-3" } } },
		{ .name = "a node before this one is a step further",
		  .kinds = "mmmm",
		  .distance = { 10, 20, 21, 20, 20, 10, 21, 20, 20, 20, 10, 21, 20, 20, 20, 10 },
		  .tier = { 5, 5, 4, 5 },
		  .top_tier = NO_TIER,
		  .nodes = { { "", "", true },
			     { "", "", true },
			     { "0-1", "0-1,3", true },
			     { "", "", true } } },
		{ .name = "asymmetric",
		  .kinds = "cmm",
		  .distance = { 10, 20, 30, 50, 10, 40, 30, 20, 10 },
		  .tier = { 4, 5, 6 },
		  .top_tier = 4,
		  .nodes = { { "1", "1-2" }, { "2", "2", true }, { "", "", true } } },
		{ .name = "nodes without memory are nobody's target, whatever tier is said of them",
		  .kinds = "C-m m",
		  .distance = { 10, 20, 20, 20, 20, 20, 10, 20, 20, 20, 20, 20, 10,
				20, 30, 20, 20, 20, 10, 20, 20, 20, 30, 20, 10 },
		  .tier = { 9, 9, 4, 9, 10 },
		  .top_tier = NO_TIER,
		  .nodes = { [2] = { "4", "4", true }, [4] = { "", "", true } } },
		{ .name = "a node in no tier: no target, not promoted from, in everybody's fallback",
		  .kinds = "cmmm",
		  .distance = { 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10 },
		  .tier = { 4, NO_TIER, 9, 9 },
		  .top_tier = 4,
		  .nodes = { { "2-3", "1-3" }, { 0 }, { "", "1", true }, { "", "1", true } } },
		{ .name = "no tier has CPUs: tier 0 is top",
		  .kinds = "Cmmm",
		  .distance = { 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10, 20, 20, 20, 20, 10 },
		  .tier = { NO_TIER, 0, 1, 1 },
		  .top_tier = NO_TIER,
		  .nodes = { [1] = { "2-3", "2-3" }, [2] = { "", "", true }, [3] = { "", "", true } } },
		{ .name = "an adistance that has wrapped is the fastest",
		  .kinds = "cmm",
		  .distance = { 10, 20, 30, 20, 10, 30, 30, 30, 10 },
		  .tier = { 4, 4281505711, 4294967295 },
		  .top_tier = 4,
		  .nodes = { { 0 }, { "2", "0,2" }, { "0", "0" } } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_row(&table[i]);
}

/* ---- the kernel's own words, for random machines ---- */

static const struct machine *km;
static bool cpus_known;
static int node_load[MAX];

static bool has_memory(int node)
{
	return km->nodes[node].memory;
}

static int find_next_best_node(int node, bool *used)
{
	int n, val, min_val = INT_MAX, best_node = -1;

	if (!used[node] && has_memory(node)) {
		used[node] = true;
		return node;
	}
	for (n = 0; n < km->nr_nodes; n++) {
		if (!has_memory(n) || used[n])
			continue;
		val = machine_distance(km, node, n);
		val += (n < node);
		if (cpus_known && km->nodes[n].cpu)
			val += 1;
		val *= 1024;
		val += node_load[n];
		if (val < min_val) {
			min_val = val;
			best_node = n;
		}
	}
	if (best_node >= 0)
		used[best_node] = true;
	return best_node;
}

static void build_zonelists(int local_node)
{
	bool used[MAX] = { false };
	int node, prev_node = local_node;

	while ((node = find_next_best_node(local_node, used)) >= 0) {
		if (machine_distance(km, local_node, node) !=
		    machine_distance(km, local_node, prev_node))
			node_load[node] += 1;
		prev_node = node;
	}
}

static void boot(void)
{
	int n;

	memset(node_load, 0, sizeof(node_load));
	cpus_known = false;
	for (n = 0; n < km->nr_nodes; n++)
		if (km->nodes[n].possible)
			build_zonelists(n);
	cpus_known = true;
}

static struct nodeset demotion_targets(int node, const int64_t *tier)
{
	struct nodeset preferred = { 0 };
	int best_distance = -1, target, distance, n;
	int64_t next = INT64_MAX;
	bool used[MAX];

	for (n = 0; n < km->nr_nodes; n++)
		if (has_memory(n) && tier[n] > tier[node] && tier[n] < next)
			next = tier[n];
	for (n = 0; n < km->nr_nodes; n++)
		used[n] = has_memory(n) && tier[n] != next;
	while (next != INT64_MAX && (target = find_next_best_node(node, used)) >= 0) {
		distance = machine_distance(km, node, target);
		if (distance != best_distance && best_distance != -1)
			break;
		best_distance = distance;
		nodeset_add(&preferred, target);
	}
	return preferred;
}

/* Distances with many near ties, often the same both ways. */
static void random_machine(char *kinds, uint8_t *distance, int64_t *tier)
{
	static const char kind[] = "cccmmmmmmmmmC- ";
	int i, j, count = 2 + rand() % (MAX - 2), spread = 1 + rand() % 4;
	bool symmetric = rand() % 2;

	for (i = 0; i < count; i++) {
		kinds[i] = kind[rand() % (int)(sizeof(kind) - 1)];
		tier[i] = 4 + rand() % 4;
		for (j = 0; j < count; j++)
			distance[i * count + j] = i == j ? 10 :
						  symmetric && j < i ?
							   distance[j * count + i] :
							   (uint8_t)(20 + rand() % spread);
	}
	kinds[count] = 0;
}

Test(tiering, random_machines)
{
	struct tiering *t = malloc(sizeof(*t));
	int i, n, by_load = 0;

	cr_assert_not_null(t);
	srand(1);
	for (i = 0; i < 3000; i++) {
		char kinds[MAX + 1];
		uint8_t distance[MAX * MAX];
		int64_t tier[MAX];
		struct machine *m;

		random_machine(kinds, distance, tier);
		km = m = machine_new(kinds, distance);
		tiering_compute(m, tier, t);
		boot();
		for (n = 0; n < m->nr_nodes; n++) {
			struct nodeset expected, unloaded;

			if (!has_memory(n))
				continue;
			expected = demotion_targets(n, tier);
			cr_assert_arr_eq(&t->nodes[n].preferred, &expected, sizeof(expected),
					 "machine %d, node %d", i, n);
			memset(node_load, 0, sizeof(node_load));
			unloaded = demotion_targets(n, tier);
			by_load += !!memcmp(&expected, &unloaded, sizeof(expected));
			boot();
		}
		machine_free(m);
	}
	cr_expect_gt(by_load, 100, "the load decides %d times only", by_load);
	free(t);
}
