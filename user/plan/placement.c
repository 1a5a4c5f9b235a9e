// SPDX-License-Identifier: GPL-2.0-only
/* Finds the basis and the adistance of each node; the tiers follow from them (placement-tiers.c). */
#include "plan/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "plan/compiled.h"
#include "policy/driver-name.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* ---- values ---- */

static int32_t kernel_tier(const struct machine *m, int node)
{
	return (int32_t)tierbpf_tier(compiled_node(m, node).kernel_adistance);
}

bool placement_uses_measurement(const struct placement *p, int node)
{
	return perf_has_all(&p->m->nodes[node].measured) && p->reference >= 0 &&
	       perf_has_all(&p->m->nodes[p->reference].measured) && !nodeset_has(&p->too_wide, node);
}

struct perf placement_perf(const struct placement *p, int node)
{
	const struct machine_node *n = &p->m->nodes[node];

	return placement_uses_measurement(p, node) ? n->measured : perf_of(&n->facts);
}

/* What is measured is compared with what is measured, and the firmware's values with the firmware's. */
static struct perf reference_perf(const struct placement *p, int node)
{
	const struct machine_node *n;

	if (p->reference < 0)
		return (struct perf){};
	n = &p->m->nodes[p->reference];
	return placement_uses_measurement(p, node) ? n->measured : perf_of(&n->facts);
}

/*
 * The adistance by the values that are known of both: reads are compared with reads only. If that
 * leaves no latency, or no bandwidth, it is taken to be equal. 0: there is nothing to compare.
 */
static __s32 compare(struct perf p, struct perf r)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		if (!p.value[c] || !r.value[c])
			p.value[c] = r.value[c] = 0;
	if (!perf_has_any(&p))
		return 0;
	if (!perf_latency(&p))
		p.value[READ_LATENCY] = r.value[READ_LATENCY] = 1;
	if (!perf_bandwidth(&p))
		p.value[READ_BANDWIDTH] = r.value[READ_BANDWIDTH] = 1;
	return perf_adistance(&p, &r);
}

/* ---- reference ---- */

bool placement_has_values(const struct machine *m, int node)
{
	struct perf facts = perf_of(&m->nodes[node].facts);

	return perf_has_any(&m->nodes[node].measured) || perf_has_any(&facts);
}

/* Where no node has CPUs and memory, the fastest memory of this tier of the kernel is as DRAM. */
static int32_t tier_as_dram(const struct machine *m)
{
	int32_t fastest = INT32_MAX;
	int node;

	for (node = 0; node < m->nr_nodes && fastest != DRAM_TIER; node++) {
		int32_t tier = m->nodes[node].memory ? kernel_tier(m, node) : INT32_MAX;

		if (tier == DRAM_TIER || tier < fastest)
			fastest = tier;
	}
	return fastest;
}

static bool is_faster(const struct machine_node *n, const struct machine_node *than)
{
	bool measured = perf_has_all(&n->measured) && perf_has_all(&than->measured);
	__s32 adistance = measured ? compare(n->measured, than->measured) :
				     compare(perf_of(&n->facts), perf_of(&than->facts));

	return adistance && adistance < TIERBPF_ADISTANCE_DRAM;
}

static int fastest_node(const struct machine *m, int32_t tier)
{
	int node, best = -1;

	for (node = 0; node < m->nr_nodes; node++) {
		const struct machine_node *n = &m->nodes[node];

		if (n->memory && placement_has_values(m, node) && kernel_tier(m, node) == tier &&
		    (best < 0 || is_faster(n, &m->nodes[best])))
			best = node;
	}
	return best;
}

static bool has_both(const struct machine *m, int node)
{
	struct perf facts = perf_of(&m->nodes[node].facts);

	return perf_has_all(&m->nodes[node].measured) || perf_has_both(&facts);
}

static int first_cpu_node(const struct machine *m, bool (*has)(const struct machine *m, int node))
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].cpu && m->nodes[node].memory && has(m, node))
			return node;
	return -1;
}

/* The kernel's reference, or the next such node of which more is known. */
static void find_reference(struct placement *p)
{
	int first = perf_reference_node(p->m);

	p->dram_tier = DRAM_TIER;
	p->reference = first_cpu_node(p->m, has_both);
	if (p->reference < 0)
		p->reference = first_cpu_node(p->m, placement_has_values);
	if (p->reference < 0)
		p->reference = first;
	if (first < 0) {
		p->reference = fastest_node(p->m, tier_as_dram(p->m));
		if (p->reference >= 0)
			p->dram_tier = kernel_tier(p->m, p->reference);
	}
	p->names_reference = p->reference != first;
}

