// SPDX-License-Identifier: GPL-2.0-only
/* The policy of init, for machines of which more or less is known. */
#include "policy/driver-name.h"
#include "unit-initial.h"

/* ---- what it should be ---- */

struct expected_first {
	const char *tiers; /* "1: 4 dram, 2: 5 slow": nodes and their tiers */
	const char *said; /* a part of what is said on stderr; NULL: nothing is */
	const char *not_said; /* NULL: any */
};

static void expect_first(struct machine *m, struct expected_first e)
{
	struct first f = first_policy(m);
	char *tiers;
	size_t i, size;
	FILE *out = open_memstream(&tiers, &size);

	for (i = 0; i < f.plan->count; i++)
		fprintf(out, "%s%d: %lld %s", i ? ", " : "", f.plan->nodes[i].node,
			(long long)f.plan->nodes[i].after.tier,
			policy_tier_name(f.policy, f.plan->nodes[i].after.adistance));
	fclose(out);
	cr_expect_str_eq(tiers, e.tiers, "%s\nnot\n%s\n%s", tiers, e.tiers, f.text);
	if (e.said)
		cr_expect(strstr(f.said, e.said), "\"%s\" is not in:\n%s", e.said, f.said);
	else
		cr_expect_str_empty(f.said);
	if (e.not_said)
		cr_expect(!strstr(f.said, e.not_said), "\"%s\" is in:\n%s", e.not_said, f.said);
	free(tiers);
	first_free(&f);
}

#define EXPECT_FIRST(machine, ...) expect_first(machine, (struct expected_first){ __VA_ARGS__ })

#define DRAM "cm", PERF(100, 100, 1000, 1000)

/* ---- latency and bandwidth are known ---- */

Test(initial_policy, as_fast_as_dram)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(100, 100, 1000, 1000) }), "0: 4 dram, 1: 4 dram");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(109, 109, 1000, 1000) },
			     { "m", PERF(95, 95, 1000, 1000) }),
		     "0: 4 dram, 1: 4 dram, 2: 4 dram");
	/* the edges of DRAM's tier: 512 and 639 are in it, 511 and 640 are not */
	EXPECT_FIRST(MACHINE({ "cm", PERF(576, 576, 1000, 1000) },
			     { "m", PERF(512, 512, 1000, 1000) },
			     { "m", PERF(639, 639, 1000, 1000) }),
		     "0: 4 dram, 1: 4 dram, 2: 4 dram");
	EXPECT_FIRST(MACHINE({ "cm", PERF(576, 576, 1000, 1000) },
			     { "m", PERF(511, 511, 1000, 1000) },
			     { "m", PERF(640, 640, 1000, 1000) }),
		     "0: 4 dram, 1: 3 fast, 2: 5 slow");
}

/* Equal nodes share a tier; a difference above 10 % divides them. */
Test(initial_policy, twins)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(1000, 1000, 1000, 1000) },
			     { "m", PERF(1100, 1100, 1000, 1000) }),
		     "0: 4 dram, 1: 45 slow, 2: 45 slow");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(1000, 1000, 1000, 1000) },
			     { "m", PERF(1101, 1101, 1000, 1000) }),
		     "0: 4 dram, 1: 45 slow, 2: 49 slow-2");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(100, 100, 4000, 4000) },
			     { "m", PERF(100, 100, 2000, 2000) }),
		     "0: 4 dram, 1: 1 fast, 2: 2 fast-2");
}

/* More nodes are faster than DRAM than there are tiers before it: the fastest ones share one. */
Test(initial_policy, no_room_before_dram)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(100, 100, 100000, 100000) },
			     { "m", PERF(100, 100, 50000, 50000) },
			     { "m", PERF(100, 100, 20000, 20000) },
			     { "m", PERF(100, 100, 4000, 4000) }, { "m", PERF(100, 100, 2000, 2000) },
			     { "m", PERF(100, 100, 1200, 1200) }),
		     "0: 4 dram, 1: 0 fast, 2: 0 fast, 3: 0 fast, 4: 1 fast-2, 5: 2 fast-3, 6: 3 fast-4");
}

