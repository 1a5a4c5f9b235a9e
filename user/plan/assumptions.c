// SPDX-License-Identifier: GPL-2.0-only
#include "plan/assumptions.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "plan/compiled.h"
#include "policy/policy.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"

static int add(struct assumptions *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int add(struct assumptions *a, const char *format, ...)
{
	char *text;
	va_list args;

	if (ARRAY_GROW(a->sentences, a->count))
		return -ENOMEM;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return -ENOMEM;
	a->sentences[a->count++] = text;
	return 0;
}

/* ---- nodes in a sentence ---- */

/* "node 1", or "nodes 1-3"; the caller frees. */
static char *nodes_text(const struct nodeset *nodes)
{
	_cleanup_free_ char *list = nodeset_text(nodes);
	char *text;

	if (!list ||
	    asprintf(&text, "node%s %s", list[strspn(list, "0123456789")] ? "s" : "", list) < 0)
		return NULL;
	return text;
}

static bool are_several(const struct nodeset *nodes)
{
	int i, count = 0;

	for (i = 0; i < TIERBPF_MAX_NODES && count < 2; i++)
		count += nodeset_has(nodes, i);
	return count > 1;
}

/* ---- reference ---- */

static int say_no_reference(const struct placement *p, struct assumptions *a)
{
	size_t i;

	for (i = 0; i < p->nr_nodes; i++)
		if (p->nodes[i].basis == BASIS_NOTHING) /* its sentence says so too */
			return 0;
	return add(a, "no node has both CPUs and memory");
}

static int say_reference(const struct placement *p, struct assumptions *a)
{
	int odd, first = perf_reference_node(p->m);

	if (!p->nr_nodes)
		return 0;
	if (first < 0 && p->reference < 0)
		return say_no_reference(p, a);
	if (first < 0)
		return add(a,
			   "no node has both CPUs and memory: node %d, the fastest memory, takes the place of DRAM, and the "
			   "others are compared with it",
			   p->reference);
	if (p->names_reference)
		return add(a, "%s of node %d is known: the others are compared with node %d",
			   placement_has_values(p->m, first) ?
				   "only a part of the latency and bandwidth" :
				   "no latency or bandwidth",
			   first, p->reference);
	if (perf_kernel_reference(p->m, &odd) == -ERANGE)
		return add(a,
			   "nodes %d and %d have CPUs and differ by more than 10 %%: the others are compared with node %d",
			   first, odd, p->reference);
	return 0;
}

/* All nodes with CPUs get one tier, so what the kernel demotes between them is demoted no more. */
static int say_cpu_nodes(const struct placement *p, struct assumptions *a)
{
	int node, err = 0;

	for (node = 0; !err && node < p->m->nr_nodes; node++) {
		const struct machine_node *n = &p->m->nodes[node];
		int32_t tier = (int32_t)tierbpf_tier(compiled_node(p->m, node).kernel_adistance);

		if (!n->cpu || !n->memory || tier == p->dram_tier || p->nr_cpu_nodes < 2)
			continue;
		err = add(a,
			  "node %d has CPUs, and the kernel has it in tier %u: all nodes with CPUs get one tier, so pages "
			  "are no longer demoted %s node %d %s other nodes with CPUs",
			  node, (unsigned int)tier, tier > p->dram_tier ? "to" : "from", node,
			  tier > p->dram_tier ? "from" : "to");
	}
	return err;
}

/* ---- measurement ---- */

static void write_measured(const struct machine_node *n, char *text, size_t size)
{
	const int64_t *v = n->measured.value, *spread = n->measured_spread.value;

	snprintf(text, size, "%lld/%lld ns +-%lld/%lld %%, %lld/%lld MB/s +-%lld/%lld %%",
		 (long long)v[READ_LATENCY], (long long)v[WRITE_LATENCY],
		 (long long)(spread[READ_LATENCY] + 1) / 2,
		 (long long)(spread[WRITE_LATENCY] + 1) / 2, (long long)v[READ_BANDWIDTH],
		 (long long)v[WRITE_BANDWIDTH], (long long)(spread[READ_BANDWIDTH] + 1) / 2,
		 (long long)(spread[WRITE_BANDWIDTH] + 1) / 2);
}

static int say_too_wide(const struct placement *p, int node, struct assumptions *a)
{
	char own[160], its[160];
	int other = p->too_wide_from[node];

	write_measured(&p->m->nodes[node], own, sizeof(own));
	write_measured(&p->m->nodes[other], its, sizeof(its));
	return add(a,
		   "the measurement of node %d is not used, since it spreads too much to tell the node from node %d: %s, "
		   "against %s",
		   node, other, own, its);
}

static int say_measurement(const struct placement *p, struct assumptions *a)
{
	int node, measured = 0, err = 0;

	for (node = 0; !err && node < p->m->nr_nodes; node++) {
		measured += perf_has_any(&p->m->nodes[node].measured);
		if (nodeset_has(&p->too_wide, node))
			err = say_too_wide(p, node, a);
	}
	if (err || !measured || p->reference < 0 ||
	    perf_has_all(&p->m->nodes[p->reference].measured))
		return err;
	return add(a,
		   "the measurement is not used, since it lacks node %d, with which the others are compared",
		   p->reference);
}

/* ---- values that are missing ---- */

/* Writes "read latency, write latency" of @missing, and returns how many there are. */
static int write_missing(const struct perf *missing, char *text, size_t size)
{
	enum coordinate c;
	int count = 0;

	*text = 0;
	for (c = 0; c < NR_COORDINATES; c++) {
		size_t used = strlen(text);

		if (missing->value[c])
			snprintf(text + used, size - used, "%s%s", count++ ? ", " : "",
				 coordinate_name(c));
	}
	return count;
}

static bool is_moved(const struct placement *p, const struct placed *n)
{
	return p->tiers[n->tier].number != n->kernel_tier;
}

/* What follows for @n, of which something is known. The values of HBM that is raised are said later. */
static const char *consequence(const struct placement *p, const struct placed *n)
{
	bool faster = n->adistance < TIERBPF_ADISTANCE_DRAM;

	if (n->basis != BASIS_HALF || n->raised)
		return "only the rest is compared";
	if (faster && n->kernel_tier > p->dram_tier)
		return "what is known is faster than DRAM, but the kernel has a tier below DRAM for it: that order "
		       "is kept, and DRAM is demoted there";
	if (n->tier == p->dram)
		return "what is known is not slower than DRAM, so DRAM's tier is kept";
	if (n->told_apart)
		return "what is known is slower than DRAM, and the rest is assumed to be as of DRAM";
	return is_moved(p, n) ? "the place in the kernel's order is kept" :
				"the kernel's tier is kept";
}

static int say_missing_of(const struct placement *p, const struct placed *n,
			  const struct nodeset *nodes, struct assumptions *a)
{
	_cleanup_free_ char *list = nodes_text(nodes);
	char own[80], its[80];
	int nr_own = write_missing(&n->missing, own, sizeof(own));
	int nr_its = write_missing(&n->missing_of_reference, its, sizeof(its));

	if (!list)
		return -ENOMEM;
	if (nr_own && !nr_its)
		return add(a, "%s of %s %s not known: %s", own, list, nr_own > 1 ? "are" : "is",
			   consequence(p, n));
	if (!nr_own)
		return add(a, "%s of node %d %s not known, so %s cannot be compared by it: %s", its,
			   p->reference, nr_its > 1 ? "are" : "is", list, consequence(p, n));
	return add(a, "%s of %s, and %s of node %d, are not known: %s", own, list, its,
		   p->reference, consequence(p, n));
}

static bool is_alike(const struct placement *p, const struct placed *a, const struct placed *b)
{
	return a->basis == b->basis && a->kernel_tier == b->kernel_tier && a->tier == b->tier &&
	       !strcmp(consequence(p, a), consequence(p, b)) &&
	       !memcmp(&a->missing, &b->missing, sizeof(a->missing)) &&
	       !memcmp(&a->missing_of_reference, &b->missing_of_reference,
		       sizeof(a->missing_of_reference));
}

/*
 * Collects the nodes that are like that of index @i; false if one before it is, so that the sentence has
 * been said.
 */
static bool collect_alike(const struct placement *p, size_t i,
			  bool (*alike)(const struct placement *p, const struct placed *a,
					const struct placed *b),
			  struct nodeset *nodes)
{
	size_t j;

	for (j = 0; j < p->nr_nodes; j++) {
		if (!alike(p, &p->nodes[i], &p->nodes[j]))
			continue;
		if (j < i)
			return false;
		nodeset_add(nodes, p->nodes[j].node);
	}
	return true;
}

static int say_missing(const struct placement *p, struct assumptions *a)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < p->nr_nodes; i++) {
		const struct placed *n = &p->nodes[i];
		struct nodeset nodes = {};

		if (n->basis > BASIS_HALF || n->node == p->reference ||
		    (!perf_has_any(&n->missing) && !perf_has_any(&n->missing_of_reference)))
			continue;
		if (collect_alike(p, i, is_alike, &nodes))
			err = say_missing_of(p, n, &nodes, a);
	}
	return err;
}

