// SPDX-License-Identifier: GPL-2.0-only
#include "machine/measured-differs.h"

#include <inttypes.h>

#define ID "measured-differs"

/* More than 25 % of what firmware says; 0 is not known. */
static bool differs(int64_t measured, int64_t firmware)
{
	int64_t by = measured > firmware ? measured - firmware : firmware - measured;

	return measured && firmware && by * 4 > firmware; /* both are below 2^32 */
}

struct quantity {
	const char *name, *unit;
	enum tierbpf_fact fact;
	int64_t measured;
};

/* Says in @text what differs of @q; false: it does not. */
static bool tell(const struct machine_node *n, int node, const struct quantity *q, char *text,
		 size_t size)
{
	int64_t firmware = n->facts.known & 1ULL << q->fact ? n->facts.value[q->fact] : 0;

	snprintf(text, size, "node %d: measured %s %" PRId64 " %s, %s says %" PRId64, node, q->name,
		 q->measured, q->unit, source_name((enum source)n->source[q->fact]), firmware);
	return differs(q->measured, firmware);
}

static void each(const struct machine *m, void (*say)(const char *text, void *to), void *to)
{
	char text[128];
	int node;
	size_t i;

	for (node = 0; node < m->nr_nodes; node++) {
		const struct perf *p = &m->nodes[node].measured;
		const struct quantity all[] = {
			{ "read latency", "ns", TIERBPF_FACT_READ_LATENCY, p->read_latency },
			{ "write latency", "ns", TIERBPF_FACT_WRITE_LATENCY, p->write_latency },
			{ "read bandwidth", "MB/s", TIERBPF_FACT_READ_BANDWIDTH, p->read_bandwidth },
			{ "write bandwidth", "MB/s", TIERBPF_FACT_WRITE_BANDWIDTH,
			  p->write_bandwidth },
		};

		for (i = 0; i < sizeof(all) / sizeof(*all); i++)
			if (tell(&m->nodes[node], node, &all[i], text, sizeof(text)))
				say(text, to);
	}
}

static void print(const char *text, void *out)
{
	fprintf(out, "warning: %s (" ID ")\n", text);
}

void measured_differs_print(const struct machine *m, FILE *out)
{
	each(m, print, out);
}

static void append(const char *text, void *list)
{
	json_array_append_new(list, json_pack("{s:s, s:s}", "id", ID, "message", text));
}

json_t *measured_differs_json(const struct machine *m)
{
	json_t *list = json_array();

	each(m, append, list);
	return list;
}
