/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the first policy of a machine puts each node without CPUs, and what that is based on.
 *
 * A placement refines the order that the kernel alone gives the nodes: of two nodes in different
 * tiers of the kernel, the faster one stays the faster one, so no demotion target is lost. Only
 * nodes that the kernel has in one tier, above all in that of DRAM, are told apart.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include <tierbpf/adistance.h>

#include "machine/machine.h"
#include "util/nodeset.h"

/* The tier in which the kernel has DRAM. */
#define DRAM_TIER ((int32_t)(TIERBPF_ADISTANCE_DRAM >> TIERBPF_TIER_SHIFT))

/* What decides where a node goes. */
enum basis {
	BASIS_MEASURED, /* a latency and a bandwidth, both measured */
	BASIS_FIRMWARE, /* a latency and a bandwidth from the firmware */
	BASIS_HALF, /* only a latency, or only a bandwidth */
	BASIS_KERNEL, /* no value, but the kernel does not have the node in DRAM's tier */
	BASIS_DEVICE, /* no value, and likely the memory of a device such as a GPU, or HBM */
	BASIS_NOTHING, /* no value of any node, and none of them has CPUs: all stay in DRAM's tier */
	BASIS_ASSUMED, /* no value: assumed to be slower than DRAM */
	NR_BASES
};

struct placed {
	int node;
	enum basis basis;
	int32_t kernel_tier; /* below 0 where the kernel's adistance has wrapped */
	bool told_apart; /* its own adistance counts within the kernel's tier */
	bool raised; /* kept in DRAM's tier although its values are worse: it is HBM */
	struct perf missing; /* not 0: this value is not known of the node */
	struct perf missing_of_reference; /* not 0: known of the node, but not of the reference */
	__s32 adistance; /* estimated; compared only with nodes of the same tier of the kernel */
	size_t tier; /* index of its tier in the placement */
};

struct placed_tier {
	int32_t kernel_tier; /* of all its nodes */
	__s32 adistance; /* of its fastest node */
	int64_t number; /* N of memory_tierN */
	char name[24];
};

struct placement {
	const struct machine *m;
	int reference; /* the node that others are compared with; -1: none */
	int32_t dram_tier; /* the kernel's tier in which the reference is */
	bool names_reference; /* it is not the one that the kernel compares with */
	struct placed *nodes; /* the nodes with memory and without CPUs, from fast to slow */
	size_t nr_nodes;
	struct placed_tier *tiers; /* from fast to slow; tiers[dram] is DRAM's, maybe without nodes */
	size_t nr_tiers, dram;
	struct nodeset too_wide; /* their measured values spread too much, so they are not used */
	int too_wide_from[TIERBPF_MAX_NODES]; /* a node that each of these cannot be told from */
	int nr_cpu_nodes; /* nodes with CPUs and memory */
};

/* Returns 0, and the caller frees *placement with placement_free(); -ENOMEM with a message. */
int placement_make(const struct machine *m, struct placement **placement);
void placement_free(struct placement *p);

/* The values that place the node: measured ones if they can be used, else those of the facts. */
struct perf placement_perf(const struct placement *p, int node);
bool placement_uses_measurement(const struct placement *p, int node);

/* Is any value of the node known, from a measurement or the firmware? */
bool placement_has_values(const struct machine *m, int node);

/* The values that are known only from the nearest initiator, which need not be a CPU; else none. */
struct perf placement_nearest(const struct placement *p, int node);

/* The driver of a device, such as a GPU, whose memory the node is; NULL: none, or not known. */
const char *placement_driver(const struct machine *m, int node);

/* Is the node's memory of a kind that is slower than DRAM by its nature? */
bool placement_is_slow_kind(const struct machine *m, int node);

/* Is it HBM, or likely the memory of a device such as a GPU? */
bool placement_is_likely_fast(const struct placement *p, int node);

/* The tier where all nodes assumed to be slower than DRAM are; -1: there is no such tier. */
int placement_assumed_tier(const struct placement *p);

/* Does the firmware give a latency and a bandwidth of the reference, so that "from": "hmat" works? */
bool placement_has_hmat(const struct placement *p);

/* Is memory that is added later, and that the kernel has with DRAM, assumed to be slower? */
bool placement_assumes_of_later(const struct placement *p);

/* placement-tiers.c: makes the tiers of the nodes, which have their basis and adistance. */
int placement_make_tiers(struct placement *p);

/* placement-spread.c: finds the nodes whose measured values cannot be used. */
void placement_check_spread(struct placement *p);

/* Is the node measured as slower than the reference, even if its values spread too much to be used? */
bool placement_is_surely_slower(const struct placement *p, int node);

static inline void cleanup_placement(struct placement **p)
{
	placement_free(*p);
}

#endif
