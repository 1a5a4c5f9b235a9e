// SPDX-License-Identifier: GPL-2.0-only
/* Makes a guest with nodes of this machine, within the limits of QEMU. */
#include "export/export.h"

#include <errno.h>
#include <inttypes.h>

#include "machine/facts.h"
#include "model/perf.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* An HMAT entry has 16 bits; all ones means "none" (parse_numa_hmat_lb in QEMU's hw/core/numa.c). */
#define ENTRY_MAX 65534

/* QEMU writes latencies in ps; hmat_normalize() in Linux keeps them in a u32, rounded up. */
#define LATENCY_MAX (4294966296 / 1000)

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
	return node < m->nr_nodes && (m->nodes[node].memory || m->nodes[node].cpu);
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
			return fail(-EINVAL, "there is no node %d with memory or CPUs here", host);
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

/* On x86, acpi_numa_init() numbers nodes with CPUs first, whatever numbers QEMU gives them. */
static void note_order(const struct guest *g)
{
	int i;

	for (i = 1; i < g->count; i++)
		if (g->nodes[i].cpu && !g->nodes[i - 1].cpu) {
			note("guest node %d has CPUs and guest node %d has none: Linux gives nodes with CPUs "
			     "the lowest numbers, so the guest will number them differently",
			     i, i - 1);
			return;
		}
}

static int set_cpus(const struct machine *m, const struct guest_wish *w, struct guest *g)
{
	int i;

	for (i = 0; i < g->count; i++) {
		struct guest_node *n = &g->nodes[i];

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

static void set_distances(const struct machine *m, struct guest *g)
{
	int i, j;

	g->distances = g->symmetric = true;
	for (i = 0; i < g->count; i++)
		for (j = 0; j < g->count; j++) {
			int from = g->nodes[i].host, to = g->nodes[j].host;

			g->distance[i][j] = (uint8_t)machine_distance(m, from, to);
			/* 10 means local; Linux drops a SLIT that gives it for two different nodes. */
			if (i != j &&
			    (!machine_knows_distance(m, from, to) || g->distance[i][j] <= 10))
				g->distances = false;
		}
	for (i = 0; i < g->count; i++)
		for (j = 0; j < i; j++)
			if (g->distance[i][j] != g->distance[j][i])
				g->symmetric = false;
	if (!g->distances)
		note("not all distances between these nodes are known, so none are given: the guest assumes 20");
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

static void set_initiators(const struct machine *m, struct guest *g, int node)
{
	struct guest_node *n = &g->nodes[node];
	const struct machine_node *host = &m->nodes[n->host];
	const struct nodeset *known = &host->sysfs[CLASS_CPU].initiators;
	int i;

	if (n->cpu) {
		nodeset_add(&n->initiators, node);
		return;
	}
	if (nodeset_is_empty(known))
		known = &host->hmat[CLASS_CPU].initiators;
	for (i = 0; i < g->count; i++)
		if (g->nodes[i].cpu && nodeset_has(known, g->nodes[i].host))
			nodeset_add(&n->initiators, i);
	if (!nodeset_is_empty(&n->initiators))
		return;
	nearest_in_guest(m, g, n->host, &n->initiators);
	if (!nodeset_is_empty(known))
		note("node %d: its latencies and bandwidths are those seen from the nearest CPUs, which the "
		     "guest does not have; the guest's CPUs may be farther away",
		     n->host);
}

/* ---- latencies and bandwidths ---- */

static int64_t round_to(int64_t value, int64_t base)
{
	int64_t rounded = (value + base / 2) / base * base;

	return rounded ?: base;
}

/* The smallest power of @step with which the largest value still fits into an entry. */
static int64_t base_for(const struct guest *g, enum coordinate c, int64_t step)
{
	int64_t base = 1, largest = 0;
	int i;

	for (i = 0; i < g->count; i++)
		if (g->nodes[i].perf.value[c] > largest)
			largest = g->nodes[i].perf.value[c];
	while (largest && round_to(largest, base) / base > ENTRY_MAX)
		base *= step;
	return base;
}

static void set_value(struct guest *g, int node, enum coordinate c, int64_t value)
{
	int64_t *place = &g->nodes[node].perf.value[c];

	if (*place == value)
		return;
	note("node %d (the guest's %d): %s of %" PRId64 " %s becomes %" PRId64
	     ": QEMU's HMAT cannot hold it "
	     "together with the other values",
	     g->nodes[node].host, node, coordinate_name(c), *place, coordinate_unit(c), value);
	*place = value;
}

static void fit_coordinate(struct guest *g, enum coordinate c)
{
	bool latency = is_latency(c);
	int64_t base;
	int i;

	for (i = 0; i < g->count; i++)
		if (latency && g->nodes[i].perf.value[c] > LATENCY_MAX)
			set_value(g, i, c, LATENCY_MAX);
	/* QEMU chooses the base itself: a power of 10 for latencies, of 2 for bandwidths. */
	base = base_for(g, c, latency ? 10 : 2);
	for (i = 0; i < g->count; i++) {
		int64_t value = g->nodes[i].perf.value[c];

		if (value)
			set_value(g, i, c, round_to(value, base));
	}
}

static void set_perf(const struct machine *m, struct guest *g)
{
	enum coordinate c;
	int i;

	for (i = 0; i < g->count; i++) {
		struct guest_node *n = &g->nodes[i];

		if (n->size)
			n->perf = perf_to_tell(&m->nodes[n->host]);
		for (c = 0; c < NR_COORDINATES; c++)
			g->hmat |= n->perf.value[c] > 0;
	}
	for (c = 0; c < NR_COORDINATES; c++)
		fit_coordinate(g, c);
}

static bool is_access(const struct guest *g, enum coordinate read)
{
	int i;

	for (i = 0; i < g->count; i++)
		if (g->nodes[i].perf.value[read] != g->nodes[i].perf.value[read + 1])
			return false;
	return true;
}

void guest_each_value(const struct guest *g,
		      void (*print)(int initiator, int target, enum coordinate c, const char *type,
				    int64_t value, FILE *out),
		      FILE *out)
{
	bool access[2] = { is_access(g, READ_LATENCY), is_access(g, READ_BANDWIDTH) };
	int target, initiator;
	enum coordinate c;

	for (target = 0; target < g->count; target++)
		for (initiator = 0; initiator < g->count; initiator++)
			for (c = 0; c < NR_COORDINATES; c++) {
				int64_t value = g->nodes[target].perf.value[c];
				const char *type = access[c / 2] ? "access" :
						   c % 2	 ? "write" :
								   "read";

				if (value && nodeset_has(&g->nodes[target].initiators, initiator) &&
				    !(access[c / 2] && c % 2))
					print(initiator, target, c, type, value, out);
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

static void note_unused_hmat(const struct guest *g)
{
	int odd;

	if (!g->hmat) {
		note("no latency or bandwidth of these nodes is known, so the guest gets no HMAT and puts all "
		     "nodes into one tier");
		return;
	}
	switch (check_dram_perf(g, &odd)) {
	case -ENODATA:
		note("too little is known about the first node with CPUs and memory, so a Linux guest puts "
		     "all nodes into one tier, whatever HMAT says about the others");
		break;
	case -ERANGE:
		note("guest node %d has CPUs and differs from the first such node by more than 10 %%, so a "
		     "Linux guest puts all nodes into one tier, as this host's kernel does",
		     odd);
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
	set_perf(m, g);
	note_unused_hmat(g);
	*guest = TAKE_PTR(g);
	return 0;
}

void guest_free(struct guest *g)
{
	free(g);
}
