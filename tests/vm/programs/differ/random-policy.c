// SPDX-License-Identifier: GPL-2.0-only
#include "random-policy.h"

#include <errno.h>
#include <stdlib.h>
#include <tierbpf/adistance.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

/* xorshift64* */
uint32_t rng_below(struct rng *r, uint32_t n)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (uint32_t)((r->state * 0x2545f4914f6cdd1dULL >> 33) % n);
}

static int one_in(struct rng *r, uint32_t n)
{
	return !rng_below(r, n);
}

/* ---- machines ---- */

static int64_t random_value(struct rng *r, enum tierbpf_fact fact)
{
	switch (fact) {
	case TIERBPF_FACT_KIND:
		return 1 + rng_below(r, TIERBPF_KIND_HOTPLUG);
	case TIERBPF_FACT_SIZE:
		return (int64_t)(1 + rng_below(r, 8)) << 30;
	case TIERBPF_FACT_DISTANCE:
		return 10 + rng_below(r, 30);
	case TIERBPF_FACT_READ_LATENCY:
	case TIERBPF_FACT_WRITE_LATENCY:
		return one_in(r, 20) ? UINT32_MAX : 80 + rng_below(r, 40) * (1 + rng_below(r, 20));
	case TIERBPF_FACT_READ_BANDWIDTH:
	case TIERBPF_FACT_WRITE_BANDWIDTH:
		return one_in(r, 20) ? 1 : 1000 * (1 + rng_below(r, 200));
	default:
		return rng_below(r, 8);
	}
}

static int64_t random_kernel_adistance(struct rng *r)
{
	static const int32_t odd[] = {
		0,   -1, 1, INT32_MIN, INT32_MAX, TIERBPF_ADISTANCE_MAX, TIERBPF_ADISTANCE_MAX + 1,
		127, 128
	};

	if (one_in(r, 10))
		return odd[rng_below(r, ARRAY_SIZE(odd))];
	if (one_in(r, 2))
		return TIERBPF_ADISTANCE_DRAM;
	return 400 + rng_below(r, one_in(r, 2) ? 400 : 6000);
}

static void random_node(struct rng *r, struct machine_node *n)
{
	int fact;

	n->possible = true;
	n->memory = !one_in(r, 8);
	n->cpu = one_in(r, 3);
	n->tier = 4;
	machine_set_fact(n, TIERBPF_FACT_KERNEL_ADISTANCE, random_kernel_adistance(r),
			 SOURCE_MODULE);
	for (fact = TIERBPF_FACT_SIZE; fact < TIERBPF_NR_FACTS; fact++) {
		if (fact == TIERBPF_FACT_LATENCY_RATIO || fact == TIERBPF_FACT_BANDWIDTH_RATIO ||
		    fact == TIERBPF_FACT_HMAT_ADISTANCE)
			continue; /* the compiler's */
		if (!one_in(r, 4))
			machine_set_fact(n, (enum tierbpf_fact)fact,
					 random_value(r, (enum tierbpf_fact)fact), SOURCE_SYSFS);
	}
}

int random_machine(struct rng *r, int nr_nodes, struct machine **m)
{
	int node;

	*m = calloc(1, sizeof(**m));
	if (!*m)
		return -ENOMEM;
	(*m)->nr_nodes = nr_nodes;
	for (node = 0; node < nr_nodes; node++)
		random_node(r, &(*m)->nodes[node]);
	return 0;
}

/* ---- policies ---- */

static void print_list(struct rng *r, int max, FILE *out)
{
	int i, first = 0, count = 1 + (int)rng_below(r, 3);

	fputc('"', out);
	for (i = 0; i < count; i++) {
		first = (int)rng_below(r, (uint32_t)max + 1);
		fprintf(out, "%s%d", i ? "," : "", first);
		if (one_in(r, 2))
			fprintf(out, "-%d", first + (int)rng_below(r, (uint32_t)(max - first) + 1));
	}
	fputc('"', out);
}

/* min, max, both, or a value alone; @format prints one. */
static void print_range(struct rng *r, enum tierbpf_fact fact, const char *format, FILE *out)
{
	int64_t a = random_value(r, fact), b = random_value(r, fact);
	int64_t min = a < b ? a : b, max = a < b ? b : a;
	uint32_t form = rng_below(r, 8);

	if (!form) {
		fprintf(out, format, (long long)a);
		return;
	}
	fputc('{', out);
	if (form & 1) {
		fputs("\"min\": ", out);
		fprintf(out, format, (long long)min);
	}
	if (form == 1 || form == 3 || !(form & 1)) {
		fputs(form & 1 ? ", \"max\": " : "\"max\": ", out);
		fprintf(out, format, (long long)max);
	}
	fputc('}', out);
}

static void print_ratio(struct rng *r, FILE *out)
{
	uint32_t min = rng_below(r, 3000);

	fprintf(out, "{\"min\": %u.%03u, \"max\": %u.5}", min / 1000, min % 1000,
		min / 1000 + 1 + rng_below(r, 4));
}

static void print_kind(struct rng *r, FILE *out)
{
	static const char *const kinds[] = { "\"dram\"",
					     "\"cxl\"",
					     "\"pmem\"",
					     "\"hbm\"",
					     "\"hotplug\"",
					     "[\"hbm\", \"cxl\"]",
					     "[\"pmem\", \"dram\", \"hotplug\"]" };

	fputs(kinds[rng_below(r, ARRAY_SIZE(kinds))], out);
}