/* ---- a part is known ---- */

#define NO_LATENCY(bandwidth) "m", PERF(0, 0, bandwidth, bandwidth)
#define NO_BANDWIDTH(latency) "m", PERF(latency, latency, 0, 0)

Test(initial_policy, half)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { NO_LATENCY(4000) }), "0: 4 dram, 1: 4 dram",
		     "read latency, write latency of node 1 are not known: what is known is not slower "
		     "than DRAM");
	EXPECT_FIRST(MACHINE({ DRAM }, { NO_BANDWIDTH(50) }), "0: 4 dram, 1: 4 dram",
		     "read bandwidth, write bandwidth of node 1 are not known");
	EXPECT_FIRST(MACHINE({ DRAM }, { NO_LATENCY(500) }), "0: 4 dram, 1: 9 slow",
		     "what is known is slower than DRAM, and the rest is assumed to be as of DRAM",
		     "no HMAT");
	EXPECT_FIRST(MACHINE({ DRAM }, { NO_BANDWIDTH(200) }), "0: 4 dram, 1: 9 slow",
		     "measure it while the machine is idle", "no HMAT");
	/* the reference lacks it */
	EXPECT_FIRST(MACHINE({ "cm", PERF(0, 0, 1000, 1000) }, { "m", PERF(300, 300, 4000, 4000) }),
		     "0: 4 dram, 1: 4 dram",
		     "read latency, write latency of node 0 are not known, so node 1 cannot be "
		     "compared by it: what is known is not slower than DRAM");
	/* alike nodes are named together */
	EXPECT_FIRST(MACHINE({ DRAM }, { NO_LATENCY(4000) }, { NO_LATENCY(3000) }),
		     "0: 4 dram, 1: 4 dram, 2: 4 dram",
		     "read latency, write latency of nodes 1-2 are not known");
}

/* 110 and 90 of reads against 180 of reads and writes would look faster. */
Test(initial_policy, one_direction)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(120, 0, 1000, 0) }), "0: 4 dram, 1: 5 slow",
		     "write latency, write bandwidth of node 1 are not known: only the rest is compared");
	EXPECT_FIRST(MACHINE({ "cm", PERF(100, 0, 1000, 0) }, { "m", PERF(120, 120, 1000, 1000) }),
		     "0: 4 dram, 1: 5 slow",
		     "write latency, write bandwidth of node 0 are not known, so node 1 cannot");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(0, 0, 0, 4000) }), "0: 4 dram, 1: 4 dram",
		     "read latency, write latency, read bandwidth of node 1 are not known");
	EXPECT_FIRST(MACHINE({ "cm", PERF(100, 0, 1000, 1000) }, { "m", PERF(0, 300, 4000, 0) }),
		     "0: 4 dram, 1: 4 dram",
		     "read latency, write bandwidth of node 1, and write latency of node 0, are not known");
	/* nothing of which both know */
	EXPECT_FIRST(MACHINE({ "cm", PERF(100, 0, 0, 0) }, { "m", PERF(0, 300, 4000, 0) }),
		     "0: 4 dram, 1: 5 slow",
		     "none of the latencies and bandwidths that are known of node 1 is known of node 0 too");
}

static struct machine *of_kind(struct machine *m, int node, enum tierbpf_kind kind)
{
	machine_set_fact(&m->nodes[node], TIERBPF_FACT_KIND, kind, SOURCE_DERIVED);
	return m;
}