static int say_raised(const struct placement *p, struct assumptions *a)
{
	_cleanup_free_ char *list = NULL;
	struct nodeset nodes = {};
	size_t i;

	for (i = 0; i < p->nr_nodes; i++)
		if (p->nodes[i].raised)
			nodeset_add(&nodes, p->nodes[i].node);
	if (nodeset_is_empty(&nodes))
		return 0;
	list = nodes_text(&nodes);
	return !list ? -ENOMEM :
		       add(a,
			   "by what is known of latency and bandwidth, %s would be slower than DRAM, but the kind is hbm: DRAM's "
			   "tier is kept",
			   list);
}

/* ---- nothing is known ---- */

/* What is assumed of one node, and of several. */
static const char *const assumed[NR_BASES][2] = {
	[BASIS_KERNEL] = { "so it stays where the kernel has it",
			   "so they stay where the kernel has them" },
	[BASIS_DEVICE] = { "and it may be HBM or the memory of a device such as a GPU, so it stays in "
			   "DRAM's tier, and DRAM is not demoted to it",
			   "and they may be HBM or the memory of a device such as a GPU, so they stay in "
			   "DRAM's tier, and DRAM is not demoted to them" },
	[BASIS_NOTHING] = { "and no node has both CPUs and memory, so it stays in DRAM's tier",
			    "and no node has both CPUs and memory, so they stay in DRAM's tier" },
	[BASIS_ASSUMED] = { "so it is assumed to be slower than DRAM, and DRAM is demoted to it",
			    "so they are assumed to be slower than DRAM, and DRAM is demoted to them" },
};

