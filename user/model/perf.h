/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Computes an adistance from latencies and bandwidths with the kernel's formula:
 * mt_perf_to_adistance() and mt_set_default_dram_perf() (mm/memory-tiers.c,
 * 6.12 to 7.3), hmat_set_default_dram_perf() (drivers/acpi/numa/hmat.c).
 */
#ifndef PERF_H
#define PERF_H

#include "machine/machine.h"

/* The performance of a node in its facts. */
struct perf perf_of(const struct tierbpf_facts *facts);

/*
 * The performance of a node to export: the measured one if a measurement is used, else that of
 * the facts.
 */
struct perf perf_to_tell(const struct machine_node *n);

/*
 * The performance from which the kernel computes the node's adistance: the values that sysfs
 * shows for the node or for its CXL region, or the facts if it shows none. The facts may differ
 * from sysfs, since CDAT takes precedence there.
 */
struct perf perf_kernel_has(const struct machine_node *n);

/*
 * 576 * (latency / reference's) * (reference's bandwidth / bandwidth), rounded
 * down at each step as in the kernel, but clamped to 1..TIERBPF_ADISTANCE_MAX instead of
 * wrapping. 0 if latency or bandwidth of @p or @reference is not known.
 */
__s32 perf_adistance(const struct perf *p, const struct perf *reference);

/*
 * True if the kernel can compute with @p: like perf_has_both(), but its sums are u32 and may wrap
 * to 0.
 */
bool perf_is_enough(const struct perf *p);

/*
 * Like perf_adistance(), but exactly as in the kernel: in u32, long and int, which may wrap. 0 if
 * perf_is_enough() fails for one of them, or if the result rounds to 0.
 */
__s32 perf_kernel_adistance(const struct perf *p, const struct perf *reference);

/*
 * True if the same values of both are known. Where they are not, the kernel finds that the two
 * differ, but by more than 10 % would be the wrong words for it.
 */
bool perf_knows_the_same(const struct perf *p, const struct perf *reference);

/* Is there an HMAT: can it be seen, is it withheld from this user, or does sysfs show what it says? */
bool perf_has_hmat(const struct machine *m);

/* The first node with CPUs and memory, the kernel's reference for all others; -1: none. */
int perf_reference_node(const struct machine *m);

/*
 * Returns 0 if the kernel uses latency and bandwidth of the firmware, or why it does not:
 * -ENODATA if the reference node has no latency or bandwidth; -ERANGE if another node with CPUs
 * and memory (*odd) differs from it by more than 10 % in one of the four values; -ENOENT if
 * there is no reference node.
 */
int perf_kernel_reference(const struct machine *m, int *odd);

#endif
