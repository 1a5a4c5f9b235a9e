// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"

#include <tierbpf/adistance.h>

#include "export/acpi.h"

Test(export_search, bases)
{
	cr_expect_eq(grid_base(0, 0), 1);
	cr_expect_eq(grid_base(65534, 2), 1);
	cr_expect_eq(grid_base(65535, 5), 5);
	cr_expect_eq(grid_base(65535, 1), 2);
	cr_expect_eq(grid_base(100000, 5000), 2);
	cr_expect_eq(grid_base(300000, 77), 7); /* at least 5 */
	cr_expect_eq(grid_base(UINT32_MAX, 1), 65539);
	cr_expect_eq(grid_round(0, 8), 0);
	cr_expect_eq(grid_round(1, 8), 8);
	cr_expect_eq(grid_round(11, 8), 8);
	cr_expect_eq(grid_round(12, 8), 16);
}

static void expect_holds(const struct perf *p, const struct grid *g, const char *what)
{
	const int64_t values[] = { p->value[READ_LATENCY] / g->latency,
				   p->value[WRITE_LATENCY] / g->latency,
				   p->value[READ_BANDWIDTH] / g->bandwidth,
				   p->value[WRITE_BANDWIDTH] / g->bandwidth };
	size_t i;

	cr_expect(p->value[READ_LATENCY] % g->latency == 0 &&
			  p->value[WRITE_LATENCY] % g->latency == 0,
		  "%s", what);
	cr_expect(p->value[READ_BANDWIDTH] % g->bandwidth == 0 &&
			  p->value[WRITE_BANDWIDTH] % g->bandwidth == 0,
		  "%s", what);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		cr_expect(values[i] >= 1 && values[i] <= HMAT_ENTRY_MAX, "%s: %lld", what,
			  (long long)values[i]);
	cr_expect(p->value[READ_LATENCY] <= HMAT_LATENCY_MAX &&
			  p->value[WRITE_LATENCY] <= HMAT_LATENCY_MAX,
		  "%s", what);
}

/* From what is known to what is planned; the same adistance, or at least the same tier. */
static void expect_found(__s32 adistance, struct perf reference, struct grid grid,
			 struct perf known, bool exact)
{
	struct perf p = known;
	char what[200];
	__s32 a;

	snprintf(what, sizeof(what), "adistance %d, reference %lld/%lld ns %lld/%lld MB/s",
		 adistance, (long long)reference.value[READ_LATENCY],
		 (long long)reference.value[WRITE_LATENCY],
		 (long long)reference.value[READ_BANDWIDTH],
		 (long long)reference.value[WRITE_BANDWIDTH]);
	cr_assert(perf_for_adistance(adistance, &reference, &grid, &p), "%s", what);
	a = perf_kernel_adistance(&p, &reference);
	expect_holds(&p, &grid, what);
	cr_expect(exact ? a == adistance : tierbpf_tier(a) == tierbpf_tier(adistance), "%s: %d",
		  what, a);
}

#define ONE ((struct grid){ 1, 1 })
#define NONE ((struct perf){})

/*
 * A reference of normal numbers, as those that are assumed, allows for any adistance up to the
 * largest.
 */
Test(export_search, all_tiers)
{
	__s32 a;

	for (a = 64; a < 1 << 20; a += a / 50 + 1) {
		expect_found(a, (struct perf){ { 96, 96, 64000, 64000 } }, ONE, NONE, true);
		expect_found(a, (struct perf){ { 81, 97, 51200, 33333 } }, ONE, NONE, false);
		expect_found(a, (struct perf){ { 91, 91, 219136, 219136 } }, (struct grid){ 1, 4 },
			     NONE, false);
	}
	expect_found(TIERBPF_ADISTANCE_MAX, (struct perf){ { 96, 96, 64000, 64000 } }, ONE, NONE,
		     false);
	expect_found(1, (struct perf){ { 96, 96, 64000, 64000 } }, ONE, NONE, false);
}

/* A reference of small numbers also allows many adistances. */
Test(export_search, coarse_references)
{
	__s32 a;

	for (a = 192; a < 1 << 20; a += a / 20 + 1) {
		expect_found(a, (struct perf){ { 10, 10, 10, 10 } }, ONE, NONE, false);
		expect_found(a, (struct perf){ { 10, 10, 10, 10 } }, ONE,
			     (struct perf){ { 20, 20, 5, 5 } }, false);
		if (a < 1 << 19)
			expect_found(a, (struct perf){ { 7600, 7600, 1790, 1790 } }, ONE,
				     (struct perf){ { 20, 70, 5, 9 } }, false);
		if (a > 512)
			expect_found(a, (struct perf){ { 100, 100, 438272, 438272 } },
				     (struct grid){ 100, 8 }, NONE, false);
	}
}

/* A known bandwidth is changed by at most a tenth if that suffices. */
Test(export_search, bandwidth_is_kept)
{
	const struct perf reference = { { 100, 100, 100000, 90000 } };
	struct perf p = { { 300, 350, 20000, 15000 } };
	struct grid g = { 1, 2 };

	cr_assert(perf_for_adistance(6000, &reference, &g, &p));
	cr_expect_eq(perf_kernel_adistance(&p, &reference), 6000);
	cr_expect(llabs(p.value[READ_BANDWIDTH] - 20000) <= 2000 &&
		  llabs(p.value[WRITE_BANDWIDTH] - 15000) <= 1500);
	cr_expect_gt(p.value[WRITE_LATENCY], p.value[READ_LATENCY]);
}

Test(export_search, nothing_is_found)
{
	const struct perf before = { { 5, 6, 7, 8 } };
	struct perf p = before;

	/* Nothing is faster than 1 ns and the largest bandwidth. */
	cr_expect_not(perf_for_adistance(100, &(struct perf){ { 1, 1, 65534, 65534 } }, &ONE, &p));
	cr_expect_arr_eq(&p, &before, sizeof(p));
}