static void print_cxl(struct rng *r, FILE *out)
{
	switch (rng_below(r, 3)) {
	case 0:
		fprintf(out, "{\"region\": %u}", rng_below(r, 8));
		break;
	case 1:
		fprintf(out, "{\"serial\": \"0x%x\"}", rng_below(r, 8));
		break;
	case 2:
		fprintf(out, "{\"region\": {\"max\": %u}, \"serial\": %u}", rng_below(r, 8),
			rng_below(r, 8));
		break;
	}
}

static void print_predicate(struct rng *r, int which, int nr_nodes, FILE *out)
{
	static const char *const keys[] = {
		"node",
		"pxm",
		"kind",
		"cpu",
		"size",
		"distance",
		"read_latency_ns",
		"write_latency_ns",
		"read_bandwidth_mbps",
		"write_bandwidth_mbps",
		"latency_ratio",
		"bandwidth_ratio",
		"kernel_adistance",
		"cxl",
	};

	fprintf(out, "\"%s\": ", keys[which]);
	switch (which) {
	case 0:
		print_list(r, nr_nodes - 1, out);
		break;
	case 1:
		print_list(r, 7, out);
		break;
	case 2:
		print_kind(r, out);
		break;
	case 3:
		fputs(one_in(r, 2) ? "true" : "false", out);
		break;
	case 4:
		print_range(r, TIERBPF_FACT_SIZE, one_in(r, 2) ? "%lld" : "\"%lldB\"", out);
		break;
	case 5:
		print_range(r, TIERBPF_FACT_DISTANCE, "%lld", out);
		break;
	case 6:
		print_range(r, TIERBPF_FACT_READ_LATENCY, one_in(r, 2) ? "%lld" : "\"%lldns\"", out);
		break;
	case 7:
		print_range(r, TIERBPF_FACT_WRITE_LATENCY, "%lld", out);
		break;
	case 8:
		print_range(r, TIERBPF_FACT_READ_BANDWIDTH, one_in(r, 2) ? "%lld" : "\"%lldMB/s\"",
			    out);
		break;
	case 9:
		print_range(r, TIERBPF_FACT_WRITE_BANDWIDTH, "%lld", out);
		break;
	case 10:
	case 11:
		print_ratio(r, out);
		break;
	case 12:
		fprintf(out, "{\"min\": %d, \"max\": %d}", (int)rng_below(r, 600),
			600 + (int)rng_below(r, 6000));
		break;
	case 13:
		print_cxl(r, out);
		break;
	}
}

#define NR_PREDICATES 14

static void print_match(struct rng *r, int nr_nodes, FILE *out)
{
	const char *separator = "";
	int which;

	fputc('{', out);
	for (which = 0; which < NR_PREDICATES; which++) {
		if (!one_in(r, 8))
			continue;
		fputs(separator, out);
		separator = ", ";
		print_predicate(r, which, nr_nodes, out);
	}
	fputc('}', out);
}

static void print_action(struct rng *r, FILE *out)
{
	static const char *const tiers[] = { "hbm", "dram", "cxl", "far" };
	static const char *const sources[] = { "kernel", "hmat", "measured" };

	switch (rng_below(r, 5)) {
	case 0:
		fprintf(out, "{\"tier\": \"%s\"}", tiers[rng_below(r, ARRAY_SIZE(tiers))]);
		break;
	case 1:
		fprintf(out, "{\"adistance\": %u}", 1 + rng_below(r, TIERBPF_ADISTANCE_MAX));
		break;
	case 2:
		fprintf(out, "{\"offset\": %d}", (int)rng_below(r, 4000) - 2000);
		break;
	case 3:
		fprintf(out, "{\"scale\": %u.%03u}", rng_below(r, one_in(r, 4) ? 999 : 3),
			1 + rng_below(r, 999));
		break;
	case 4:
		fprintf(out, "{\"from\": \"%s\"}", sources[rng_below(r, ARRAY_SIZE(sources))]);
		break;
	}
}

void random_policy(struct rng *r, int nr_nodes, int nr_rules, FILE *out)
{
	int i;

	fputs("{\"version\": 1, \"tiers\": [\"hbm\", \"dram\", \"cxl\", {\"name\": \"far\", \"adistance\": 1344}],\n",
	      out);
	if (one_in(r, 3))
		fprintf(out, " \"reference\": {\"node\": %u},\n", rng_below(r, (uint32_t)nr_nodes));
	if (one_in(r, 2))
		fprintf(out, " \"tolerance\": 0.%02u,\n", rng_below(r, 30));
	fputs(" \"rules\": [", out);
	for (i = 0; i < nr_rules; i++) {
		fputs(i ? ",\n  {\"match\": " : "\n  {\"match\": ", out);
		print_match(r, nr_nodes, out);
		fputs(", \"action\": ", out);
		print_action(r, out);
		fputc('}', out);
	}
	fputc(']', out);
	if (one_in(r, 2)) {
		fputs(",\n \"default\": ", out);
		print_action(r, out);
	}
	fputs("}\n", out);
}
