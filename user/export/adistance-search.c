// SPDX-License-Identifier: GPL-2.0-only
/* Searches latencies and bandwidths for which the kernel's own formula gives an adistance. */
#include "export/acpi.h"

#include <stdlib.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"

/* Prefers the smallest base: it gives the search more values. */
int64_t grid_base(int64_t largest, int64_t divisor)
{
	int64_t base, least = (largest + HMAT_ENTRY_MAX - 1) / HMAT_ENTRY_MAX ?: 1;

	for (base = least; base <= divisor && base <= 1 << 20; base++)
		if (divisor % base == 0)
			return base;
	return least;
}

int64_t grid_round(int64_t value, int64_t base)
{
	return value ? ((value + base / 2) / base ?: 1) * base : 0;
}

/* Bounds for the sum of the values for reading and writing, in multiples of @base. */
struct sum {
	int64_t base;
	int64_t read; /* the share of reading, in millionths */
	int64_t most; /* the largest sum of which both parts fit into an entry */
};

static struct sum sum_of(int64_t read, int64_t write, int64_t base, int64_t limit)
{
	struct sum s = { .base = base, .read = read * 1000000 / (read + write) };
	int64_t larger = s.read > 500000 ? s.read : 1000000 - s.read;

	if (limit > HMAT_ENTRY_MAX)
		limit = HMAT_ENTRY_MAX;
	s.most = limit * 1000000 / larger - 1;
	return s;
}

static int64_t held(int64_t value, const struct sum *s)
{
	return value < 2 ? 2 : value > s->most ? s->most : value;
}

static void split(int64_t total, const struct sum *s, int64_t *read, int64_t *write)
{
	int64_t part = (total * s->read + 500000) / 1000000;

	part = part < 1 ? 1 : part > total - 1 ? total - 1 : part;
	*read = part * s->base;
	*write = (total - part) * s->base;
}

struct search {
	__s32 adistance;
	const struct perf *reference;
	struct sum latency, bandwidth;
	double per_bandwidth; /* ratio of latency to bandwidth that gives the adistance */
	int64_t step; /* smallest change of latency that changes the formula's first quotient */
	struct perf best;
	__s32 off; /* how far the best is from the adistance; -1: there is none yet */
};

static int64_t latency_for(const struct search *s, int64_t bandwidth)
{
	return held((int64_t)((double)bandwidth * s->per_bandwidth), &s->latency);
}

/* Returns true if the values give exactly the adistance. */
static bool try(struct search *s, int64_t latency, int64_t bandwidth)
{
	struct perf p;
	__s32 a, off;

	split(held(latency, &s->latency), &s->latency, &p.value[READ_LATENCY],
	      &p.value[WRITE_LATENCY]);
	split(held(bandwidth, &s->bandwidth), &s->bandwidth, &p.value[READ_BANDWIDTH],
	      &p.value[WRITE_BANDWIDTH]);
	a = perf_kernel_adistance(&p, s->reference);
	off = abs(a - s->adistance);
	if (a > 0 && tierbpf_tier(a) == tierbpf_tier(s->adistance) && (s->off < 0 || off < s->off)) {
		s->off = off;
		s->best = p;
	}
	return a == s->adistance;
}

/* Tries the bandwidths that differ from @bandwidth by @from to @to, each with the best latencies. */
static bool try_around(struct search *s, int64_t bandwidth, int64_t from, int64_t to)
{
	int64_t by, sign, k;

	for (by = from; by <= to; by++)
		for (sign = -1; sign <= 1; sign += 2)
			for (k = -1; k <= 2; k++)
				if (try(s, latency_for(s, bandwidth + sign * by) + k * s->step,
					bandwidth + sign * by))
					return true;
	return false;
}

static void complete(struct perf *p, const struct perf *r)
{
	if (!p->value[READ_LATENCY] && !p->value[WRITE_LATENCY]) {
		p->value[READ_LATENCY] = r->value[READ_LATENCY];
		p->value[WRITE_LATENCY] = r->value[WRITE_LATENCY];
	}
	if (!p->value[READ_BANDWIDTH] && !p->value[WRITE_BANDWIDTH]) {
		p->value[READ_BANDWIDTH] = r->value[READ_BANDWIDTH];
		p->value[WRITE_BANDWIDTH] = r->value[WRITE_BANDWIDTH];
	}
}

bool perf_for_adistance(__s32 adistance, const struct perf *r, const struct grid *grid,
			struct perf *p)
{
	struct search s = { .adistance = adistance, .reference = r, .off = -1 };
	struct perf start = *p;
	int64_t bandwidth, by;

	complete(&start, r);
	s.latency = sum_of(start.value[READ_LATENCY], start.value[WRITE_LATENCY], grid->latency,
			   HMAT_LATENCY_MAX / grid->latency);
	s.bandwidth = sum_of(start.value[READ_BANDWIDTH], start.value[WRITE_BANDWIDTH],
			     grid->bandwidth, HMAT_ENTRY_MAX);
	/* The kernel's formula, solved for the latency, in multiples of the bases. */
	s.per_bandwidth = (double)adistance / TIERBPF_ADISTANCE_DRAM * (double)perf_latency(r) /
			  (double)grid->latency / (double)perf_bandwidth(r) *
			  (double)grid->bandwidth;
	s.step = perf_latency(r) / (TIERBPF_ADISTANCE_DRAM * grid->latency) ?: 1;
	bandwidth = held(perf_bandwidth(&start) / grid->bandwidth, &s.bandwidth);
	/* If the latency would be too large or too small for an entry, change the bandwidth. */
	if ((double)bandwidth * s.per_bandwidth > (double)s.latency.most)
		bandwidth = held((int64_t)((double)s.latency.most / s.per_bandwidth), &s.bandwidth);
	if ((double)bandwidth * s.per_bandwidth < 2)
		bandwidth = held((int64_t)(2 / s.per_bandwidth) + 1, &s.bandwidth);
	/* Change the bandwidth by up to a tenth for the exact adistance; for the tier, by any amount. */
	try_around(&s, bandwidth, 0, bandwidth / 10);
	for (by = bandwidth / 10 + 1; s.off < 0 && by <= s.bandwidth.most; by++)
		try_around(&s, bandwidth, by, by);
	if (s.off < 0)
		return false;
	*p = s.best;
	return true;
}
