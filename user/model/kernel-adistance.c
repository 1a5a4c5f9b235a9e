// SPDX-License-Identifier: GPL-2.0-only
#include "model/kernel-adistance.h"

#include <tierbpf/adistance.h>

#include "model/perf.h"

/* @computed is NULL if latency or bandwidth is not known. */
static void estimate(struct machine_node *n, const __s32 *computed, bool tier_tells)
{
	int64_t tier = tier_tells ? n->tier : NO_TIER;
	int64_t highest = TIERBPF_ADISTANCE_MAX >> TIERBPF_TIER_SHIFT;

	if (computed && (tier == NO_TIER || (int64_t)tierbpf_tier(*computed) == tier))
		machine_set_fact(n, TIERBPF_FACT_KERNEL_ADISTANCE, *computed, SOURCE_DERIVED);
	else if (tier >= 0 && tier <= highest)
		machine_set_fact(n, TIERBPF_FACT_KERNEL_ADISTANCE, tierbpf_tier_centre((__u32)tier),
				 SOURCE_TIER);
	else
		machine_set_fact(n, TIERBPF_FACT_KERNEL_ADISTANCE, TIERBPF_ADISTANCE_DRAM,
				 SOURCE_TIER);
}

void kernel_adistance_estimate(struct machine *m, bool tiers_are_the_kernels)
{
	struct perf reference = {};
	int node, odd;

	if (!perf_kernel_reference(m, &odd))
		reference = perf_of(&m->nodes[perf_reference_node(m)].facts);
	for (node = 0; node < m->nr_nodes; node++) {
		struct machine_node *n = &m->nodes[node];
		struct perf p = perf_kernel_has(n);
		__s32 computed = perf_kernel_adistance(&p, &reference);
		bool enough = perf_is_enough(&p) && perf_is_enough(&reference);

		if (n->memory && !machine_knows(n, TIERBPF_FACT_KERNEL_ADISTANCE))
			estimate(n, enough ? &computed : NULL, tiers_are_the_kernels);
	}
}