Test(initial_policy, hbm)
{
	EXPECT_FIRST(of_kind(MACHINE({ DRAM }, { "m", PERF(300, 300, 2000, 2000) }), 1,
			     TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 4 dram",
		     "node 1 would be slower than DRAM, but the kind is hbm");
	EXPECT_FIRST(of_kind(MACHINE({ DRAM }, { "m", PERF(300, 300, 2000, 2000) }), 1,
			     TIERBPF_KIND_DRAM),
		     "0: 4 dram, 1: 6 slow");
	EXPECT_FIRST(of_kind(MACHINE({ DRAM }, { "m" }), 1, TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 4 dram", "it may be HBM");
	/* its own tier before DRAM, by the kernel and by its values */
	EXPECT_FIRST(of_kind(MACHINE({ DRAM }, { "m", PERF(100, 100, 2000, 2000) }), 1,
			     TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 2 hbm");
	EXPECT_FIRST(of_kind(MACHINE({ "cm" }, { "m", .tier = 2, .kernel_adistance = 300 }), 1,
			     TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 2 hbm", "it stays where the kernel has it");
}

/* ---- nothing is known ---- */

Test(initial_policy, nothing_known)
{
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }), "0: 4 dram, 1: 5 slow",
		     "no latency or bandwidth of node 1 is known (no HMAT), so it is assumed to be slower");
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }, { "m" }), "0: 4 dram, 1: 5 slow, 2: 5 slow",
		     "so they are assumed to be slower than DRAM");
	EXPECT_FIRST(MACHINE({ "cm" }), "0: 4 dram", "is added to DRAM's tier later",
		     "tierbpf measure");
	EXPECT_FIRST(MACHINE({ DRAM }), "0: 4 dram");
}

/* An HMAT that this user may not read is not missing; nor is one of which sysfs shows values. */
Test(initial_policy, no_hmat)
{
	struct machine *withheld = MACHINE({ "cm" }, { "m" });
	struct machine *found = MACHINE({ "cm" }, { "m" });
	struct machine *any = MACHINE({ "cm" }, { "m" });

	withheld->tables.hmat.withheld = true;
	found->tables.hmat.found = true;
	any->nodes[1].sysfs[CLASS_ANY].perf.value[WRITE_LATENCY] = 1;
	EXPECT_FIRST(withheld, "0: 4 dram, 1: 5 slow", "node 1 is known, so", "no HMAT");
	EXPECT_FIRST(found, "0: 4 dram, 1: 5 slow", "node 1 is known, so", "no HMAT");
	EXPECT_FIRST(any, "0: 4 dram, 1: 5 slow", "node 1 is known, so", "no HMAT");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m" }), "0: 4 dram, 1: 5 slow", "node 1 is known, so",
		     "no HMAT");
}

Test(initial_policy, some_unknown)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(1000, 1000, 1000, 1000) }, { "m" }),
		     "0: 4 dram, 1: 45 slow-2, 2: 5 slow", "bandwidth of node 2 is known, so");
	/* SLIT has the known one nearer: the unknown one is not preferred to it */
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(1000, 1000, 1000, 1000), .distance = 14 },
			     { "m", .distance = 24 }),
		     "0: 4 dram, 1: 45 slow, 2: 45 slow", "bandwidth of node 2 is known, so");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(1000, 1000, 1000, 1000), .distance = 14 },
			     { "m", .distance = 14 }),
		     "0: 4 dram, 1: 45 slow-2, 2: 5 slow", "bandwidth of node 2 is known, so");
}

/* Memory that is slow by its nature is not doubted, not even beside a GPU. */
Test(initial_policy, slow_kinds)
{
	struct machine *m = of_kind(MACHINE({ "cm" }, { "m" }), 1, TIERBPF_KIND_CXL);

	EXPECT_FIRST(m, "0: 4 dram, 1: 5 cxl", "and DRAM is demoted to it", "HBM");
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }), "0: 4 dram, 1: 5 slow",
		     "(HBM, or a GPU's memory, would be faster)");
	m = of_kind(of_kind(MACHINE({ "cm" }, { "m" }, { "m" }, { "m" }), 1, TIERBPF_KIND_CXL), 2,
		    TIERBPF_KIND_PMEM);
	m->nodes[0].generic_initiator = true;
	EXPECT_FIRST(m, "0: 4 dram, 1: 5 slow, 2: 5 slow, 3: 4 dram", "of nodes 1-2 is known");
}

