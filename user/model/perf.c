// SPDX-License-Identifier: GPL-2.0-only
#include "model/perf.h"

#include <errno.h>
#include <tierbpf/adistance.h>

static int64_t fact(const struct tierbpf_facts *f, enum tierbpf_fact fact)
{
	return f->known & (1ULL << fact) ? f->value[fact] : 0;
}

struct perf perf_of(const struct tierbpf_facts *f)
{
	return (struct perf){
		.read_latency = fact(f, TIERBPF_FACT_READ_LATENCY),
		.write_latency = fact(f, TIERBPF_FACT_WRITE_LATENCY),
		.read_bandwidth = fact(f, TIERBPF_FACT_READ_BANDWIDTH),
		.write_bandwidth = fact(f, TIERBPF_FACT_WRITE_BANDWIDTH),
	};
}

bool perf_is_known(const struct perf *p)
{
	return p->read_latency + p->write_latency && p->read_bandwidth + p->write_bandwidth;
}

struct perf perf_to_tell(const struct machine_node *n)
{
	return perf_is_known(&n->measured) ? n->measured : perf_of(&n->facts);
}

struct perf perf_kernel_has(const struct machine_node *n)
{
	if (perf_is_known(&n->sysfs[CLASS_CPU].perf))
		return n->sysfs[CLASS_CPU].perf;
	return perf_is_known(&n->region) ? n->region : perf_of(&n->facts);
}

__s32 perf_adistance(const struct perf *p, const struct perf *r)
{
	int64_t latency = p->read_latency + p->write_latency;
	int64_t bandwidth = p->read_bandwidth + p->write_bandwidth;
	int64_t r_latency = r->read_latency + r->write_latency;
	int64_t r_bandwidth = r->read_bandwidth + r->write_bandwidth;
	__int128 a = TIERBPF_ADISTANCE_DRAM;

	if (!perf_is_known(p) || !perf_is_known(r))
		return 0;
	a = a * latency / r_latency * r_bandwidth / bandwidth;
	return a > TIERBPF_ADISTANCE_MAX ? TIERBPF_ADISTANCE_MAX : tierbpf_clamp((int64_t)a);
}

bool perf_is_enough(const struct perf *p)
{
	return (uint32_t)(p->read_latency + p->write_latency) &&
	       (uint32_t)(p->read_bandwidth + p->write_bandwidth);
}

__s32 perf_kernel_adistance(const struct perf *p, const struct perf *r)
{
	uint32_t latency = (uint32_t)(p->read_latency + p->write_latency);
	uint32_t bandwidth = (uint32_t)(p->read_bandwidth + p->write_bandwidth);
	uint32_t r_latency = (uint32_t)(r->read_latency + r->write_latency);
	uint32_t r_bandwidth = (uint32_t)(r->read_bandwidth + r->write_bandwidth);
	int64_t a = TIERBPF_ADISTANCE_DRAM;

	if (!perf_is_enough(p) || !perf_is_enough(r))
		return 0;
	a = a * latency / r_latency;
	/* Wraps as on the kernel's machine. */
	a = (int64_t)((uint64_t)a * r_bandwidth);
	return (__s32)(a / bandwidth);
}

int perf_reference_node(const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].cpu && m->nodes[node].memory)
			return node;
	return -1;
}

/* abs() of an int, times 10 in an unsigned int: values of 2^31 and more wrap. */
static bool differs(int64_t value, int64_t reference)
{
	uint32_t by = (uint32_t)value - (uint32_t)reference;

	if (by > INT32_MAX)
		by = -by;
	return by * 10U > (uint32_t)reference;
}

int perf_kernel_believes(const struct machine *m, int *odd)
{
	int node, reference = perf_reference_node(m);
	struct perf p, r;

	if (reference < 0)
		return -ENOENT;
	/* As with numa=nohmat, the facts are ours alone. */
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
		/* One without any is an error of its own to the kernel, with the same end. */
		if (differs(p.read_latency, r.read_latency) ||
		    differs(p.write_latency, r.write_latency) ||
		    differs(p.read_bandwidth, r.read_bandwidth) ||
		    differs(p.write_bandwidth, r.write_bandwidth)) {
			*odd = node;
			return -ERANGE;
		}
	}
	return 0;
}
