// SPDX-License-Identifier: GPL-2.0-only
/* Prints tiers as boxes from fast to slow, with their nodes, and arrows for demotion. */
#include <errno.h>
#include <stdlib.h>

#include "model/tiering.h"
#include "policy/fact-text.h"
#include "show/topology.h"
#include "util/cleanup.h"
#include "util/msg.h"

static void print_node(const struct machine_node *n, int node, FILE *out)
{
	char size[32] = "", kind[24] = "";

	if (machine_knows(n, TIERBPF_FACT_SIZE))
		fact_text(TIERBPF_FACT_SIZE, n->facts.value[TIERBPF_FACT_SIZE], size, sizeof(size));
	if (machine_knows(n, TIERBPF_FACT_KIND))
		fact_text(TIERBPF_FACT_KIND, n->facts.value[TIERBPF_FACT_KIND], kind, sizeof(kind));
	fprintf(out, "    n%d [label=\"node %d\\n%s %s\\n%s%s\"%s];\n", node, node, size, kind,
		n->cpulist ? "CPUs " : "no CPUs", n->cpulist ?: "", n->cpu ? ", style=bold" : "");
}

static void print_tier(const struct machine *m, int64_t tier, FILE *out)
{
	int node;

	fprintf(out, "  subgraph cluster_%lld {\n    label=\"tier %lld\";\n", (long long)tier,
		(long long)tier);
	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].memory && m->nodes[node].tier == tier)
			print_node(&m->nodes[node], node, out);
	fputs("  }\n", out);
}

/* The next slower tier that has nodes; NO_TIER at the end. */
static int64_t next_tier(const struct machine *m, int64_t after)
{
	int64_t next = NO_TIER;
	int node;

	for (node = 0; node < m->nr_nodes; node++) {
		int64_t tier = m->nodes[node].memory ? m->nodes[node].tier : NO_TIER;

		if (tier > after && (next == NO_TIER || tier < next))
			next = tier;
	}
	return next;
}

static void print_arrows(const struct tiering *t, int node, FILE *out)
{
	int to;

	for (to = 0; to < TIERBPF_MAX_NODES; to++)
		if (nodeset_has(&t->nodes[node].preferred, to))
			fprintf(out, "  n%d -> n%d;\n", node, to);
}

int topology_dot(const struct machine *m, FILE *out)
{
	_cleanup_free_ struct tiering *t = malloc(sizeof(*t));
	int64_t tiers[TIERBPF_MAX_NODES], tier;
	int node;

	if (!t)
		return no_memory();
	for (node = 0; node < TIERBPF_MAX_NODES; node++)
		tiers[node] = node < m->nr_nodes ? m->nodes[node].tier : NO_TIER;
	tiering_compute(m, tiers, t);
	fputs("digraph tiers {\n  rankdir=TB;\n  node [shape=box];\n", out);
	for (tier = next_tier(m, NO_TIER); tier != NO_TIER; tier = next_tier(m, tier))
		print_tier(m, tier, out);
	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].memory)
			print_arrows(t, node, out);
	fputs("}\n", out);
	return 0;
}