/* ---- basis ---- */

static bool is_kind(const struct machine *m, int node, enum tierbpf_kind kind)
{
	const struct machine_node *n = &m->nodes[node];

	return machine_knows(n, TIERBPF_FACT_KIND) && n->facts.value[TIERBPF_FACT_KIND] == kind;
}

bool placement_is_slow_kind(const struct machine *m, int node)
{
	return is_kind(m, node, TIERBPF_KIND_CXL) || is_kind(m, node, TIERBPF_KIND_PMEM);
}

/*
 * The driver that added all of the node's memory, if it is that of a device with memory of its own. kmem
 * adds any memory that firmware has set aside, and virtio_mem what a host lends.
 */
const char *placement_driver(const struct machine *m, int node)
{
	const struct machine_node *n = &m->nodes[node];
	const char *name = NULL;

	if (machine_knows(n, TIERBPF_FACT_DRIVER) && is_kind(m, node, TIERBPF_KIND_DEVICE))
		name = driver_name(n->facts.value[TIERBPF_FACT_DRIVER]);
	return name && strcmp(name, "kmem") && strcmp(name, "virtio_mem") ? name : NULL;
}

/* The values from the nearest initiator, where none from the nearest CPUs is known. */
struct perf placement_nearest(const struct placement *p, int node)
{
	return placement_has_values(p->m, node) ? (struct perf){} :
						  p->m->nodes[node].sysfs[CLASS_ANY].perf;
}

/* Twice as fast as DRAM, although the nearest initiator need not be a CPU: that is HBM or a GPU's. */
static bool is_fast_nearby(const struct placement *p, int node)
{
	struct perf nearest = placement_nearest(p, node), reference;
	__s32 adistance;

	if (p->reference < 0 || placement_is_slow_kind(p->m, node))
		return false;
	reference = p->m->nodes[p->reference].sysfs[CLASS_ANY].perf;
	if (!perf_has_any(&reference))
		reference = perf_of(&p->m->nodes[p->reference].facts);
	adistance = compare(nearest, reference);
	return adistance && adistance <= TIERBPF_ADISTANCE_DRAM / 2;
}

/*
 * A device with an initiator of its own, such as a GPU, is likely to have the memory too. The node of
 * its memory need not be that of the initiator. An initiator in a node with CPUs says nothing: a
 * network card or a DMA engine, which has no memory, is one too.
 */
bool placement_is_likely_fast(const struct placement *p, int node)
{
	const struct machine *m = p->m;
	int i;

	if (is_kind(m, node, TIERBPF_KIND_HBM) || placement_driver(m, node) ||
	    is_fast_nearby(p, node))
		return true;
	for (i = 0; i < m->nr_nodes && (!m->nodes[i].generic_initiator || m->nodes[i].cpu); i++)
		;
	return i < m->nr_nodes && !placement_is_slow_kind(m, node);
}

static void note_missing(const struct placement *p, struct placed *n)
{
	struct perf values = placement_perf(p, n->node), reference = reference_perf(p, n->node);
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		n->missing.value[c] = !values.value[c];
		n->missing_of_reference.value[c] = values.value[c] && !reference.value[c];
	}
}

/* Are a latency and a bandwidth known of both? */
static bool is_complete(const struct placed *n)
{
	bool known[NR_COORDINATES];
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		known[c] = !n->missing.value[c] && !n->missing_of_reference.value[c];
	return (known[READ_LATENCY] || known[WRITE_LATENCY]) &&
	       (known[READ_BANDWIDTH] || known[WRITE_BANDWIDTH]);
}

/*
 * A node of which half is known goes below DRAM if that half is slower. If it is faster, the node
 * stays with DRAM, since the other half may be slower. HBM does not go below DRAM in any case.
 */
static void hold_at_dram(const struct placement *p, struct placed *n)
{
	bool hbm = is_kind(p->m, n->node, TIERBPF_KIND_HBM);

	if (n->kernel_tier != p->dram_tier)
		return;
	n->raised = hbm && n->adistance > TIERBPF_ADISTANCE_DRAM;
	if (n->raised || (n->basis == BASIS_HALF && n->adistance < TIERBPF_ADISTANCE_DRAM))
		n->adistance = TIERBPF_ADISTANCE_DRAM;
}

static void place_by_values(const struct placement *p, struct placed *n, __s32 adistance)
{
	n->adistance = adistance;
	n->basis = !is_complete(n)			  ? BASIS_HALF :
		   placement_uses_measurement(p, n->node) ? BASIS_MEASURED :
							    BASIS_FIRMWARE;
	hold_at_dram(p, n);
}

