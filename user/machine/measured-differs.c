// SPDX-License-Identifier: GPL-2.0-only
#include "machine/measured-differs.h"

#include <inttypes.h>

#define ID "measured-differs"

/* True if the values differ by more than 25 % of the firmware's; 0 is not known. */
static bool differs(int64_t measured, int64_t firmware)
{
	int64_t by = measured > firmware ? measured - firmware : firmware - measured;

	return measured && firmware && by * 4 > firmware; /* both are below 2^32 */
}

/* Writes into @text how the measured @c differs; false: it does not differ. */
static bool describe(const struct machine_node *n, int node, enum coordinate c, char *text,
		     size_t size)
{
	enum tierbpf_fact fact = coordinate_fact(c);
	int64_t firmware = n->facts.known & 1ULL << fact ? n->facts.value[fact] : 0;

	snprintf(text, size, "node %d: measured %s %" PRId64 " %s, %s says %" PRId64, node,
		 coordinate_name(c), n->measured.value[c], coordinate_unit(c),
		 source_name((enum source)n->source[fact]), firmware);
	return differs(n->measured.value[c], firmware);
}

static void each(const struct machine *m, void (*say)(const char *text, void *to), void *to)
{
	char text[128];
	int node;
	enum coordinate c;

	for (node = 0; node < m->nr_nodes; node++)
		for (c = 0; c < NR_COORDINATES; c++)
			if (describe(&m->nodes[node], node, c, text, sizeof(text)))
				say(text, to);
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