/* The memory of a device is no demotion target of DRAM, wherever its initiator is. */
Test(initial_policy, devices)
{
	struct machine *own = MACHINE({ "cm" }, { "m" }),
		       *other = MACHINE({ "cm" }, { "m" }, { "" });

	own->nodes[1].generic_initiator = true;
	other->nodes[2].generic_initiator = true;
	EXPECT_FIRST(own, "0: 4 dram, 1: 4 dram", "memory of a device such as a GPU", "is added");
	EXPECT_FIRST(other, "0: 4 dram, 1: 4 dram", "to know the speed of node 1, measure it");
}

static struct machine *of_driver(struct machine *m, int node, const char *driver)
{
	machine_set_fact(&m->nodes[node], TIERBPF_FACT_DRIVER, driver_name_value(driver),
			 SOURCE_IOMEM);
	return of_kind(m, node, TIERBPF_KIND_DEVICE);
}

/* All nodes of a driver have one rule, behind those of nodes that are known. */
Test(initial_policy, drivers)
{
	struct first f = first_policy(
		of_driver(of_driver(of_driver(of_driver(MACHINE({ DRAM }, { "m" }, { "m" },
								{ "m", PERF(1000, 1000, 1000, 1000) },
								{ "m" }),
							1, "gpu"),
					      2, "gpu"),
				    3, "gpu"),
			  4, "other-gpu"));

	cr_expect(strstr(f.text,
			 "\"match\": {\"driver\": \"gpu\"}, \"action\": {\"tier\": \"dram\"}"));
	cr_expect(strstr(f.text, "\"driver\": \"other-gpu\""));
	cr_expect_eq(f.policy->nr_rules, 5); /* CPUs, node 3, both drivers, added later */
	cr_expect_eq(f.plan->nodes[1].after.tier, 4);
	cr_expect_eq(f.plan->nodes[2].decision.rule, f.plan->nodes[1].decision.rule);
	cr_expect_eq(f.plan->nodes[3].after.tier, 45);
	cr_expect_eq(f.plan->nodes[4].after.tier, 4);
	cr_expect(strstr(f.said, "of nodes 1-2 (driver gpu) is known, and they may be"));
	cr_expect(strstr(f.said, "of node 4 (driver other-gpu) is known, and it may be"));
	first_free(&f);
	/* these drivers add memory that may be any */
	EXPECT_FIRST(of_driver(MACHINE({ "cm" }, { "m" }), 1, "kmem"), "0: 4 dram, 1: 5 device",
		     "assumed to be slower");
	EXPECT_FIRST(of_driver(MACHINE({ "cm" }, { "m" }), 1, "virtio_mem"),
		     "0: 4 dram, 1: 5 device", "assumed to be slower");
}

/* ---- the reference ---- */

Test(initial_policy, no_node_with_both)
{
	EXPECT_FIRST(MACHINE({ "c" }, { "m", PERF(500, 500, 1000, 1000) },
			     { "m", PERF(100, 100, 1000, 1000) }),
		     "1: 22 slow, 2: 4 dram", "node 2, the fastest memory, takes the place of DRAM");
	EXPECT_FIRST(MACHINE({ "c" }, { "m", PERF(100, 100, 1000, 1000) },
			     { "m", PERF(500, 500, 1000, 1000) }),
		     "1: 4 dram, 2: 22 slow", "node 1, the fastest memory, takes the place of DRAM");
}

