// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <limits.h>
#include <tierbpf/adistance.h>

Test(adistance, ok)
{
	static const struct {
		__s64 adistance;
		int ok;
	} table[] = {
		{ LLONG_MIN, 0 }, { INT_MIN, 0 },    { -1, 0 },	       { 0, 0 },
		{ 1, 1 },	  { 576, 1 },	     { 16777215, 1 },  { 16777216, 0 },
		{ INT_MAX, 0 },	  { 4294967872, 0 }, { LLONG_MAX, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		cr_expect_eq(tierbpf_adistance_ok(table[i].adistance), table[i].ok, "%lld",
			     (long long)table[i].adistance);
}

/* The N of the kernel's memory_tierN is unsigned; it has been 4281505711 on a real machine. */
Test(adistance, tier)
{
	static const struct {
		__s32 adistance;
		__u32 tier;
	} table[] = {
		{ 0, 0 },
		{ 1, 0 },
		{ 127, 0 },
		{ 128, 1 },
		{ 511, 3 },
		{ 512, 4 },
		{ 576, 4 },
		{ 639, 4 },
		{ 640, 5 },
		{ 16777215, 131071 },
		{ INT_MAX, 16777215 },
		{ -1, 4294967295U },
		{ -128, 4294967295U },
		{ -129, 4294967294U },
		{ INT_MIN, 4278190080U },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		cr_expect_eq(tierbpf_tier(table[i].adistance), table[i].tier, "%d: %u",
			     table[i].adistance, tierbpf_tier(table[i].adistance));
}

Test(adistance, centre)
{
	__u32 tier;

	cr_expect_eq(tierbpf_tier_centre(0), 64);
	cr_expect_eq(tierbpf_tier_centre(4), TIERBPF_ADISTANCE_DRAM);
	cr_expect_eq(tierbpf_tier_centre(131071), 16777152);
	for (tier = 0; tier < 1000; tier++) {
		cr_expect_eq(tierbpf_tier(tierbpf_tier_centre(tier) - 64), tier);
		cr_expect_eq(tierbpf_tier(tierbpf_tier_centre(tier) + 63), tier);
	}
}
