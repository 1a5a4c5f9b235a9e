// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a guest as XML for libvirt 6.6 and later. See "CPU model and topology" in the description
 * of its domain format.
 */
#include <inttypes.h>

#include "export/export.h"

/* Names the elements outside <cpu> that must agree with it. */
static void print_header(const struct guest *g, FILE *out)
{
	fprintf(out,
		"<!-- For the domain's <cpu>. With it go <memory unit='KiB'>%" PRIu64
		"</memory> and\n"
		"     <vcpu>%u</vcpu>. Latency is in ns, bandwidth per second. -->\n",
		g->size / 1024, g->nr_cpus);
}

static void print_distances(const struct guest *g, int from, FILE *out)
{
	int to;

	fputs("      <distances>\n", out);
	for (to = 0; to < g->count; to++)
		fprintf(out, "        <sibling id='%d' value='%d'/>\n", to, g->distance[from][to]);
	fputs("      </distances>\n", out);
}

static void print_cell(const struct guest *g, int i, FILE *out)
{
	const struct guest_node *n = &g->nodes[i];

	fprintf(out, "    <cell id='%d'", i);
	if (n->cpu)
		fprintf(out, " cpus='%u", n->first_cpu);
	if (n->cpu && n->last_cpu > n->first_cpu)
		fprintf(out, "-%u", n->last_cpu);
	fprintf(out, "%s memory='%" PRIu64 "' unit='KiB'%s>\n", n->cpu ? "'" : "", n->size / 1024,
		g->distances ? "" : "/");
	if (!g->distances)
		return;
	print_distances(g, i, out);
	fputs("    </cell>\n", out);
}

/* In KiB as libvirt itself writes it, unless that exceeds the 32 bits of its schema. */
static void print_value(int initiator, int target, enum coordinate c, const char *type,
			int64_t value, FILE *out)
{
	bool latency = is_latency(c), kib = value <= UINT32_MAX / 1024;

	fprintf(out, "      <%s initiator='%d' target='%d' type='%s' value='%" PRId64 "'",
		latency ? "latency" : "bandwidth", initiator, target, type,
		latency || !kib ? value : value * 1024);
	fputs(latency ? "/>\n" : kib ? " unit='KiB'/>\n" : " unit='MiB'/>\n", out);
}

void guest_print_libvirt(const struct guest *g, FILE *out)
{
	int i;

	print_header(g, out);
	fputs("<cpu>\n  <numa>\n", out);
	for (i = 0; i < g->count; i++)
		print_cell(g, i, out);
	if (g->hmat) {
		fputs("    <interconnects>\n", out);
		guest_each_value(g, print_value, out);
		fputs("    </interconnects>\n", out);
	}
	fputs("  </numa>\n</cpu>\n", out);
}
