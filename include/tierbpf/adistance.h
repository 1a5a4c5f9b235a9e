/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Arithmetic of abstract distances, the same for the module, BPF and user space. */
#ifndef TIERBPF_ADISTANCE_H
#define TIERBPF_ADISTANCE_H

#include "abi.h"

/* Is this an adistance that may be given to the kernel? */
static inline _Bool tierbpf_adistance_ok(__s64 adistance)
{
	return adistance >= TIERBPF_ADISTANCE_MIN && adistance <= TIERBPF_ADISTANCE_MAX;
}

/* The id of the tier, as in memory_tierN (mm/memory-tiers.c, find_create_memory_tier()). */
static inline __u32 tierbpf_tier(__s32 adistance)
{
	return (__u32)(adistance >> TIERBPF_TIER_SHIFT);
}

/* The middle of a tier: DRAM's own place in its tier, and far from both edges. */
static inline __s32 tierbpf_tier_centre(__u32 tier)
{
	return (__s32)((tier << TIERBPF_TIER_SHIFT) + (1U << (TIERBPF_TIER_SHIFT - 1)));
}

/*
 * @adistance moved by @offset, held within what the kernel may be given: an
 * offset that leaves the range stops at its end instead of being rejected.
 */
static inline __s32 tierbpf_offset(__s32 adistance, __s32 offset)
{
	__s64 moved = (__s64)adistance + offset;

	if (moved < TIERBPF_ADISTANCE_MIN)
		return TIERBPF_ADISTANCE_MIN;
	if (moved > TIERBPF_ADISTANCE_MAX)
		return TIERBPF_ADISTANCE_MAX;
	return (__s32)moved;
}

#endif
