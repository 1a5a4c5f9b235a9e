// SPDX-License-Identifier: GPL-2.0-only
/* The latencies, bandwidths and side caches of a guest, within the limits of QEMU's HMAT. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "acpi/hmat-access.h"
#include "export/export.h"
#include "model/perf.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* An HMAT entry has 16 bits; all ones means "none" (parse_numa_hmat_lb in QEMU's hw/core/numa.c). */
#define ENTRY_MAX 65534

/* QEMU writes latencies in ps; hmat_normalize() in Linux keeps them in a u32, rounded up. */
#define LATENCY_MAX (4294966296 / 1000)

struct perf *guest_values(const struct guest *g, int level, int initiator, int target)
{
	return &g->values[(level * g->count + initiator) * g->count + target];
}

/* ---- from HMAT ---- */

struct collector {
	const struct machine *m;
	struct guest *g;
	int guest_node[TIERBPF_MAX_NODES]; /* by host node; -1: not in the guest */
	size_t unsaid; /* values that QEMU refuses */
	struct nodeset any_given, any_left_out; /* host nodes with values only of class any */
};

static int node_of(const struct collector *c, uint32_t pxm)
{
	const struct srat *s = c->m->srat;

	if (pxm >= SRAT_MAX_PXM || s->node[pxm] < 0 || s->node[pxm] >= TIERBPF_MAX_NODES)
		return -1;
	return c->guest_node[s->node[pxm]];
}

static void take_value(struct collector *c, const struct hmat_locality *l, uint32_t i, uint32_t j)
{
	const struct hmat *h = c->m->hmat;
	uint32_t value = hmat_value(h, l, hmat_entry(h, l, i, j));
	int from = node_of(c, hmat_initiator(h, l, i)), to = node_of(c, hmat_target(h, l, j));
	int level = l->flags & HMAT_HIERARCHY;

	/* Linux knows a target by its memory. */
	if (!value || from < 0 || to < 0 || !c->g->nodes[to].size)
		return;
	if (level < GUEST_LEVELS && (c->g->nodes[from].cpu || c->g->nodes[from].generic_initiator))
		hmat_set_value(guest_values(c->g, level, from, to), l->type, value);
	else
		c->unsaid++;
}

/* From the end, because the first row and column of a domain count, as in the kernel. */
static void take_locality(struct collector *c, const struct hmat_locality *l)
{
	uint32_t i, j;

	for (i = l->nr_initiators; i-- > 0;)
		for (j = l->nr_targets; j-- > 0;)
			take_value(c, l, i, j);
}

static void take_hmat(struct collector *c)
{
	const struct hmat *h = c->m->hmat;
	size_t i;

	for (i = 0; h && i < h->nr_localities; i++)
		take_locality(c, &h->localities[i]);
	if (c->unsaid)
		note("values of HMAT are left out (%zu): QEMU knows only initiators with CPUs or a device, and side "
		     "caches up to level %d",
		     c->unsaid, GUEST_LEVELS - 1);
}

/* ---- from sysfs, and of the nearest initiators ---- */

/* Who may not read HMAT still sees in sysfs what the nearest initiator of any kind has. */
static void take_nearest_of_any_kind(struct collector *c, int target)
{
	const struct access *any = &c->m->nodes[c->g->nodes[target].host].sysfs[CLASS_ANY];
	int i;

	for (i = 0; i < c->g->count; i++) {
		struct perf *p = guest_values(c->g, 0, i, target);

		if (c->g->nodes[i].generic_initiator && !perf_has_any(p) &&
		    nodeset_has(&any->initiators, c->g->nodes[i].host))
			*p = any->perf;
	}
}

static bool share_a_host_node(const struct guest *g, const struct nodeset *guest_nodes,
			      const struct nodeset *hosts)
{
	int i;

	for (i = 0; i < g->count; i++)
		if (nodeset_has(guest_nodes, i) && nodeset_has(hosts, g->nodes[i].host))
			return true;
	return false;
}

