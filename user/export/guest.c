// SPDX-License-Identifier: GPL-2.0-only
/* Makes a guest with nodes of this machine, within the limits of QEMU. */
#include "export/export.h"

#include <errno.h>
#include <stdlib.h>

#include "machine/facts.h"
#include "model/perf.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* ---- which nodes ---- */

static bool chosen(const struct guest_wish *w)
{
	int i;

	for (i = 0; i < GUEST_MAX_NODES; i++)
		if (w->host[i])
			return true;
	return false;
}

static bool is_online(const struct machine *m, int node)
{
	const struct machine_node *n = &m->nodes[node];

	return node < m->nr_nodes && (n->memory || n->cpu || n->generic_initiator);
}

static int take_all(const struct machine *m, struct guest *g)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++) {
		if (!is_online(m, node))
			continue;
		if (g->count == GUEST_MAX_NODES)
			return fail(-EINVAL,
				    "QEMU knows at most %d nodes; choose some: --node HOST=GUEST",
				    GUEST_MAX_NODES);
		g->nodes[g->count++].host = node;
	}
	return 0;
}

static int take_chosen(const struct machine *m, const struct guest_wish *w, struct guest *g)
{
	int i, j, last = GUEST_MAX_NODES - 1;

	while (!w->host[last])
		last--;
	for (i = 0; i <= last; i++) {
		int host = w->host[i] - 1;

		if (host < 0)
			return fail(-EINVAL,
				    "guest node %d is missing: a guest's nodes are 0 to %d without "
				    "a gap; add --node HOST=%d",
				    i, last, i);
		if (!is_online(m, host))
			return fail(-EINVAL,
				    "there is no node %d with memory, CPUs or a generic initiator here",
				    host);
		for (j = 0; j < i; j++)
			if (g->nodes[j].host == host)
				return fail(-EINVAL,
					    "node %d is given twice, as guest nodes %d and %d",
					    host, j, i);
		g->nodes[g->count++].host = host;
	}
	return 0;
}

/* ---- CPUs and memory ---- */

/* acpi_numa_init() numbers the nodes of processors first, then those of generic initiators. */
static int rank(const struct guest_node *n)
{
	return n->cpu ? 0 : n->generic_initiator ? 1 : 2;
}

static void note_order(const struct guest *g)
{
	static const char *const has[] = { "CPUs", "a generic initiator", "neither" };
	int i;

	for (i = 1; i < g->count; i++)
		if (rank(&g->nodes[i]) < rank(&g->nodes[i - 1])) {
			note("guest node %d has %s and guest node %d has %s: Linux gives nodes with CPUs the lowest "
			     "numbers, and then those with a generic initiator, so the guest will number them "
			     "differently",
			     i, has[rank(&g->nodes[i])], i - 1,
			     rank(&g->nodes[i]) ? has[rank(&g->nodes[i - 1])] : "none");
			return;
		}
}

char *guest_devices(const struct guest *g)
{
	struct nodeset nodes = {};
	int i;

	for (i = 0; i < g->count; i++)
		if (g->nodes[i].generic_initiator)
			nodeset_add(&nodes, i);
	return nodeset_text(&nodes);
}

static int set_cpus(const struct machine *m, const struct guest_wish *w, struct guest *g)
{
	int i;

	for (i = 0; i < g->count; i++) {
		struct guest_node *n = &g->nodes[i];

		n->generic_initiator = m->nodes[n->host].generic_initiator;
		n->cpu = m->nodes[n->host].cpu;
		if (!n->cpu)
			continue;
		n->first_cpu = g->nr_cpus;
		g->nr_cpus += w->cpus;
		n->last_cpu = g->nr_cpus - 1;
		g->nr_cpu_nodes++;
	}
	return g->nr_cpus ?
		       0 :
		       fail(-EINVAL, "none of these nodes has CPUs, and a guest needs some: add "
				     "--node HOST=GUEST for one that has");
}

