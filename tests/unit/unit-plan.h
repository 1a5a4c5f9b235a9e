/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds machines from short tables, and the plan of a policy for them. */
#ifndef UNIT_PLAN_H
#define UNIT_PLAN_H

#include "model/perf.h"
#include "plan/plan.h"
#include "unit.h"

/*
 * A node. A value of 0 is not known, except the tier of a node with memory: it is then DRAM's, 4.
 */
struct test_node {
	const char *has;	 /* "c" CPUs, "m" memory, "cm" both, "" none: it is only possible */
	struct perf perf; /* from HMAT */
	int64_t tier;
	int64_t kernel_adistance; /* from the module */
	int64_t distance;	  /* SLIT, from the nearest CPUs */
};

#define PERF(read_latency, write_latency, read_bandwidth, write_bandwidth)           \
	{                                                                            \
		{                                                                    \
			read_latency, write_latency, read_bandwidth, write_bandwidth \
		}                                                                    \
	}

/* A machine with nodes from 0 on, without known distances. The caller calls machine_free(). */
struct machine *test_machine(const struct test_node *nodes, size_t count);

#define MACHINE(...)                                            \
	test_machine((const struct test_node[]){ __VA_ARGS__ }, \
		     sizeof((const struct test_node[]){ __VA_ARGS__ }) / sizeof(struct test_node))

/* A policy on a machine. */
struct test_plan {
	struct policy *policy;
	struct machine *machine;
	struct compiled_policy *compiled;
	struct plan *plan;
};

/* Takes ownership of @machine. @marked is as for good_policy(), @overrides as for plan_make(). */
struct test_plan test_plan(const char *marked, struct machine *machine, const __s32 *overrides);
void test_plan_free(struct test_plan *t);

#endif