/* Some kernels have only the class of any initiators. Its values count if such an initiator has CPUs. */
static void take_any_for_cpus(struct collector *c, int target)
{
	struct guest_node *n = &c->g->nodes[target];
	const struct access *any = &c->m->nodes[n->host].sysfs[CLASS_ANY];
	struct nodeset devices = {};
	int i;

	if (perf_has_any(&n->perf) || !perf_has_any(&any->perf))
		return;
	for (i = 0; i < c->g->count; i++)
		if (c->g->nodes[i].generic_initiator)
			nodeset_add(&devices, i);
	if (share_a_host_node(c->g, &n->initiators, &any->initiators)) {
		n->perf = any->perf;
		nodeset_add(&c->any_given, n->host);
	} else if (!share_a_host_node(c->g, &devices, &any->initiators)) {
		nodeset_add(&c->any_left_out, n->host);
	}
}

static void note_any(const struct nodeset *hosts, const char *what)
{
	_cleanup_free_ char *nodes = nodeset_text(hosts);

	if (nodes && *nodes)
		note("the latencies and bandwidths of some nodes (%s) are known only from the nearest initiator of any "
		     "kind, and not from the nearest CPUs: %s",
		     nodes, what);
}

/*
 * Where the guest lacks the nearest CPUs, HMAT may have what its own CPUs see. Without that, the values of
 * the nearest ones are the best that is known.
 */
static void take_apart(struct guest *g, int target)
{
	struct guest_node *n = &g->nodes[target];
	int i;

	for (i = 0; i < g->count; i++) {
		const struct perf *seen = guest_values(g, 0, i, target);

		if (!nodeset_has(&n->initiators, i) || !perf_has_any(seen))
			continue;
		n->perf = *seen;
		return;
	}
	if (perf_has_any(&n->perf))
		note("node %d: its latencies and bandwidths are those seen from the nearest CPUs, which the guest "
		     "does not have; the guest's CPUs may be farther away",
		     n->host);
}

static void take_nearest(struct collector *c)
{
	int target, i;

	for (target = 0; target < c->g->count; target++) {
		struct guest_node *n = &c->g->nodes[target];

		if (!n->size)
			continue;
		n->perf = perf_to_tell(&c->m->nodes[n->host]);
		take_any_for_cpus(c, target);
		take_nearest_of_any_kind(c, target);
		if (n->apart)
			take_apart(c->g, target);
		for (i = 0; i < c->g->count; i++)
			if (nodeset_has(&n->initiators, i))
				*guest_values(c->g, 0, i, target) = n->perf;
	}
	note_any(&c->any_given,
		 "the guest gets them, because this initiator has CPUs that it has too");
	note_any(&c->any_left_out,
		 "they are left out, because this initiator is not known or not in the guest");
}

/* ---- what an entry can hold ---- */

static int64_t round_to(int64_t value, int64_t base)
{
	int64_t rounded = (value + base / 2) / base * base;

	return rounded ?: base;
}

/* The smallest power of @step with which the largest value still fits into an entry. */
static int64_t base_for(const struct perf *values, size_t count, enum coordinate c, int64_t step)
{
	int64_t base = 1, largest = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (values[i].value[c] > largest)
			largest = values[i].value[c];
	while (largest && round_to(largest, base) / base > ENTRY_MAX)
		base *= step;
	return base;
}

static int64_t limited(int64_t value, enum coordinate c, int64_t base)
{
	return is_latency(c) && value > LATENCY_MAX ? LATENCY_MAX : value;
}

static int64_t rounded(int64_t value, enum coordinate c, int64_t base)
{
	int64_t result = value ? round_to(value, base) : 0;

	return is_latency(c) && result > LATENCY_MAX ? result - base : result;
}

/* Changes what the guest's kernel will show of a node. */
static void fit_nodes(struct guest *g, enum coordinate c, int64_t base,
		      int64_t (*change)(int64_t value, enum coordinate c, int64_t base))
{
	int i;

	for (i = 0; i < g->count; i++) {
		int64_t *place = &g->nodes[i].perf.value[c], value = change(*place, c, base);

		if (*place == value)
			continue;
		note("node %d (the guest's %d): %s of %" PRId64 " %s becomes %" PRId64
		     ": QEMU's HMAT cannot hold it together with the other values",
		     g->nodes[i].host, i, coordinate_name(c), *place, coordinate_unit(c), value);
		*place = value;
	}
}

