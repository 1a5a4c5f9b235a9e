// SPDX-License-Identifier: GPL-2.0-only
#include "model/perf.h"

#include <errno.h>
#include <tierbpf/adistance.h>

struct perf perf_of(const struct tierbpf_facts *f)
{
	struct perf p;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		enum tierbpf_fact fact = coordinate_fact(c);

		p.value[c] = f->known & (1ULL << fact) ? f->value[fact] : 0;
	}
	return p;
}

struct perf perf_to_tell(const struct machine_node *n)
{
	return perf_has_both(&n->measured) ? n->measured : perf_of(&n->facts);
}

struct perf perf_kernel_has(const struct machine_node *n)
{
	if (perf_has_both(&n->sysfs[CLASS_CPU].perf))
		return n->sysfs[CLASS_CPU].perf;
	return perf_has_both(&n->region) ? n->region : perf_of(&n->facts);
}

__s32 perf_adistance(const struct perf *p, const struct perf *r)
{
	int64_t latency = perf_latency(p);
	int64_t bandwidth = perf_bandwidth(p);
	int64_t r_latency = perf_latency(r);
	int64_t r_bandwidth = perf_bandwidth(r);
	__int128 a = TIERBPF_ADISTANCE_DRAM;

	if (!perf_has_both(p) || !perf_has_both(r))
		return 0;
	a = a * latency / r_latency * r_bandwidth / bandwidth;
	return a > TIERBPF_ADISTANCE_MAX ? TIERBPF_ADISTANCE_MAX : tierbpf_clamp((int64_t)a);
}

bool perf_is_enough(const struct perf *p)
{
	return (uint32_t)perf_latency(p) && (uint32_t)perf_bandwidth(p);
}

__s32 perf_kernel_adistance(const struct perf *p, const struct perf *r)
{
	uint32_t latency = (uint32_t)perf_latency(p);
	uint32_t bandwidth = (uint32_t)perf_bandwidth(p);
	uint32_t r_latency = (uint32_t)perf_latency(r);
	uint32_t r_bandwidth = (uint32_t)perf_bandwidth(r);
	int64_t a = TIERBPF_ADISTANCE_DRAM;

	if (!perf_is_enough(p) || !perf_is_enough(r))
		return 0;
	a = a * latency / r_latency;
	/* The product may wrap, as it does in the kernel. */
	a = (int64_t)((uint64_t)a * r_bandwidth);
	return (__s32)(a / bandwidth);
}

bool perf_knows_the_same(const struct perf *p, const struct perf *reference)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		if (!p->value[c] != !reference->value[c])
			return false;
	return true;
}

bool perf_has_hmat(const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (perf_has_any(&m->nodes[node].sysfs[CLASS_CPU].perf) ||
		    perf_has_any(&m->nodes[node].sysfs[CLASS_ANY].perf))
			return true;
	return m->tables.hmat.found || m->tables.hmat.withheld;
}

int perf_reference_node(const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].cpu && m->nodes[node].memory)
			return node;
	return -1;
}

/* The kernel computes abs() of an int, times 10 in an unsigned int: values from 2^31 on wrap. */
static bool differs(int64_t value, int64_t reference)
{
	uint32_t by = (uint32_t)value - (uint32_t)reference;

	if (by > INT32_MAX)
		by = -by;
	return by * 10U > (uint32_t)reference;
}

int perf_kernel_reference(const struct machine *m, int *odd)
{
	int node, reference = perf_reference_node(m);
	enum coordinate c;
	struct perf p, r;

	if (reference < 0)
		return -ENOENT;
	/*
	 * The kernel has no values then, for instance because of numa=nohmat: the facts were
	 * computed here.
	 */
	if (m->tables.hmat.ignored &&
	    m->nodes[reference].source[TIERBPF_FACT_READ_LATENCY] == SOURCE_HMAT)
		return -ENODATA;
	r = perf_of(&m->nodes[reference].facts);
	if (!perf_is_enough(&r))
		return -ENODATA;
	for (node = reference + 1; node < m->nr_nodes; node++) {
		if (!m->nodes[node].cpu || !m->nodes[node].memory)
			continue;
		p = perf_of(&m->nodes[node].facts);
		/*
		 * A node without values is a different error in the kernel, but with the same
		 * result.
		 */
		for (c = 0; c < NR_COORDINATES; c++)
			if (differs(p.value[c], r.value[c])) {
				*odd = node;
				return -ERANGE;
			}
	}
	return 0;
}
