// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "measure/loops-and-buffer.h"

#define MIB ((size_t)1 << 20)

/* Two idle CPUs, a buffer of 4 times the cache. */
static const struct conditions fine = { .cpus = 2, .bytes = 64 * MIB, .cache = 16 * MIB };

static void expect_grade(const struct conditions *c, int64_t spread, enum measured_grade grade,
			 const char *doubts)
{
	struct measured_node n = {
		.values = { { 100, 1, 11 }, { 100, spread, 11 }, { 100, 1, 11 }, { 100, 0, 11 } },
	};
	char text[MEASURED_DOUBTS_TEXT];

	grade_node(&n, c);
	cr_expect_eq(n.grade, grade, "%s, not %s", measured_grade_name(n.grade),
		     measured_grade_name(grade));
	cr_expect_str_eq(measured_doubts_text(n.doubts, text), doubts, "%s", text);
}

Test(conditions, one_by_one)
{
	struct conditions c = fine;

	expect_grade(&c, 10, GRADE_GOOD, "");
	expect_grade(&c, 11, GRADE_FAIR, "spread");
	expect_grade(&c, 25, GRADE_FAIR, "spread");
	expect_grade(&c, 26, GRADE_POOR, "spread");
	c.cpus = 1;
	expect_grade(&c, 1, GRADE_POOR, "one-cpu");
	c = fine;
	c.emulated = true;
	expect_grade(&c, 1, GRADE_POOR, "emulated");
	c = fine;
	c.stolen = 0.05;
	expect_grade(&c, 1, GRADE_GOOD, "");
	c.stolen = 0.06;
	expect_grade(&c, 1, GRADE_FAIR, "busy");
	c.stolen = 0.21;
	expect_grade(&c, 1, GRADE_POOR, "busy");
	c = fine;
	c.bytes = 64 * MIB - 1;
	expect_grade(&c, 1, GRADE_FAIR, "cache");
	c.bytes = 16 * MIB - 1;
	expect_grade(&c, 1, GRADE_POOR, "cache");
	c.cache = 0; /* not known */
	expect_grade(&c, 1, GRADE_GOOD, "");
}

/* After the deadline, values get the minimum of rounds. */
Test(conditions, few_rounds)
{
	struct measured_node n = {
		.values = { { 100, 1, 11 }, { 100, 1, 11 }, { 100, 1, 11 }, { 100, 1, 10 } },
	};

	grade_node(&n, &fine);
	cr_expect_eq(n.grade, GRADE_FAIR);
	cr_expect_eq(n.doubts, 1U << DOUBT_FEW_ROUNDS);
}

/* A repetition of the first of four values must leave time for the other three. */
Test(conditions, time_to_repeat)
{
	cr_expect(is_time_to_repeat(100, 10, 3, 140));
	cr_expect(!is_time_to_repeat(100, 10, 3, 139));
	cr_expect(is_time_to_repeat(100, 10, 0, 110));
	cr_expect(!is_time_to_repeat(100, 10, 0, 109));
}

/* The worst doubt counts, and not the last. */
Test(conditions, together)
{
	struct conditions c = { .cpus = 1, .bytes = 3, .cache = 2, .stolen = 0.1, .emulated = true };

	expect_grade(&c, 20, GRADE_POOR, "emulated, one-cpu, busy, spread, cache");
}

Test(conditions, stolen)
{
	struct loop_time time = { .cpu = 90, .wall = 100 };

	cr_expect_float_eq(loop_stolen(&time), 0.1, 1e-9);
	time.cpu = 101; /* two clocks are not read at once */
	cr_expect_eq(loop_stolen(&time), 0);
	time = (struct loop_time){};
	cr_expect_eq(loop_stolen(&time), 0);
}

Test(conditions, repeating)
{
	struct loop_time idle = { .cpu = 100, .wall = 100 }, busy = { .cpu = 90, .wall = 100 };

	cr_expect(!is_worth_repeating(&(struct measured_value){ 100, 10 }, &idle));
	cr_expect(is_worth_repeating(&(struct measured_value){ 100, 11 }, &idle));
	cr_expect(is_worth_repeating(&(struct measured_value){ 100, 1 }, &busy));
}

/* Of CPU 0 alone no more ticks than of all; of no CPU none. */
Test(conditions, ticks)
{
	struct bitmask *cpus = numa_allocate_cpumask();
	int64_t none, one, stolen;

	stolen = stolen_ticks(cpus, &none);
	cr_expect_eq(stolen, 0);
	cr_expect_eq(none, 0);
	numa_bitmask_setbit(cpus, 0);
	stolen = stolen_ticks(cpus, &one);
	cr_expect_geq(stolen, 0);
	cr_expect_gt(one, stolen);
	numa_free_cpumask(cpus);
}