Test(initial_policy, no_node_with_both_and_half)
{
	EXPECT_FIRST(MACHINE({ "c" }, { NO_LATENCY(500) }, { NO_LATENCY(1000) }),
		     "1: 9 slow, 2: 4 dram", "node 2, the fastest memory",
		     "of node 2 are not known");
	EXPECT_FIRST(MACHINE({ "c" }, { "m" }, { NO_LATENCY(1000) }), "1: 5 slow, 2: 4 dram",
		     "node 2, the fastest memory");
	EXPECT_FIRST(MACHINE({ "c" }, { "m" }, { "m" }), "1: 4 dram, 2: 4 dram",
		     "no latency or bandwidth of nodes 1-2 is known (no HMAT), and no node has both CPUs "
		     "and memory, so they stay");
	/* memory that the kernel has below DRAM does not take DRAM's place */
	EXPECT_FIRST(MACHINE({ "c" }, { "m" },
			     { "m", PERF(100, 100, 1000, 1000), .kernel_adistance = 2880 }),
		     "1: 4 dram, 2: 22 slow", "bandwidth of node 1 is known, and no node has both");
	EXPECT_FIRST(MACHINE({ "c" }, { "m", .kernel_adistance = 2880 }), "1: 22 slow",
		     "it stays where the kernel has it");
}

Test(initial_policy, reference_without_values)
{
	struct first f =
		first_policy(MACHINE({ "cm" }, { DRAM }, { "m", PERF(200, 200, 1000, 1000) }));

	cr_expect_eq(f.policy->reference, 1);
	cr_expect(strstr(f.said,
			 "bandwidth of node 0 is known: the others are compared with node 1"));
	cr_expect_eq(f.plan->nodes[2].after.tier, 9);
	first_free(&f);
	/* nothing is compared */
	EXPECT_FIRST(MACHINE({ "cm" }, { "m", PERF(200, 200, 1000, 1000) }), "0: 4 dram, 1: 5 slow",
		     "known of node 1 is known of node 0 too, so it is assumed");
}

/* The kernel ignores HMAT; the values count all the same. */
Test(initial_policy, dram_mismatch)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { "cm", PERF(130, 130, 1000, 1000) },
			     { "m", PERF(200, 200, 1000, 1000) }),
		     "0: 4 dram, 1: 4 dram, 2: 9 slow",
		     "nodes 0 and 1 have CPUs and differ by more than 10 %: the others are compared "
		     "with node 0");
}

/* ---- the kernel's order ---- */

#define IN_TIER(n) "m", .tier = n, .kernel_adistance = (n) * 128 + 64

Test(initial_policy, kernel_order)
{
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }, { IN_TIER(22) }),
		     "0: 4 dram, 1: 5 slow, 2: 22 slow-2",
		     "no latency or bandwidth of node 2 is known (no HMAT), so it stays where");
	/* the only free place is between DRAM's tier and the next one */
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }, { IN_TIER(5) }, { IN_TIER(6) }, { IN_TIER(9) }),
		     "0: 4 dram, 1: 5 slow, 2: 6 slow-2, 3: 7 slow-3, 4: 9 slow-4",
		     "node 2 is known (no HMAT), so it keeps its place in the kernel's order (tier 5 becomes 6)");
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }, { IN_TIER(5) }, { IN_TIER(5) }, { IN_TIER(9) }),
		     "0: 4 dram, 1: 5 slow, 2: 6 slow-2, 3: 6 slow-2, 4: 9 slow-3",
		     "nodes 2-3 is known (no HMAT), so they keep their place in the kernel's order");
	EXPECT_FIRST(MACHINE({ "cm" }, { "m" }, { IN_TIER(5) }, { IN_TIER(6) }, { IN_TIER(9) }),
		     "0: 4 dram, 1: 5 slow, 2: 6 slow-2, 3: 7 slow-3, 4: 9 slow-4",
		     "node 4 is known (no HMAT), so it stays where");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(100, 100, 1200, 1200) }, { IN_TIER(3) }),
		     "0: 4 dram, 1: 3 fast-2, 2: 2 fast",
		     "node 2 is known, so it keeps its place in the kernel's order (tier 3 becomes 2)");
	/* where a policy in force has moved the node does not count */
	EXPECT_FIRST(MACHINE({ "cm" }, { "m", .tier = 9, .kernel_adistance = 2880 }),
		     "0: 4 dram, 1: 22 slow", "it stays where the kernel has it");
	/* the last tiers */
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(4000000, 4000000, 1, 1) }, { IN_TIER(131071) }),
		     "0: 4 dram, 1: 131070 slow, 2: 131071 slow-2", "node 2 is known, so it stays");
	/* an overflow in the kernel makes the fastest tier */
	EXPECT_FIRST(MACHINE({ "cm" }, { "m", .tier = 4281505711, .kernel_adistance = -1723082824 },
			     { IN_TIER(3) }),
		     "0: 4 dram, 1: 0 fast, 2: 3 fast-2", "(tier 4281505711 becomes 0)",
		     "tier 3 becomes");
}

