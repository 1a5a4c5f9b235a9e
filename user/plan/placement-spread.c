// SPDX-License-Identifier: GPL-2.0-only
/*
 * A measurement whose values spread too much is no basis for telling two nodes apart. The middle half
 * of a node's values gives a range of adistances. If it is wider than 10 %, up to which nodes count as
 * equal, and reaches into that of another node, the faster of the two is not known.
 */
#include "model/perf.h"
#include "plan/placement.h"

struct reach {
	int64_t low, high;
};

/* Half of @spread percent of @value. The spread has no limit, but a value does not go below 0. */
static int64_t half(int64_t value, int64_t spread)
{
	return value * (spread < 198 ? spread : 198) / 200;
}

static struct reach reach(const struct machine *m, int node, int reference)
{
	const struct machine_node *n = &m->nodes[node];
	struct perf fast = n->measured, slow = n->measured;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		int64_t by = half(n->measured.value[c], n->measured_spread.value[c]);

		fast.value[c] += is_latency(c) ? -by : by;
		slow.value[c] += is_latency(c) ? by : -by;
	}
	return (struct reach){ perf_adistance(&fast, &m->nodes[reference].measured),
			       perf_adistance(&slow, &m->nodes[reference].measured) };
}

static bool is_wide(const struct reach *r)
{
	return r->high * 10 > r->low * 11;
}

static bool overlap(const struct reach *a, const struct reach *b)
{
	return a->low <= b->high && b->low <= a->high;
}

static bool takes_part(const struct placement *p, int node)
{
	const struct machine_node *n = &p->m->nodes[node];

	return n->memory && perf_has_all(&n->measured) && (!n->cpu || node == p->reference);
}

/* The reference cannot be left out, so a node that cannot be told from it is. */
static void check(struct placement *p, int node)
{
	struct reach own = reach(p->m, node, p->reference);
	int other;

	for (other = 0; other < p->m->nr_nodes; other++) {
		struct reach its;

		if (other == node || !takes_part(p, other))
			continue;
		its = reach(p->m, other, p->reference);
		if (!overlap(&own, &its) ||
		    !(is_wide(&own) || (other == p->reference && is_wide(&its))))
			continue;
		nodeset_add(&p->too_wide, node);
		p->too_wide_from[node] = other;
		return;
	}
}

void placement_check_spread(struct placement *p)
{
	int node;

	if (p->reference < 0 || !perf_has_all(&p->m->nodes[p->reference].measured))
		return;
	for (node = 0; node < p->m->nr_nodes; node++)
		if (node != p->reference && takes_part(p, node))
			check(p, node);
}

bool placement_is_surely_slower(const struct placement *p, int node)
{
	struct reach own, its;

	if (p->reference < 0 || !takes_part(p, node) || !takes_part(p, p->reference))
		return false;
	own = reach(p->m, node, p->reference);
	its = reach(p->m, p->reference, p->reference);
	return own.low > its.high;
}