static bool is_nearest(const struct guest *g, int level, int initiator, int target)
{
	return !level && nodeset_has(&g->nodes[target].initiators, initiator);
}

/* Changes all values of a level; returns how many differ that fit_nodes() does not name. */
static size_t fit_values(struct guest *g, int level, enum coordinate c, int64_t base,
			 int64_t (*change)(int64_t value, enum coordinate c, int64_t base))
{
	size_t count = 0;
	int i, j;

	for (i = 0; i < g->count; i++)
		for (j = 0; j < g->count; j++) {
			int64_t *place = &guest_values(g, level, i, j)->value[c];
			int64_t value = change(*place, c, base);

			count += *place != value && !is_nearest(g, level, i, j);
			*place = value;
		}
	return count;
}

static size_t fit_coordinate(struct guest *g, int level, enum coordinate c)
{
	size_t limit = fit_values(g, level, c, 1, limited), round;
	int64_t base;

	if (!level)
		fit_nodes(g, c, 1, limited);
	/* QEMU chooses the base itself: a power of 10 for latencies, of 2 for bandwidths. */
	base = base_for(guest_values(g, level, 0, 0), (size_t)g->count * (size_t)g->count, c,
			is_latency(c) ? 10 : 2);
	round = fit_values(g, level, c, base, rounded);
	if (!level)
		fit_nodes(g, c, base, rounded);
	return limit > round ? limit : round;
}

static void fit(struct guest *g)
{
	size_t count = 0;
	enum coordinate c;
	int level;

	for (level = 0; level < GUEST_LEVELS; level++)
		for (c = 0; c < NR_COORDINATES; c++)
			count += fit_coordinate(g, level, c);
	if (count)
		note("values of side caches, or as other initiators see a node, are rounded (%zu): QEMU's HMAT cannot "
		     "hold them together with the others",
		     count);
}

/* ---- initiators that the guest's kernel must not prefer ---- */

/*
 * True if hmat_update_target_attrs() finds @nearest better than @other: the first coordinate in which
 * they differ decides.
 */
static bool is_better(const struct perf *nearest, const struct perf *other)
{
	static const enum coordinate order[] = { WRITE_LATENCY, READ_LATENCY, WRITE_BANDWIDTH,
						 READ_BANDWIDTH };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		int64_t a = nearest->value[order[i]], b = other->value[order[i]];

		if (a != b)
			return a && (!b || (is_latency(order[i]) ? a < b : a > b));
	}
	return false;
}

/*
 * With an attached initiator, the kernel looks at no other. Without one it searches, and would take an
 * initiator for the nearest that is as good in HMAT as the nearest is by a measurement or CDAT.
 */
static void drop_better(struct guest *g)
{
	size_t count = 0;
	int target, i;

	for (target = 0; target < g->count; target++) {
		const struct guest_node *n = &g->nodes[target];

		for (i = 0; n->attached < 0 && i < g->count; i++) {
			struct perf *p = guest_values(g, 0, i, target);

			if (!g->nodes[i].cpu || nodeset_has(&n->initiators, i) ||
			    !perf_has_any(p) || is_better(&n->perf, p))
				continue;
			*p = (struct perf){};
			count++;
		}
	}
	if (count)
		note("pairs of initiator and node are left out (%zu): by HMAT's values, other CPUs than the nearest "
		     "would be as near",
		     count);
}

/* ---- side caches: parse_numa_hmat_cache() in QEMU ---- */

static bool has_latency_and_bandwidth(const struct guest *g, int target)
{
	bool latency = false, bandwidth = false;
	int level, i;

	for (level = 0; level < GUEST_LEVELS; level++)
		for (i = 0; i < g->count; i++) {
			latency |= perf_latency(guest_values(g, level, i, target)) > 0;
			bandwidth |= perf_bandwidth(guest_values(g, level, i, target)) > 0;
		}
	return latency && bandwidth;
}

