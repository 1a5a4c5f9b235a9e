/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The arithmetic of abstract distances, shared by the module, BPF programs and user space. */
#ifndef TIERBPF_ADISTANCE_H
#define TIERBPF_ADISTANCE_H

#include "abi.h"

/* May the kernel be given this adistance? True for TIERBPF_ADISTANCE_MIN..TIERBPF_ADISTANCE_MAX. */
static inline _Bool tierbpf_adistance_ok(__s64 adistance)
{
	return adistance >= TIERBPF_ADISTANCE_MIN && adistance <= TIERBPF_ADISTANCE_MAX;
}

/*
 * Returns the number of the tier that @adistance belongs to, N of sysfs' memory_tierN
 * (mm/memory-tiers.c, find_create_memory_tier()).
 */
static inline __u32 tierbpf_tier(__s32 adistance)
{
	return (__u32)(adistance >> TIERBPF_TIER_SHIFT);
}

/*
 * Returns the adistance in the middle of @tier, as far as possible from both edges. DRAM has
 * that place in its own tier.
 */
static inline __s32 tierbpf_tier_centre(__u32 tier)
{
	return (__s32)((tier << TIERBPF_TIER_SHIFT) + (1U << (TIERBPF_TIER_SHIFT - 1)));
}

/* Returns @n limited to TIERBPF_ADISTANCE_MIN..TIERBPF_ADISTANCE_MAX. */
static inline __s32 tierbpf_clamp(__s64 n)
{
	if (n < TIERBPF_ADISTANCE_MIN)
		return TIERBPF_ADISTANCE_MIN;
	if (n > TIERBPF_ADISTANCE_MAX)
		return TIERBPF_ADISTANCE_MAX;
	return (__s32)n;
}

/* Returns @adistance + @offset, limited to the range as above. */
static inline __s32 tierbpf_offset(__s32 adistance, __s32 offset)
{
	return tierbpf_clamp((__s64)adistance + offset);
}

/*
 * Returns @adistance * @scale / TIERBPF_MILLION, rounded down, limited to the range as above.
 * For a negative argument that is TIERBPF_ADISTANCE_MIN.
 */
static inline __s32 tierbpf_scale(__s32 adistance, __s32 scale)
{
	if (adistance < 0 || scale < 0)
		return TIERBPF_ADISTANCE_MIN;
	return tierbpf_clamp((__s64)((__u64)adistance * (__u64)scale / TIERBPF_MILLION));
}

#endif
