// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "measure/loops-and-buffer.h"

static void expect_value(double *rounds, size_t count, int64_t median, int64_t spread)
{
	struct measured_value v = measured_of(rounds, count);

	cr_expect_eq(v.rounds, count);
	cr_expect(v.median == median && v.spread == spread, "%zu rounds: %lld +- %lld", count,
		  (long long)v.median, (long long)v.spread);
}

/* The middle half counts for the spread, so that a single odd round does not; it is rounded up. */
Test(measured_of, rounds)
{
	expect_value((double[]){ 300, 100, 200 }, 3, 200, 100);
	expect_value((double[]){ 100, 200, 300, 401 }, 4, 250, 40);
	expect_value((double[]){ 1000, 101, 100, 100, 100 }, 5, 100, 1);
	expect_value((double[]){ 1000, 100, 100, 100, 100, 100, 100, 100, 104, 1 }, 10, 100, 0);
	expect_value((double[]){ 0.2, 0.2, 0.2 }, 3, 1, 0); /* never 0, which means not known */
	expect_value((double[]){ 1.6, 1.6, 1.6 }, 3, 2, 0);
}
