// SPDX-License-Identifier: GPL-2.0-only
/*
 * mm/memory-tiers.c, establish_demotion_targets(), and what it uses of
 * mm/page_alloc.c. The same in 6.12 and 7.3, and checked against both by
 * tests/vm/suites/random: a difference there is a fault here.
 */
#include "model/tiering.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
	int node;
	int val; /* lower is nearer */
};

static int by_val(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->val != y->val ? x->val - y->val : x->node - y->node;
}

/*
 * Calls find_next_best_node() until it finds no more: sorts the nodes of @set, all with memory,
 * into @order, and returns their number. Sorting gives the same order, since between two calls
 * only the load of nodes that were returned already changes.
 */
static int best_nodes(const struct machine *m, int node, const struct nodeset *set, const int *load,
		      bool cpus_known, struct candidate *order)
{
	int n, count = 0;

	for (n = 0; n < m->nr_nodes; n++) {
		int val = machine_distance(m, node, n);

		if (!nodeset_has(set, n))
			continue;
		val += n < node;	 /* prefer the next node */
		val += cpus_known && m->nodes[n].cpu; /* PENALTY_FOR_NODE_WITH_CPUS */
		val = val * TIERBPF_MAX_NODES + load[n];
		order[count++] = (struct candidate){ n, n == node ? -1 : val };
	}
	qsort(order, (size_t)count, sizeof(*order), by_val);
	return count;
}

/*
 * node_load[] as __build_all_zonelists() and build_zonelists() leave it at boot: for every
 * possible node, in their order, the first node at each new distance is loaded by one. No
 * cpumask_of_node() is filled yet: start_kernel() builds the zonelists in mm_core_init()
 * (mm_init() before 6.5), identify_cpu() adds the boot CPU to its node later.
 *
 * The kernel builds them again when the first memory of a zone is onlined, and when the last
 * is offlined; then CPUs do count. User space cannot tell which of the two it was. The load
 * only decides between nodes that are equal in distance, order and CPUs taken together.
 */
static void boot_load(const struct machine *m, const struct nodeset *memory, int *load)
{
	struct candidate order[TIERBPF_MAX_NODES];
	int node, i, count, previous, distance;

	memset(load, 0, TIERBPF_MAX_NODES * sizeof(*load));
	for (node = 0; node < m->nr_nodes; node++) {
		if (!m->nodes[node].possible)
			continue;
		previous = machine_distance(m, node, node);
		count = best_nodes(m, node, memory, load, false, order);
		for (i = 0; i < count; i++) {
			distance = machine_distance(m, node, order[i].node);
			if (distance != previous)
				load[order[i].node]++;
			previous = distance;
		}
	}
}

/*
 * A tier's number is its adistance_start >> 7, shown by sysfs as unsigned: the tier of an
 * adistance that has wrapped below zero has a high number, and is the fastest.
 */
static bool slower(int64_t a, int64_t b)
{
	return (int32_t)a > (int32_t)b;
}

/* The next slower tier that has nodes: list_next_entry(memtier, list). */
static int64_t next_tier(const struct nodeset *memory, const int64_t *tier, int64_t of)
{
	int64_t next = NO_TIER;
	int n;

	for (n = 0; n < TIERBPF_MAX_NODES; n++)
		if (nodeset_has(memory, n) && tier[n] != NO_TIER && slower(tier[n], of) &&
		    (next == NO_TIER || slower(next, tier[n])))
			next = tier[n];
	return next;
}

/*
 * The first do-while loop of establish_demotion_targets(). Nodes are sorted by val, but the loop
 * ends where the distance changes: of two nodes at distance 20, one may be left out.
 */
static void prefer(const struct machine *m, int node, const struct nodeset *tier_nodes,
		   const int *load, struct nodeset *preferred)
{
	struct candidate order[TIERBPF_MAX_NODES];
	int i, count = best_nodes(m, node, tier_nodes, load, true, order);

	for (i = 0; i < count; i++) {
		if (machine_distance(m, node, order[i].node) !=
		    machine_distance(m, node, order[0].node))
			break;
		nodeset_add(preferred, order[i].node);
	}
}

/*
 * A step of the first and the last loop of establish_demotion_targets() for a node.
 * lower_tier_mask is all memory except that of this tier and the faster ones, so a node in no
 * tier is in every mask.
 */
static void targets(const struct machine *m, const int64_t *tier, const struct nodeset *memory,
		    const int *load, int node, struct tiering_node *t)
{
	int64_t next = next_tier(memory, tier, tier[node]);
	struct nodeset tier_nodes = { 0 };
	int n;

	for (n = 0; n < m->nr_nodes; n++) {
		if (!nodeset_has(memory, n))
			continue;
		if (tier[n] == NO_TIER || slower(tier[n], tier[node]))
			nodeset_add(&t->fallback, n);
		if (tier[n] != NO_TIER && tier[n] == next)
			nodeset_add(&tier_nodes, n);
	}
	prefer(m, node, &tier_nodes, load, &t->preferred);
}

/* top_tier_adistance: the second loop of establish_demotion_targets(). */
static int64_t find_top_tier(const struct machine *m, const int64_t *tier,
			     const struct nodeset *memory)
{
	int64_t top = NO_TIER;
	int n;

	for (n = 0; n < m->nr_nodes; n++)
		if (nodeset_has(memory, n) && m->nodes[n].cpu && tier[n] != NO_TIER &&
		    (top == NO_TIER || slower(tier[n], top)))
			top = tier[n];
	return top;
}

void tiering_compute(const struct machine *m, const int64_t *tier, struct tiering *t)
{
	struct nodeset memory = { 0 };
	int load[TIERBPF_MAX_NODES];
	int n;

	memset(t, 0, sizeof(*t));
	for (n = 0; n < m->nr_nodes; n++)
		if (m->nodes[n].memory)
			nodeset_add(&memory, n);
	boot_load(m, &memory, load);
	t->top_tier = find_top_tier(m, tier, &memory);
	for (n = 0; n < m->nr_nodes; n++) {
		if (!nodeset_has(&memory, n) || tier[n] == NO_TIER)
			continue; /* node_is_toptier() holds for a node in no tier */
		targets(m, tier, &memory, load, n, &t->nodes[n]);
		/* !node_is_toptier(). Where no tier has CPUs, top_tier_adistance stays 0. */
		t->nodes[n].promotable = slower(tier[n], t->top_tier == NO_TIER ? 0 : t->top_tier);
	}
}
