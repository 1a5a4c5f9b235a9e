// SPDX-License-Identifier: GPL-2.0-only
/* Makes tiers of nodes whose adistance is known, in the order of the kernel's own tiers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "plan/placement.h"
#include "policy/policy.h"

#define LAST_TIER (TIERBPF_ADISTANCE_MAX >> TIERBPF_TIER_SHIFT)

/* ---- order ---- */

static int by_speed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->kernel_tier != y->kernel_tier)
		return x->kernel_tier < y->kernel_tier ? -1 : 1;
	if (x->told_apart && x->adistance != y->adistance)
		return x->adistance < y->adistance ? -1 : 1;
	return x->node - y->node;
}

static int32_t tier_of(const struct placed *n)
{
	return n->told_apart ? (int32_t)tierbpf_tier(n->adistance) : n->kernel_tier;
}

static bool is_dram(const struct placement *p, const struct placed *n)
{
	return n->kernel_tier == p->dram_tier && tier_of(n) == DRAM_TIER;
}

static bool is_slower_than_dram(const struct placement *p, const struct placed *n)
{
	return n->kernel_tier > p->dram_tier ||
	       (n->kernel_tier == p->dram_tier && tier_of(n) > DRAM_TIER);
}

static void add(struct placement *p, int32_t kernel_tier, __s32 adistance, int64_t number)
{
	p->tiers[p->nr_tiers++] = (struct placed_tier){ .kernel_tier = kernel_tier,
							.adistance = adistance,
							.number = number };
}

static void add_dram(struct placement *p)
{
	p->dram = p->nr_tiers;
	add(p, p->dram_tier, TIERBPF_ADISTANCE_DRAM, DRAM_TIER);
}

/* Nodes that differ by 10 % or less are as fast as each other, as for the kernel's DRAM nodes. */
static bool joins(const struct placement *p, const struct placed *n)
{
	const struct placed_tier *last = p->nr_tiers ? &p->tiers[p->nr_tiers - 1] : NULL;
	bool is_last_dram;

	if (!last || last->kernel_tier != n->kernel_tier)
		return false;
	is_last_dram = last->number == DRAM_TIER && last->kernel_tier == p->dram_tier;
	if (is_dram(p, n) || is_last_dram)
		return is_dram(p, n) && is_last_dram;
	return !n->told_apart || tier_of(n) == last->number ||
	       (int64_t)n->adistance * 10 <= (int64_t)last->adistance * 11;
}

static void group(struct placement *p)
{
	bool dram = false;
	size_t i;

	for (i = 0; i < p->nr_nodes; i++) {
		struct placed *n = &p->nodes[i];

		if (!dram && (is_dram(p, n) || is_slower_than_dram(p, n))) {
			add_dram(p);
			dram = true;
		}
		if (!joins(p, n))
			add(p, n->kernel_tier, n->adistance, tier_of(n));
		n->tier = p->nr_tiers - 1;
	}
	if (!dram)
		add_dram(p);
}

/* ---- numbers ---- */

/* Joins tier @index and the next one. */
static void merge(struct placement *p, size_t index)
{
	size_t i;

	p->nr_tiers--;
	p->dram--;
	memmove(&p->tiers[index + 1], &p->tiers[index + 2],
		(p->nr_tiers - index - 1) * sizeof(*p->tiers));
	for (i = 0; i < p->nr_nodes; i++)
		p->nodes[i].tier -= p->nodes[i].tier > index;
}

static bool is_one_for_kernel(const struct placement *p, size_t index)
{
	return p->tiers[index].kernel_tier == p->tiers[index + 1].kernel_tier;
}

/*
 * Only DRAM_TIER numbers are free before DRAM's. Nodes in one tier of the kernel are joined first, with
 * DRAM if need be, since no demotion target is lost so.
 */
static void make_room(struct placement *p)
{
	size_t i;

	while (p->dram > DRAM_TIER) {
		for (i = p->dram - 1; i > 0 && !is_one_for_kernel(p, i - 1); i--)
			;
		if (i) {
			merge(p, i - 1);
		} else if (is_one_for_kernel(p, p->dram - 1)) {
			p->tiers[p->dram - 1] = p->tiers[p->dram];
			merge(p, p->dram - 1);
		} else {
			merge(p, 0);
		}
	}
}

/* Each tier gets the number of its adistance if that keeps the order, and else the next free one. */
static void number(struct placement *p)
{
	struct placed_tier *t = p->tiers;
	size_t i;

	for (i = p->dram; i-- > 0;) {
		if (t[i].number >= t[i + 1].number)
			t[i].number = t[i + 1].number - 1;
		if (t[i].number < (int64_t)i)
			t[i].number = (int64_t)i;
	}
	for (i = p->dram + 1; i < p->nr_tiers; i++) {
		int64_t last = LAST_TIER - (int64_t)(p->nr_tiers - 1 - i);

		if (t[i].number <= t[i - 1].number)
			t[i].number = t[i - 1].number + 1;
		if (t[i].number > last)
			t[i].number = last;
	}
}

/* ---- names ---- */

static int64_t kind(const struct placement *p, size_t i)
{
	const struct machine_node *n = &p->m->nodes[p->nodes[i].node];

	return machine_knows(n, TIERBPF_FACT_KIND) ? n->facts.value[TIERBPF_FACT_KIND] : 0;
}

/* A tier is named after a kind only if all its nodes are of that kind. */
static const char *base_name(const struct placement *p, size_t tier)
{
	size_t i, first;

	if (tier == p->dram)
		return "dram";
	for (first = 0; p->nodes[first].tier != tier; first++)
		;
	for (i = first; i < p->nr_nodes; i++)
		if (p->nodes[i].tier == tier && kind(p, i) != kind(p, first))
			return tier < p->dram ? "fast" : "slow";
	switch (kind(p, first)) {
	case TIERBPF_KIND_CXL:
	case TIERBPF_KIND_PMEM:
	case TIERBPF_KIND_HBM:
	case TIERBPF_KIND_DEVICE:
		return policy_kind_name(kind(p, first));
	}
	return tier < p->dram ? "fast" : "slow";
}

static void name(struct placement *p)
{
	size_t i, j, same;

	for (i = 0; i < p->nr_tiers; i++) {
		const char *base = base_name(p, i);

		for (same = 1, j = 0; j < i; j++)
			same += !strcmp(base_name(p, j), base);
		if (same == 1)
			snprintf(p->tiers[i].name, sizeof(p->tiers[i].name), "%s", base);
		else
			snprintf(p->tiers[i].name, sizeof(p->tiers[i].name), "%s-%zu", base, same);
	}
}

int placement_make_tiers(struct placement *p)
{
	p->tiers = calloc(p->nr_nodes + 1, sizeof(*p->tiers));
	if (!p->tiers)
		return -ENOMEM;
	qsort(p->nodes, p->nr_nodes, sizeof(*p->nodes), by_speed);
	group(p);
	make_room(p);
	number(p);
	name(p);
	return 0;
}
