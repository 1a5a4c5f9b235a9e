// SPDX-License-Identifier: GPL-2.0-only
#include "random-policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <tierbpf/facts.h>

#include "policy/driver-name.h"
#include "policy/fact-text.h"
#include "policy/readers.h"
#include "util/array.h"

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

static const char *random_driver(struct rng *r)
{
	static const char *const drivers[] = { "kmem", "virtio_mem", "NVIDIA" };

	return drivers[rng_below(r, ARRAY_SIZE(drivers))];
}

static int64_t random_value(struct rng *r, enum tierbpf_fact fact)
{
	switch (fact_form(fact)) {
	case FACT_KIND:
		return 1 + rng_below(r, TIERBPF_KINDS_END - 1);
	case FACT_DRIVER:
		return driver_name_value(random_driver(r));
	case FACT_BYTES:
		return (int64_t)(1 + rng_below(r, 8)) << 30;
	case FACT_DISTANCE:
		return 10 + rng_below(r, 30);
	case FACT_NS:
		return one_in(r, 20) ? UINT32_MAX : 80 + rng_below(r, 40) * (1 + rng_below(r, 20));
	case FACT_MBPS:
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
	for (fact = 0; fact < TIERBPF_NR_FACTS; fact++) {
		if (tierbpf_fact_is_live((__u32)fact) && fact != TIERBPF_FACT_SIZE)
			continue;
		if (fact_form((__u32)fact) == FACT_RATIO || fact == TIERBPF_FACT_HMAT_ADISTANCE)
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

/* Prints a range with min, max or both, or a single value; @format prints one number. */
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

static void print_name(struct rng *r, enum tierbpf_fact fact, FILE *out)
{
	fprintf(out, "\"%s\"",
		fact_form(fact) == FACT_DRIVER ? random_driver(r) :
						 policy_kind_name(random_value(r, fact)));
}

/* Prints one value or an array. */
static void print_names(struct rng *r, enum tierbpf_fact fact, FILE *out)
{
	uint32_t more = rng_below(r, 3);
	bool array = one_in(r, 2);

	fputs(array ? "[" : "", out);
	print_name(r, fact, out);
	for (; array && more; more--) {
		fputs(", ", out);
		print_name(r, fact, out);
	}
	fputs(array ? "]" : "", out);
}

static void print_value(struct rng *r, enum tierbpf_fact fact, int nr_nodes, FILE *out)
{
	bool plain = one_in(r, 2);

	switch (fact_form(fact)) {
	case FACT_NODES:
		print_list(r, nr_nodes - 1, out);
		break;
	case FACT_DOMAINS:
		print_list(r, 7, out);
		break;
	case FACT_KIND:
	case FACT_DRIVER:
		print_names(r, fact, out);
		break;
	case FACT_YES_NO:
		fputs(plain ? "true" : "false", out);
		break;
	case FACT_RATIO:
		print_ratio(r, out);
		break;
	case FACT_ADISTANCE:
		fprintf(out, "{\"min\": %d, \"max\": %d}", (int)rng_below(r, 600),
			600 + (int)rng_below(r, 6000));
		break;
	case FACT_SERIAL:
		fprintf(out, plain ? "%u" : "\"0x%x\"", rng_below(r, 8));
		break;
	case FACT_BYTES:
		print_range(r, fact, plain ? "%lld" : "\"%lldB\"", out);
		break;
	case FACT_NS:
		print_range(r, fact, plain ? "%lld" : "\"%lldns\"", out);
		break;
	case FACT_MBPS:
		print_range(r, fact, plain ? "%lld" : "\"%lldMB/s\"", out);
		break;
	default:
		print_range(r, fact, "%lld", out);
		break;
	}
}

static enum tierbpf_fact find_fact(const char *prefix, const char *member)
{
	size_t length = strlen(prefix);
	__u32 fact;

	for (fact = 0; fact < TIERBPF_NR_FACTS; fact++)
		if (!strncmp(fact_key(fact), prefix, length) &&
		    !strcmp(fact_key(fact) + length, member))
			break;
	return fact;
}

/* Prints each member of "cxl" half of the time, and at least one. */
static void print_cxl(struct rng *r, int nr_nodes, FILE *out)
{
	uint32_t which = 1 + rng_below(r, (1U << cxl_members.count) - 1);
	const char *separator = "";
	size_t i;

	fputc('{', out);
	for (i = 0; i < cxl_members.count; i++) {
		const char *member = cxl_members.list[i].key;

		if (!(which & 1U << i))
			continue;
		fprintf(out, "%s\"%s\": ", separator, member);
		print_value(r, find_fact("cxl_", member), nr_nodes, out);
		separator = ", ";
	}
	fputc('}', out);
}

static void print_match(struct rng *r, int nr_nodes, FILE *out)
{
	const char *separator = "";
	size_t i;

	fputc('{', out);
	for (i = 0; i < match_members.count; i++) {
		const char *member = match_members.list[i].key;

		if (!one_in(r, 8))
			continue;
		fprintf(out, "%s\"%s\": ", separator, member);
		separator = ", ";
		if (!strcmp(member, "cxl"))
			print_cxl(r, nr_nodes, out);
		else
			print_value(r, find_fact("", member), nr_nodes, out);
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
