// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"

#include "model/kernel-adistance.h"

#define DRAM PERF(10, 10, 10, 10)
#define CARD PERF(20, 20, 5, 5) /* 2304, tier 18 */

struct answer {
	int64_t adistance; /* 0: not known */
	enum source source;
};

static void expect_answers(const char *of, struct machine *m, bool tiers_are_the_kernels,
			   const struct answer *expected)
{
	int node;

	kernel_adistance_estimate(m, tiers_are_the_kernels);
	for (node = 0; node < m->nr_nodes; node++) {
		const struct machine_node *n = &m->nodes[node];
		bool known = n->facts.known & (1ULL << TIERBPF_FACT_KERNEL_ADISTANCE);
		int64_t adistance = known ? n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE] : 0;

		cr_expect_eq(adistance, expected[node].adistance, "%s: node %d: %lld", of, node,
			     (long long)adistance);
		cr_expect_eq(n->source[TIERBPF_FACT_KERNEL_ADISTANCE], expected[node].source,
			     "%s: node %d: source %d", of, node,
			     n->source[TIERBPF_FACT_KERNEL_ADISTANCE]);
	}
	machine_free(m);
}

#define TIER SOURCE_TIER
#define COMPUTED SOURCE_DERIVED

/* The formula counts if it agrees with the tier, otherwise the tier. */
Test(kernel_adistance, tiers_of_the_kernel)
{
	expect_answers("no HMAT: 576 and 2880 are exact",
		       MACHINE({ "cm" }, { "m" }, { "m", .tier = 22 }), true,
		       (const struct answer[]){ { 576, TIER }, { 576, TIER }, { 2880, TIER } });
	expect_answers("HMAT", MACHINE({ "cm", DRAM }, { "m", CARD, .tier = 18 }), true,
		       (const struct answer[]){ { 576, COMPUTED }, { 2304, COMPUTED } });
	expect_answers("a driver knows better", MACHINE({ "cm", DRAM }, { "m", CARD, .tier = 22 }),
		       true, (const struct answer[]){ { 576, COMPUTED }, { 2880, TIER } });
	expect_answers("the kernel has switched HMAT off",
		       MACHINE({ "cm", DRAM }, { "cm", CARD }, { "m", CARD }), true,
		       (const struct answer[]){ { 576, TIER }, { 576, TIER }, { 576, TIER } });
	expect_answers("in no tier yet",
		       MACHINE({ "cm", DRAM }, { "m", CARD, .tier = NO_TIER },
			       { "m", .tier = NO_TIER }),
		       true,
		       (const struct answer[]){
			       { 576, COMPUTED }, { 2304, COMPUTED }, { 576, TIER } });
}

/* A policy has moved the nodes. */
Test(kernel_adistance, tiers_of_a_policy)
{
	expect_answers("no HMAT", MACHINE({ "cm" }, { "m", .tier = 22 }), false,
		       (const struct answer[]){ { 576, TIER }, { 576, TIER } });
	expect_answers("HMAT", MACHINE({ "cm", DRAM, .tier = 9 }, { "m", CARD, .tier = 22 }), false,
		       (const struct answer[]){ { 576, COMPUTED }, { 2304, COMPUTED } });
}

/* An answer of the kernel is kept; nodes without memory get no adistance. */
Test(kernel_adistance, what_is_known)
{
	expect_answers("known",
		       MACHINE({ "cm", DRAM, .kernel_adistance = 600 }, { "m", CARD, .tier = 18 }),
		       true, (const struct answer[]){ { 600, SOURCE_MODULE }, { 2304, COMPUTED } });
	expect_answers("no memory", MACHINE({ "c", DRAM }, { "", CARD }, { "cm", DRAM }), true,
		       (const struct answer[]){ {}, {}, { 576, COMPUTED } });
}

/* memory_tier4281505711 is used if the formula gives it; otherwise its adistance is not known. */
Test(kernel_adistance, tiers_beyond_all)
{
	expect_answers("it wraps",
		       MACHINE({ "cm", PERF(65, 65, 4259710000, 4259710000) },
			       { "m", PERF(4259710, 4259710, 65000, 65000), .tier = 4281505711 }),
		       true,
		       (const struct answer[]){ { 576, COMPUTED }, { -1723082824, COMPUTED } });
	expect_answers("it does not",
		       MACHINE({ "cm" }, { "m", .tier = 131071 }, { "m", .tier = 131072 },
			       { "m", .tier = 4281505711 }),
		       true,
		       (const struct answer[]){
			       { 576, TIER }, { 16777152, TIER }, { 576, TIER }, { 576, TIER } });
}