/* Does DRAM get a demotion target that may well be faster? */
static bool is_doubtful_target(const struct placement *p, const struct placed *n)
{
	return n->basis == BASIS_KERNEL && n->kernel_tier > p->dram_tier &&
	       placement_is_likely_fast(p, n->node);
}

/* "so it stays where the kernel has it", and what is to be said against that. */
static void write_so(const struct placement *p, const struct placed *n, bool several, char *text,
		     size_t size)
{
	char moved[120] = "", warning[160] = "";

	if (n->basis == BASIS_KERNEL && is_moved(p, n))
		snprintf(moved, sizeof(moved), "so %s (tier %u becomes %lld)",
			 p->tiers[n->tier].kernel_tier != n->kernel_tier ?
				 "a tier is shared, since there are too few before DRAM's" :
			 several ? "they keep their place in the kernel's order" :
				   "it keeps its place in the kernel's order",
			 (unsigned int)n->kernel_tier, (long long)p->tiers[n->tier].number);
	if (is_doubtful_target(p, n))
		snprintf(warning, sizeof(warning),
			 several ?
				 ", and DRAM is demoted to them, but they may be HBM or the memory of a "
				 "device such as a GPU, and faster than DRAM" :
				 ", and DRAM is demoted to it, but it may be HBM or the memory of a "
				 "device such as a GPU, and faster than DRAM");
	snprintf(text, size, "%s%s", *moved ? moved : assumed[n->basis][several], warning);
}