static int set_size(const struct machine *m, const struct guest_wish *w, int i, struct guest_node *n)
{
	const struct machine_node *host = &m->nodes[n->host];

	n->size = w->size[i] ?: w->every_size;
	if (!host->memory) {
		if (w->size[i])
			return fail(-EINVAL,
				    "node %d has no memory, so guest node %d cannot have any: leave "
				    "out --memory %d=…",
				    n->host, i, i);
		n->size = 0;
		return 0;
	}
	if (!n->size && !machine_knows(host, TIERBPF_FACT_SIZE))
		return fail(-EINVAL,
			    "the size of node %d is not known: give it with --memory %d=SIZE",
			    n->host, i);
	n->size =
		(n->size ?: (uint64_t)host->facts.value[TIERBPF_FACT_SIZE]) / GUEST_MIB * GUEST_MIB;
	if (!n->size)
		return fail(-EINVAL,
			    "guest node %d would have less than 1 MiB: give it more with --memory %d=SIZE",
			    i, i);
	return 0;
}

static int set_sizes(const struct machine *m, const struct guest_wish *w, struct guest *g)
{
	int i, err;

	for (i = 0; i < g->count; i++) {
		err = set_size(m, w, i, &g->nodes[i]);
		if (err)
			return err;
		g->size += g->nodes[i].size;
	}
	for (; i < GUEST_MAX_NODES; i++)
		if (w->size[i])
			return fail(-EINVAL,
				    "--memory is given for guest node %d, but the guest's nodes are 0 to %d",
				    i, g->count - 1);
	return 0;
}

/* ---- distances ---- */

/* 10 means local. Linux drops a SLIT that gives it for two different nodes, and libvirt refuses it. */
static void note_distances(const struct machine *m, const struct guest *g)
{
	int i, j, unknown = 0, local = 0;

	for (i = 0; i < g->count; i++)
		for (j = 0; j < g->count; j++) {
			if (i == j)
				continue;
			if (!machine_knows_distance(m, g->nodes[i].host, g->nodes[j].host))
				unknown++;
			else if (g->distance[i][j] <= 10)
				local++;
		}
	if (unknown)
		note("not all distances between these nodes are known, so none are given: the guest assumes 20");
	else if (local)
		note("the distance between different nodes is 10 or less here, and Linux uses no such distances in "
		     "firmware's SLIT, so none are given: the guest assumes 20");
}

static void set_distances(const struct machine *m, struct guest *g)
{
	int i, j;

	g->distances = g->symmetric = true;
	for (i = 0; i < g->count; i++)
		for (j = 0; j < g->count; j++) {
			int from = g->nodes[i].host, to = g->nodes[j].host;

			g->distance[i][j] = (uint8_t)machine_distance(m, from, to);
			if (i != j &&
			    (!machine_knows_distance(m, from, to) || g->distance[i][j] <= 10))
				g->distances = false;
		}
	for (i = 0; i < g->count; i++)
		for (j = 0; j < i; j++)
			if (g->distance[i][j] != g->distance[j][i])
				g->symmetric = false;
	if (!g->distances)
		note_distances(m, g);
}

bool guest_needs_distance(const struct guest *g, int from, int to)
{
	return g->distances && from != to && (!g->symmetric || from < to);
}

/* ---- initiators ---- */

static void nearest_in_guest(const struct machine *m, const struct guest *g, int host,
			     struct nodeset *set)
{
	int i, best = -1;

	for (i = 0; i < g->count; i++)
		if (g->nodes[i].cpu &&
		    (best < 0 || machine_distance(m, g->nodes[i].host, host) <
					 machine_distance(m, g->nodes[best].host, host)))
			best = i;
	nodeset_add(set, best);
}

/* The guest's kernel finds a generic initiator that is nearer than all CPUs if none is attached. */
static bool device_is_nearer(const struct guest *g, const struct machine_node *host)
{
	const struct nodeset *any = &host->sysfs[CLASS_ANY].initiators;
	int i;

	if (nodeset_is_empty(any))
		any = &host->hmat[CLASS_ANY].initiators;
	for (i = 0; i < g->count; i++)
		if (!g->nodes[i].cpu && g->nodes[i].generic_initiator &&
		    nodeset_has(any, g->nodes[i].host))
			return true;
	return false;
}

static int only_one(const struct nodeset *set, int count)
{
	int i, only = -1;

	for (i = 0; i < count; i++)
		if (nodeset_has(set, i)) {
			if (only >= 0)
				return -1;
			only = i;
		}
	return only;
}

