// SPDX-License-Identifier: GPL-2.0-only
#include "measured-differs.h"

#include <inttypes.h>

#define ID "measured-differs"

/* More than 25 % of what firmware says; 0 is not known. */
static bool differs(int64_t measured, int64_t firmware)
{
	int64_t by = measured > firmware ? measured - firmware : firmware - measured;

	return measured && firmware && by * 4 > firmware; /* both are below 2^32 */
}

/* Says what differs of @n in @text; false: nothing does. */
static bool tell(const struct machine_node *n, int node, char *text, size_t size)
{
	const struct {
		const char *name, *unit;
		enum tierbpf_fact fact;
		int64_t measured;
	} values[] = {
		{ "read latency", "ns", TIERBPF_FACT_READ_LATENCY, n->measured.read_latency },
		{ "write latency", "ns", TIERBPF_FACT_WRITE_LATENCY, n->measured.write_latency },
		{ "read bandwidth", "MB/s", TIERBPF_FACT_READ_BANDWIDTH, n->measured.read_bandwidth },
		{ "write bandwidth", "MB/s", TIERBPF_FACT_WRITE_BANDWIDTH, n->measured.write_bandwidth },
	};
	size_t i, used = (size_t)snprintf(text, size, "node %d: measured", node), start = used;

	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		enum tierbpf_fact fact = values[i].fact;
		int64_t firmware = n->facts.known & 1ULL << fact ? n->facts.value[fact] : 0;

		if (differs(values[i].measured, firmware) && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s %s %" PRId64 " %s, %s says %" PRId64,
						 used == start ? "" : ";", values[i].name, values[i].measured,
						 values[i].unit, source_name((enum source)n->source[fact]), firmware);
	}
	return used != start;
}

void measured_differs_print(const struct machine *m, FILE *out)
{
	char text[512];
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (tell(&m->nodes[node], node, text, sizeof(text)))
			fprintf(out, "warning: %s (" ID ")\n", text);
}

json_t *measured_differs_json(const struct machine *m)
{
	json_t *list = json_array();
	char text[512];
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (tell(&m->nodes[node], node, text, sizeof(text)))
			json_array_append_new(list, json_pack("{s:s, s:s}", "id", ID, "message", text));
	return list;
}