/* "" or " (driver NVIDIA)". */
static void write_driver(const struct placement *p, const struct placed *n, char *text, size_t size)
{
	bool counts = n->basis == BASIS_DEVICE || n->basis == BASIS_KERNEL;
	const char *driver = counts ? placement_driver(p->m, n->node) : NULL;

	snprintf(text, size, driver ? " (driver %s)" : "", driver);
}

static bool has_any(const struct placement *p, const struct placed *n)
{
	struct perf perf = placement_perf(p, n->node);

	return perf_has_any(&perf);
}

/* A measurement that is not used has been reported with its values. */
static const char *usable(const struct placement *p, const struct placed *n)
{
	return perf_has_any(&p->m->nodes[n->node].measured) ? " that can be used" : "";
}

/* The reference may have been measured, and of the node only the firmware's values are known. */
static const char *other_source(const struct placement *p)
{
	return perf_has_any(&p->m->nodes[p->reference].measured) ? " from the same source" : "";
}

static const char *doubt(const struct placement *p, const struct placed *n)
{
	return n->basis == BASIS_ASSUMED && !placement_is_slow_kind(p->m, n->node) &&
			       !placement_is_surely_slower(p, n->node) ?
		       " (HBM, or a GPU's memory, would be faster)" :
		       "";
}

/* Does one sentence speak of both? */
static bool are_unknown_alike(const struct placement *p, const struct placed *a,
			      const struct placed *b)
{
	struct perf near_a = placement_nearest(p, a->node), near_b = placement_nearest(p, b->node);
	char of_a[80], of_b[80], so_a[280], so_b[280];

	write_driver(p, a, of_a, sizeof(of_a));
	write_driver(p, b, of_b, sizeof(of_b));
	write_so(p, a, false, so_a, sizeof(so_a));
	write_so(p, b, false, so_b, sizeof(so_b));
	return a->basis == b->basis && has_any(p, a) == has_any(p, b) && !strcmp(of_a, of_b) &&
	       perf_has_any(&near_a) == perf_has_any(&near_b) && !strcmp(so_a, so_b) &&
	       !strcmp(usable(p, a), usable(p, b)) && !strcmp(doubt(p, a), doubt(p, b));
}

static int say_unknown_of(const struct placement *p, const struct placed *n,
			  const struct nodeset *nodes, struct assumptions *a)
{
	_cleanup_free_ char *list = nodes_text(nodes);
	struct perf nearest = placement_nearest(p, n->node);
	char driver[80], so[280];

	if (!list)
		return -ENOMEM;
	write_driver(p, n, driver, sizeof(driver));
	write_so(p, n, are_several(nodes), so, sizeof(so));
	if (perf_has_any(&nearest))
		return add(a,
			   "no latency or bandwidth of %s%s is known from the CPUs (only from the nearest initiator), %s%s",
			   list, driver, so, doubt(p, n));
	if (p->reference >= 0 && has_any(p, n))
		return add(a,
			   "none of the latencies and bandwidths that are known of %s%s is known of node %d too%s, %s%s",
			   list, driver, p->reference, other_source(p), so, doubt(p, n));
	if (has_any(p, n))
		return add(a, "there is no node with which %s%s can be compared, %s%s", list,
			   driver, so, doubt(p, n));
	return add(a, "no latency or bandwidth of %s%s%s is known%s, %s%s", list, driver,
		   usable(p, n), perf_has_hmat(p->m) ? "" : " (no HMAT)", so, doubt(p, n));
}

static int say_unknown(const struct placement *p, enum basis basis, struct assumptions *a)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < p->nr_nodes; i++) {
		struct nodeset nodes = {};

		if (p->nodes[i].basis == basis && collect_alike(p, i, are_unknown_alike, &nodes))
			err = say_unknown_of(p, &p->nodes[i], &nodes, a);
	}
	return err;
}