/* A tier's width below DRAM is where the policy language, too, puts the first tier after "dram". */
static void place_without_values(const struct placement *p, struct placed *n)
{
	n->adistance = TIERBPF_ADISTANCE_DRAM;
	if (n->kernel_tier != p->dram_tier)
		n->basis = BASIS_KERNEL;
	else if (placement_is_likely_fast(p, n->node))
		n->basis = BASIS_DEVICE;
	else if (!p->nr_cpu_nodes && p->reference < 0)
		n->basis = BASIS_NOTHING;
	else {
		n->basis = BASIS_ASSUMED;
		n->adistance += 1 << TIERBPF_TIER_SHIFT;
	}
}

static void place(const struct placement *p, struct placed *n)
{
	__s32 adistance = compare(placement_perf(p, n->node), reference_perf(p, n->node));

	n->kernel_tier = kernel_tier(p->m, n->node);
	note_missing(p, n);
	if (adistance)
		place_by_values(p, n, adistance);
	else
		place_without_values(p, n);
}

/*
 * An unknown node goes behind the known ones that SLIT has nearer to the CPUs: new pages would
 * otherwise fill a slower node first.
 */
static void respect_distances(const struct placement *p, struct placed *n)
{
	const struct machine_node *nodes = p->m->nodes;
	int64_t distance = nodes[n->node].facts.value[TIERBPF_FACT_DISTANCE];
	size_t i;

	if (n->basis != BASIS_ASSUMED)
		return;
	for (i = 0; i < p->nr_nodes; i++) {
		const struct placed *other = &p->nodes[i];
		int64_t its = nodes[other->node].facts.value[TIERBPF_FACT_DISTANCE];

		if (other->basis != BASIS_ASSUMED && other->kernel_tier == p->dram_tier && its &&
		    its < distance && other->adistance > n->adistance)
			n->adistance = other->adistance;
	}
}

/*
 * The nodes of a tier that is not DRAM's are told apart only if both values are known of all of
 * them.
 */
static void find_told_apart(struct placement *p)
{
	size_t i, j;

	for (i = 0; i < p->nr_nodes; i++) {
		struct placed *n = &p->nodes[i];

		n->told_apart = true;
		for (j = 0; n->kernel_tier != p->dram_tier && j < p->nr_nodes; j++)
			if (p->nodes[j].kernel_tier == n->kernel_tier &&
			    p->nodes[j].basis > BASIS_FIRMWARE)
				n->told_apart = false;
	}
}

int placement_make(const struct machine *m, struct placement **placement)
{
	_cleanup_(cleanup_placement) struct placement *p = calloc(1, sizeof(*p));
	size_t i;
	int node;

	if (!p || !(p->nodes = calloc((size_t)m->nr_nodes + 1, sizeof(*p->nodes))))
		return no_memory();
	p->m = m;
	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].memory && m->nodes[node].cpu)
			p->nr_cpu_nodes++;
		else if (m->nodes[node].memory)
			p->nodes[p->nr_nodes++].node = node;
	find_reference(p);
	placement_check_spread(p);
	for (i = 0; i < p->nr_nodes; i++)
		place(p, &p->nodes[i]);
	for (i = 0; i < p->nr_nodes; i++)
		respect_distances(p, &p->nodes[i]);
	find_told_apart(p);
	if (placement_make_tiers(p))
		return no_memory();
	*placement = TAKE_PTR(p);
	return 0;
}

void placement_free(struct placement *p)
{
	if (!p)
		return;
	free(p->tiers);
	free(p->nodes);
	free(p);
}

int placement_assumed_tier(const struct placement *p)
{
	int tier = -1;
	size_t i;

	for (i = 0; i < p->nr_nodes; i++) {
		if (p->nodes[i].basis != BASIS_ASSUMED)
			continue;
		if (tier >= 0 && (size_t)tier != p->nodes[i].tier)
			return -1;
		tier = (int)p->nodes[i].tier;
	}
	return tier;
}

bool placement_has_hmat(const struct placement *p)
{
	struct perf reference = {};

	if (p->reference >= 0)
		reference = perf_of(&p->m->nodes[p->reference].facts);
	return perf_has_both(&reference);
}

/* More memory of a device is as likely to be fast as that which is there already. */
bool placement_assumes_of_later(const struct placement *p)
{
	size_t i;

	for (i = 0; i < p->nr_nodes && p->nodes[i].basis != BASIS_DEVICE; i++)
		;
	return i == p->nr_nodes && p->dram_tier >= 0 && !placement_has_hmat(p);
}