#define VALUES_IN_TIER(latency, n) \
	"m", PERF(latency, latency, 1000, 1000), .tier = n, .kernel_adistance = (n) * 128 + 64

Test(initial_policy, kernel_order_against_values)
{
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(400, 18) }, { VALUES_IN_TIER(200, 20) }),
		     "0: 4 dram, 1: 18 slow, 2: 19 slow-2",
		     "node 2 is faster than node 1 by latency and bandwidth, but the kernel has them in "
		     "tiers 20 and 18: that order is kept");
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(400, 18) }, { VALUES_IN_TIER(410, 19) }),
		     "0: 4 dram, 1: 18 slow, 2: 19 slow-2", "node 2 is as fast as node 1");
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(100, 22) }), "0: 4 dram, 1: 5 slow",
		     "node 1 is as fast as DRAM by latency and bandwidth, but the kernel has them in tiers "
		     "22 and 4");
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(50, 22) }), "0: 4 dram, 1: 5 slow",
		     "node 1 is faster than DRAM");
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(200, 2) }), "0: 4 dram, 1: 3 fast",
		     "DRAM is faster than node 1");
	/* of one tier, nodes are told apart if all are known */
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(400, 22) }, { VALUES_IN_TIER(200, 22) }),
		     "0: 4 dram, 1: 18 slow-2, 2: 9 slow");
	EXPECT_FIRST(MACHINE({ DRAM }, { VALUES_IN_TIER(400, 22) }, { VALUES_IN_TIER(200, 22) },
			     { IN_TIER(22) }),
		     "0: 4 dram, 1: 22 slow, 2: 22 slow, 3: 22 slow",
		     "bandwidth of node 3 is known");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(0, 0, 500, 500), .kernel_adistance = 2880 }),
		     "0: 4 dram, 1: 22 slow", "node 1 are not known: the kernel's tier is kept");
	EXPECT_FIRST(MACHINE({ DRAM }, { "m", PERF(0, 0, 500, 500), .kernel_adistance = 704 },
			     { "m", PERF(110, 110, 900, 900) }),
		     "0: 4 dram, 1: 6 slow-2, 2: 5 slow",
		     "node 1 are not known: the place in the kernel's order is kept");
}