static int say_all_unknown(const struct placement *p, struct assumptions *a)
{
	int basis, err = 0;

	for (basis = BASIS_KERNEL; !err && basis < NR_BASES; basis++)
		err = say_unknown(p, (enum basis)basis, a);
	return err;
}

static int say_later(const struct placement *p, struct assumptions *a)
{
	if (!placement_assumes_of_later(p))
		return 0;
	return add(a,
		   "memory without CPUs that is added to DRAM's tier later is assumed to be slower than DRAM");
}

/* ---- the kernel's order ---- */

struct ranked {
	char name[16];
	int32_t kernel_tier;
	__s32 adistance;
};

static struct ranked rank(const struct placed *n)
{
	struct ranked r = { .kernel_tier = n->kernel_tier, .adistance = n->adistance };

	snprintf(r.name, sizeof(r.name), "node %d", n->node);
	return r;
}

/* Says so if the values contradict the kernel's tiers, or would make one of the two. */
static int say_contradiction(const struct ranked *fast, const struct ranked *slow,
			     struct assumptions *a)
{
	if (fast->kernel_tier >= slow->kernel_tier ||
	    (int64_t)slow->adistance * 10 > (int64_t)fast->adistance * 11)
		return 0;
	return add(a,
		   "%s is %s %s by latency and bandwidth, but the kernel has them in tiers %u and %u: that order is kept",
		   slow->name,
		   (int64_t)fast->adistance * 10 > (int64_t)slow->adistance * 11 ? "faster than" :
										   "as fast as",
		   fast->name, (unsigned int)slow->kernel_tier, (unsigned int)fast->kernel_tier);
}

static int say_order(const struct placement *p, struct assumptions *a)
{
	struct ranked dram = { "DRAM", p->dram_tier, TIERBPF_ADISTANCE_DRAM };
	struct ranked last = dram;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < p->nr_nodes; i++) {
		struct ranked r = rank(&p->nodes[i]);

		if (p->nodes[i].basis > BASIS_FIRMWARE)
			continue;
		err = say_contradiction(&dram, &r, a) ?: say_contradiction(&r, &dram, a);
		if (strcmp(last.name, dram.name))
			err = err ?: say_contradiction(&last, &r, a);
		last = r;
	}
	return err;
}

/* ---- all ---- */

static int find_advice(const struct placement *p, struct assumptions *a)
{
	_cleanup_free_ char *list = NULL;
	struct nodeset nodes = {};
	size_t i;

	for (i = 0; i < p->nr_nodes; i++) {
		const struct placed *n = &p->nodes[i];

		if (nodeset_has(&p->too_wide, n->node) ||
		    (n->basis >= BASIS_HALF && n->basis != BASIS_KERNEL) || is_doubtful_target(p, n))
			nodeset_add(&nodes, n->node);
	}
	if (nodeset_is_empty(&nodes))
		return 0;
	list = nodes_text(&nodes);
	if (!list ||
	    asprintf(&a->advice,
		     "to know the speed of %s, measure it while the machine is idle: tierbpf measure --output FILE, "
		     "then tierbpf init --measured=FILE",
		     list) < 0) {
		a->advice = NULL;
		return -ENOMEM;
	}
	return 0;
}

int assumptions_find(const struct placement *p, struct assumptions *a)
{
	int err;

	*a = (struct assumptions){};
	err = say_reference(p, a);
	err = err ?: say_cpu_nodes(p, a);
	err = err ?: say_measurement(p, a);
	err = err ?: say_missing(p, a);
	err = err ?: say_raised(p, a);
	err = err ?: say_all_unknown(p, a);
	err = err ?: say_order(p, a);
	err = err ?: say_later(p, a);
	err = err ?: find_advice(p, a);
	if (!err)
		return 0;
	assumptions_free(a);
	return no_memory();
}

void assumptions_free(struct assumptions *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		free(a->sentences[i]);
	free(a->sentences);
	free(a->advice);
	*a = (struct assumptions){};
}
