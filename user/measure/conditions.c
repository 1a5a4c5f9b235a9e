// SPDX-License-Identifier: GPL-2.0-only
/* Judges the conditions under which a node was measured. */
#include <stdio.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "measure/loops-and-buffer.h"
#include "util/cleanup.h"
#include "util/number.h"

#define CACHES 4 /* times the last-level cache, with which little of the buffer is in it */

/* In percent. Nodes that differ by less than the spread cannot be told apart. */
#define FAIR_SPREAD 10
#define POOR_SPREAD 25

/* An idle machine takes less than 1 % for interrupts and its own threads. */
#define FAIR_STOLEN 0.05
#define POOR_STOLEN 0.20

bool cpu_is_emulated(void)
{
#ifdef __x86_64__
	unsigned int a, b, c, d;
	char signature[13] = "";

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1U << 31))
		return false; /* no hypervisor */
	__cpuid(0x40000000, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	return !strcmp(signature, "TCGTCGTCGTCG");
#else
	return false;
#endif
}

double loop_stolen(const struct loop_time *time)
{
	return time->wall > time->cpu ? 1 - (double)time->cpu / (double)time->wall : 0;
}

int64_t stolen_ticks(const struct bitmask *cpus, int64_t *total)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/stat", "re");
	long long t[8];
	int64_t stolen = 0;
	char line[512];
	unsigned int cpu;
	int i;

	*total = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "cpu%u %lld %lld %lld %lld %lld %lld %lld %lld", &cpu, &t[0],
			   &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) != 9 ||
		    cpu >= cpus->size || !numa_bitmask_isbitset(cpus, cpu))
			continue;
		stolen += t[7];
		for (i = 0; i < 8; i++)
			*total += t[i];
	}
	return stolen;
}

bool is_worth_repeating(const struct measured_value *v, const struct loop_time *time)
{
	return v->spread > FAIR_SPREAD || loop_stolen(time) > FAIR_STOLEN;
}

bool is_time_to_repeat(int64_t now, int64_t cost, int left, int64_t until)
{
	return now + (1 + left) * cost <= until;
}

static void doubt(struct measured_node *n, enum measured_doubt doubt, bool fair, bool poor)
{
	if (!fair && !poor)
		return;
	n->doubts |= 1U << doubt;
	if (poor)
		n->grade = GRADE_POOR;
	else if (n->grade != GRADE_POOR)
		n->grade = GRADE_FAIR;
}

void grade_node(struct measured_node *n, const struct conditions *c)
{
	int64_t spread = 0;
	bool few = false;
	enum coordinate i;

	for (i = 0; i < NR_COORDINATES; i++) {
		spread = max_of(n->values[i].spread, spread);
		few |= n->values[i].rounds < MEASURE_ROUNDS;
	}
	n->grade = GRADE_GOOD;
	n->doubts = 0;
	doubt(n, DOUBT_EMULATED, false, c->emulated);
	doubt(n, DOUBT_ONE_CPU, false, c->cpus < 2);
	doubt(n, DOUBT_BUSY, c->stolen > FAIR_STOLEN, c->stolen > POOR_STOLEN);
	doubt(n, DOUBT_SPREAD, spread > FAIR_SPREAD, spread > POOR_SPREAD);
	doubt(n, DOUBT_CACHE, c->bytes < CACHES * c->cache, c->bytes < c->cache);
	doubt(n, DOUBT_FEW_ROUNDS, few, false);
}