static void set_initiators(const struct machine *m, struct guest *g, int node)
{
	struct guest_node *n = &g->nodes[node];
	const struct machine_node *host = &m->nodes[n->host];
	const struct nodeset *known = &host->sysfs[CLASS_CPU].initiators;
	bool from_cpus;
	int i;

	if (n->cpu) {
		nodeset_add(&n->initiators, node);
		return;
	}
	if (nodeset_is_empty(known))
		known = &host->hmat[CLASS_CPU].initiators;
	from_cpus = !nodeset_is_empty(known);
	if (!from_cpus)
		known = &host->sysfs[CLASS_ANY].initiators;
	for (i = 0; i < g->count; i++)
		if (g->nodes[i].cpu && nodeset_has(known, g->nodes[i].host))
			nodeset_add(&n->initiators, i);
	if (!nodeset_is_empty(&n->initiators))
		return;
	nearest_in_guest(m, g, n->host, &n->initiators);
	n->apart = from_cpus;
}

static void attach(const struct machine *m, struct guest *g)
{
	int i;

	for (i = 0; i < g->count; i++) {
		struct guest_node *n = &g->nodes[i];

		n->attached = n->cpu || !device_is_nearer(g, &m->nodes[n->host]) ?
				      only_one(&n->initiators, g->count) :
				      -1;
	}
}

/* ---- will the guest use its HMAT ---- */

/* Checks the guest's nodes as hmat_set_default_dram_perf() will, with the function for a host. */
static int check_dram_perf(const struct guest *g, int *odd)
{
	_cleanup_(cleanup_machine) struct machine *m = calloc(1, sizeof(*m));
	enum coordinate c;
	int i;

	if (!m)
		return 0;
	for (i = 0; i < g->count; i++) {
		m->nodes[i].cpu = g->nodes[i].cpu;
		m->nodes[i].memory = g->nodes[i].size;
		for (c = 0; c < NR_COORDINATES; c++)
			machine_set_fact(&m->nodes[i], coordinate_fact(c),
					 g->nodes[i].perf.value[c], SOURCE_DERIVED);
	}
	m->nr_nodes = g->count;
	return perf_kernel_reference(m, odd);
}

static const struct perf *reference_perf(const struct guest *g)
{
	const struct guest_node *n = g->nodes;

	while (!n->cpu || !n->size)
		n++;
	return &n->perf;
}

static void note_odd(const struct guest *g, int odd)
{
	if (!perf_knows_the_same(&g->nodes[odd].perf, reference_perf(g)))
		note("guest node %d has CPUs, and not the same latencies and bandwidths are known of it as of the "
		     "first such node, so a Linux guest puts all nodes into one tier",
		     odd);
	else
		note("guest node %d has CPUs and differs from the first such node by more than 10 %%, so a "
		     "Linux guest puts all nodes into one tier, as this host's kernel does",
		     odd);
}

static void note_unused_hmat(const struct guest *g)
{
	int odd;

	if (!g->hmat) {
		note("no latency or bandwidth of these nodes is known from the guest's CPUs, so the guest gets no "
		     "HMAT and puts all nodes into one tier");
		return;
	}
	switch (check_dram_perf(g, &odd)) {
	case -ENODATA:
		note("too little is known about the first node with CPUs and memory, so a Linux guest puts "
		     "all nodes into one tier, whatever HMAT says about the others");
		break;
	case -ENOENT:
		note("no guest node has both CPUs and memory, so a Linux guest has nothing to compare the others "
		     "with and puts all nodes into one tier, whatever HMAT says");
		break;
	case -ERANGE:
		note_odd(g, odd);
		break;
	}
}

int guest_make(const struct machine *m, const struct guest_wish *w, struct guest **guest)
{
	_cleanup_(cleanup_guest) struct guest *g = calloc(1, sizeof(*g));
	int i, err;

	if (!g)
		return no_memory();
	err = chosen(w) ? take_chosen(m, w, g) : take_all(m, g);
	err = err ?: set_cpus(m, w, g);
	err = err ?: set_sizes(m, w, g);
	if (err)
		return err;
	note_order(g);
	set_distances(m, g);
	for (i = 0; i < g->count; i++)
		set_initiators(m, g, i);
	attach(m, g);
	err = guest_collect_values(m, g);
	if (err)
		return err;
	note_unused_hmat(g);
	*guest = TAKE_PTR(g);
	return 0;
}

void guest_free(struct guest *g)
{
	if (g)
		free(g->values);
	free(g);
}