/* What may be faster than DRAM is no silent demotion target. */
Test(initial_policy, may_be_fast_below_dram)
{
	struct machine *m = MACHINE({ "cm" }, { IN_TIER(22) });

	m->nodes[0].generic_initiator = true;
	EXPECT_FIRST(m, "0: 4 dram, 1: 22 slow",
		     "so it stays where the kernel has it, and DRAM is demoted to it, but it may be HBM");
	EXPECT_FIRST(of_kind(MACHINE({ "cm" }, { IN_TIER(22) }), 1, TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 22 hbm", "to know the speed of node 1, measure it");
	EXPECT_FIRST(of_kind(MACHINE({ "cm" }, { IN_TIER(2) }), 1, TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 2 hbm", "it stays where", "demoted to it");
	EXPECT_FIRST(of_kind(MACHINE({ "cm" }, { IN_TIER(22) }), 1, TIERBPF_KIND_PMEM),
		     "0: 4 dram, 1: 22 pmem", "it stays where", "demoted to it");
	/* nodes of one driver, in two tiers of the kernel */
	EXPECT_FIRST(of_driver(of_driver(MACHINE({ "cm" }, { IN_TIER(22) }, { "m" }), 1, "gpu"), 2,
			       "gpu"),
		     "0: 4 dram, 1: 22 device, 2: 4 dram",
		     "of node 1 (driver gpu) is known (no HMAT), so it stays where the kernel has it, and "
		     "DRAM is demoted to it");
}

Test(initial_policy, half_known_faster_below_dram)
{
	struct machine *m = MACHINE({ DRAM }, { "m", PERF(0, 0, 8000, 0), .kernel_adistance = 2880 },
				    { VALUES_IN_TIER(400, 22) });

	EXPECT_FIRST(of_kind(m, 1, TIERBPF_KIND_HBM), "0: 4 dram, 1: 22 slow, 2: 22 slow",
		     "of node 1 are not known: what is known is faster than DRAM, but the kernel has a tier "
		     "below DRAM for it: that order is kept, and DRAM is demoted there");
}

Test(initial_policy, hbm_raised_by_half)
{
	EXPECT_FIRST(of_kind(MACHINE({ DRAM }, { NO_BANDWIDTH(300) }), 1, TIERBPF_KIND_HBM),
		     "0: 4 dram, 1: 4 dram",
		     "by what is known of latency and bandwidth, node 1 would be slower than DRAM",
		     "not slower than DRAM");
}

/* A rule's name is true of all its nodes. */
Test(initial_policy, values_of_rule)
{
	struct first f = first_policy(
		MACHINE({ "cm", PERF(100, 100, 1000, 1000) }, { "m", PERF(200, 200, 1000, 1000) },
			{ "m", PERF(100, 100, 500, 490) }, { "m", PERF(201, 0, 1000, 1000) }));

	cr_expect(strstr(f.text, "\"100-201/? ns, 500-1000/490-1000 MB/s\""), "%s", f.text);
	first_free(&f);
	/* two tiers of the kernel have to share one */
	f = first_policy(MACHINE({ DRAM }, { IN_TIER(0) }, { IN_TIER(1) }, { IN_TIER(2) },
				 { IN_TIER(3) }, { "m", PERF(100, 100, 1200, 1200) }));
	cr_expect(strstr(f.text, "\"in the kernel's tiers 0 to 1\""), "%s", f.text);
	cr_expect(strstr(f.text, "\"in the kernel's tier 2\""), "%s", f.text);
	cr_expect(strstr(f.said,
			 "of node 2 is known, so a tier is shared, since there are too few before "
			 "DRAM's (tier 1 becomes 0)"),
		  "%s", f.said);
	first_free(&f);
}

/* ---- measurements ---- */

/* Latency and bandwidth of a node, and the spread of all values in percent. */
static void measure(struct machine *m, int node, int64_t latency, int64_t bandwidth, int64_t spread)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		m->nodes[node].measured.value[c] = is_latency(c) ? latency : bandwidth;
		m->nodes[node].measured_spread.value[c] = spread;
	}
}

static struct machine *measured(int64_t reference_spread, int64_t latency, int64_t spread)
{
	struct machine *m = MACHINE({ "cm" }, { "m" });

	measure(m, 0, 100, 1000, reference_spread);
	measure(m, 1, latency, 1000, spread);
	return m;
}

Test(initial_policy, measured)
{
	EXPECT_FIRST(measured(2, 200, 3), "0: 4 dram, 1: 9 slow", "is added to DRAM's tier later",
		     "is not used");
	/* equal, and it is certain */
	EXPECT_FIRST(measured(2, 101, 3), "0: 4 dram, 1: 4 dram", "is added", "is not used");
}

/* 200 ns and 100 ns are twice as much, but 60 % of spread in both values reaches over that. */
Test(initial_policy, measured_too_wide)
{
	EXPECT_FIRST(measured(2, 130, 60), "0: 4 dram, 1: 5 slow",
		     "the measurement of node 1 is not used, since it spreads too much to tell the node "
		     "from node 0: 130/130 ns +-30/30 %, 1000/1000 MB/s +-30/30 %, against 100/100 ns "
		     "+-1/1 %, 1000/1000 MB/s +-1/1 %");
	EXPECT_FIRST(measured(60, 130, 2), "0: 4 dram, 1: 5 slow",
		     "measurement of node 1 is not used, since it spreads too much to tell the node from node 0");
	EXPECT_FIRST(measured(60, 1000, 60), "0: 4 dram, 1: 45 slow", "is added", "is not used");
	EXPECT_FIRST(measured(4294967295, 1000, 4294967295), "0: 4 dram, 1: 5 slow", "is not used");
	EXPECT_FIRST(measured(2, 100, 60), "0: 4 dram, 1: 5 slow", "is not used");
	/* 20 % of both values are wide, 4 % are not */
	EXPECT_FIRST(measured(2, 110, 20), "0: 4 dram, 1: 5 slow", "is not used");
	EXPECT_FIRST(measured(2, 103, 4), "0: 4 dram, 1: 4 dram", "is added", "is not used");
	/* faster than the reference, and certainly so */
	EXPECT_FIRST(measured(60, 20, 2), "0: 4 dram, 1: 0 fast", "is added", "is not used");
}

/* What has been measured is not denied, and what is certain of it is not doubted. */
Test(initial_policy, measured_but_not_used)
{
	struct machine *m = MACHINE({ "cm" }, { "m" }, { "m" });

	EXPECT_FIRST(measured(2, 130, 60), "0: 4 dram, 1: 5 slow",
		     "no latency or bandwidth of node 1 that can be used is known (no HMAT), so it is assumed "
		     "to be slower than DRAM, and DRAM is demoted to it (HBM");
	measure(m, 0, 100, 1000, 2);
	measure(m, 1, 300, 1000, 40);
	measure(m, 2, 340, 1000, 2);
	EXPECT_FIRST(m, "0: 4 dram, 1: 5 slow, 2: 15 slow-2",
		     "no latency or bandwidth of node 1 that can be used is known", "HBM");
}

/* A node is not told from another one without CPUs: the firmware's values count again. */
Test(initial_policy, measured_twins_too_wide)
{
	struct machine *m = MACHINE({ DRAM }, { "m", PERF(500, 500, 1000, 1000) },
				    { "m", PERF(500, 500, 1000, 1000) });

	measure(m, 0, 100, 1000, 2);
	measure(m, 1, 300, 1000, 40);
	measure(m, 2, 340, 1000, 2);
	EXPECT_FIRST(m, "0: 4 dram, 1: 22 slow-2, 2: 15 slow",
		     "tell the node from node 2: 300/300 ns", "measurement of node 2");
}

Test(initial_policy, measurement_without_reference)
{
	struct machine *m = MACHINE({ "cm" }, { "m" });

	measure(m, 1, 300, 1000, 2);
	EXPECT_FIRST(m, "0: 4 dram, 1: 5 slow",
		     "the measurement is not used, since it lacks node 0, with which");
	/* another node with CPUs was measured */
	m = MACHINE({ "cm" }, { "m" }, { "cm" });
	measure(m, 1, 300, 1000, 2);
	measure(m, 2, 100, 1000, 2);
	EXPECT_FIRST(m, "0: 4 dram, 1: 13 slow, 2: 4 dram", "the others are compared with node 2",
		     "is not used");
}