static const struct hmat_cache *cache_of_level(const struct hmat *h, uint32_t pxm, int level)
{
	const struct hmat_cache *c = hmat_next_cache(h, pxm, NULL);

	while (c && c->level != level)
		c = hmat_next_cache(h, pxm, c);
	return c;
}

static void take_cache(struct guest *g, int target, const struct hmat_cache *cache)
{
	struct guest_node *n = &g->nodes[target];
	uint64_t below = n->nr_caches ? n->caches[n->nr_caches - 1].size : 0;

	if (cache->level != n->nr_caches + 1 || cache->level >= GUEST_LEVELS ||
	    cache->size <= below || !has_latency_and_bandwidth(g, target)) {
		note("node %d (the guest's %d): its side cache of level %u is left out: QEMU wants levels 1 to %d, "
		     "each larger than the one before, of nodes whose latency and bandwidth are known",
		     n->host, target, cache->level, GUEST_LEVELS - 1);
		return;
	}
	if (cache->extended_linear)
		note("node %d (the guest's %d): QEMU cannot say that its side cache extends the memory "
		     "(extended-linear)",
		     n->host, target);
	n->caches[n->nr_caches++] = *cache;
}

static void take_caches(const struct machine *m, struct guest *g)
{
	const struct hmat_cache *cache;
	int target, level;

	for (target = 0; m->hmat && target < g->count; target++) {
		const struct guest_node *n = &g->nodes[target];

		if (!n->size || n->host >= m->srat->nr_nodes)
			continue;
		for (level = 0; level < 16; level++) {
			cache = cache_of_level(m->hmat, (uint32_t)m->srat->pxm[n->host], level);
			if (cache)
				take_cache(g, target, cache);
		}
	}
}

/* ---- all of it ---- */

static void find_guest_nodes(struct collector *c)
{
	int i;

	for (i = 0; i < TIERBPF_MAX_NODES; i++)
		c->guest_node[i] = -1;
	for (i = 0; i < c->g->count; i++)
		c->guest_node[c->g->nodes[i].host] = i;
}

static size_t nr_values(const struct guest *g)
{
	return (size_t)GUEST_LEVELS * (size_t)g->count * (size_t)g->count;
}

int guest_collect_values(const struct machine *m, struct guest *g)
{
	struct collector c = { .m = m, .g = g };
	size_t i;

	g->values = calloc(nr_values(g), sizeof(*g->values));
	if (!g->values)
		return no_memory();
	find_guest_nodes(&c);
	take_hmat(&c);
	take_nearest(&c);
	fit(g);
	drop_better(g);
	take_caches(m, g);
	for (i = 0; i < nr_values(g); i++)
		g->hmat |= perf_has_any(&g->values[i]);
	return 0;
}

static bool is_access(const struct guest *g, int level, enum coordinate read)
{
	const struct perf *values = guest_values(g, level, 0, 0);
	int i;

	for (i = 0; i < g->count * g->count; i++)
		if (values[i].value[read] != values[i].value[read + 1])
			return false;
	return true;
}

static void each_of_pair(const struct guest *g, struct guest_value v, const bool access[2],
			 void (*print)(const struct guest_value *v, void *arg), void *arg)
{
	for (v.coordinate = 0; v.coordinate < NR_COORDINATES; v.coordinate++) {
		bool both = access[v.coordinate / 2], write = v.coordinate % 2;

		v.value = guest_values(g, v.level, v.initiator, v.target)->value[v.coordinate];
		v.type = both ? "access" : write ? "write" : "read";
		if (v.value && !(both && write))
			print(&v, arg);
	}
}

void guest_each_value(const struct guest *g, void (*print)(const struct guest_value *v, void *arg),
		      void *arg)
{
	struct guest_value v = {};

	for (v.level = 0; v.level < GUEST_LEVELS; v.level++) {
		bool access[2] = { is_access(g, v.level, READ_LATENCY),
				   is_access(g, v.level, READ_BANDWIDTH) };

		for (v.target = 0; v.target < g->count; v.target++)
			for (v.initiator = 0; v.initiator < g->count; v.initiator++)
				each_of_pair(g, v, access, print, arg);
	}
}
