/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From latencies and bandwidths to an adistance, by the kernel's own formula:
 * mt_perf_to_adistance() and mt_set_default_dram_perf() (mm/memory-tiers.c,
 * 6.12 to 7.3), hmat_set_default_dram_perf() (drivers/acpi/numa/hmat.c).
 */
#ifndef PERF_H
#define PERF_H

#include "machine/machine.h"

/* What the facts of a node say of it. */
struct perf perf_of(const struct tierbpf_facts *facts);

/* What others are told of a node: what was measured, if a measurement is used; else what the facts say. */
struct perf perf_to_tell(const struct machine_node *n);

/*
 * What the kernel computes its own answer from: what it shows of the node, or of the CXL
 * region that is its memory; the facts where it shows nothing. A card's CDAT may say otherwise.
 */
struct perf perf_kernel_has(const struct machine_node *n);

/*
 * 576 * (latency / reference's) * (reference's bandwidth / bandwidth), rounded
 * down at each step as the kernel does, but never wrapped: held within 1 to
 * TIERBPF_ADISTANCE_MAX. 0 where a latency or a bandwidth of either is not known.
 */
__s32 perf_adistance(const struct perf *p, const struct perf *reference);

/* perf_has_both() as the kernel asks before it computes: its sums are u32, and may wrap to 0. */
bool perf_is_enough(const struct perf *p);

/* The same as the kernel computes it, in u32, long and int, wraps included; 0 where one is not enough, or where it rounds to that. */
__s32 perf_kernel_adistance(const struct perf *p, const struct perf *reference);

/* The first node with CPUs and memory, which the kernel compares all others with; -1: none. */
int perf_reference_node(const struct machine *m);

/*
 * Does the kernel use what firmware says? 0, or why not: -ENODATA the reference
 * node has no latency or bandwidth, -ERANGE another node with CPUs and memory
 * (*odd) differs from it by more than 10 % in one of the four; -ENOENT no reference node.
 */
int perf_kernel_believes(const struct machine *m, int *odd);

#endif
