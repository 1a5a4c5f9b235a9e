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

/* @n held within what the kernel may be given. */
static inline __s32 tierbpf_clamp(__s64 n)
{
	if (n < TIERBPF_ADISTANCE_MIN)
		return TIERBPF_ADISTANCE_MIN;
	if (n > TIERBPF_ADISTANCE_MAX)
		return TIERBPF_ADISTANCE_MAX;
	return (__s32)n;
}

/* @adistance moved by @offset; one that leaves the range stops at its end instead of being rejected. */
static inline __s32 tierbpf_offset(__s32 adistance, __s32 offset)
{
	return tierbpf_clamp((__s64)adistance + offset);
}

/* @adistance times @scale millionths, rounded down; held within the range as above. */
static inline __s32 tierbpf_scale(__s32 adistance, __s32 scale)
{
	if (adistance < 0 || scale < 0)
		return TIERBPF_ADISTANCE_MIN;
	return tierbpf_clamp((__s64)((__u64)adistance * (__u64)scale / TIERBPF_MILLION));
}

#endif
