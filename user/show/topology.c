// SPDX-License-Identifier: GPL-2.0-only
#include "show/topology.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "machine/measured-differs.h"
#include "model/perf.h"
#include "policy/fact-text.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

#define MAX_MATRIX 16 /* nodes */

static bool is_same(const struct source_perf *t, const struct perf *perf,
		    const struct nodeset *initiators)
{
	return !memcmp(t->perf, perf, sizeof(*perf)) &&
	       (!t->initiators || !initiators ||
		!memcmp(t->initiators, initiators, sizeof(*initiators)));
}

/* Is a value of @p among the facts? Sources with the same values share a line. */
static bool is_used(const struct machine_node *n, const struct perf *p)
{
	const struct perf *used;
	enum source source;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		used = machine_perf_in_use(n, c, &source);
		if (used && !memcmp(used, p, sizeof(*p)))
			return true;
	}
	return false;
}

static void tell(struct source_perf *t, size_t *count, const char *by, const struct perf *perf,
		 const struct nodeset *initiators)
{
	size_t i, used;

	if (!perf_has_any(perf))
		return;
	for (i = 0; i < *count && !is_same(&t[i], perf, initiators); i++)
		;
	if (i == *count)
		t[(*count)++] = (struct source_perf){ .perf = perf, .initiators = initiators };
	used = strlen(t[i].by);
	snprintf(t[i].by + used, sizeof(t[i].by) - used, "%s%s", used ? ", " : "", by);
	if (!t[i].initiators)
		t[i].initiators = initiators;
}

size_t topology_sources(const struct machine_node *n, enum access_class class,
			struct source_perf t[MAX_SOURCES])
{
	size_t i, count = 0;

	memset(t, 0, MAX_SOURCES * sizeof(*t));
	tell(t, &count, "sysfs", &n->sysfs[class].perf, &n->sysfs[class].initiators);
	tell(t, &count, "HMAT", &n->hmat[class].perf, &n->hmat[class].initiators);
	if (class == CLASS_CPU) {
		tell(t, &count, "CXL region", &n->region, NULL);
		tell(t, &count, source_name(n->to_come ? SOURCE_CDAT_TO_COME : SOURCE_CDAT),
		     &n->cdat, NULL);
		tell(t, &count, "measured", &n->measured, NULL);
		for (i = 0; i < count; i++)
			t[i].used = is_used(n, t[i].perf);
	}
	return count;
}

static const char *fact_or(const struct machine_node *n, enum tierbpf_fact fact,
			   const char *unknown, char *buffer, size_t size)
{
	if (n->facts.known & (1ULL << fact))
		return fact_text(fact, n->facts.value[fact], buffer, size);
	snprintf(buffer, size, "%s", unknown);
	return buffer;
}

/* ---- tables ---- */

static int add_node(struct libscols_table *t, const struct machine_node *n, int node)
{
	char number[16], pxm[24], kind[24], size[32], tier[24] = "-", distance[24];
	const char *const cells[] = {
		number,
		fact_or(n, TIERBPF_FACT_PXM, "-", pxm, sizeof(pxm)),
		fact_or(n, TIERBPF_FACT_KIND, "-", kind, sizeof(kind)),
		n->cpulist ?: "-",
		fact_or(n, TIERBPF_FACT_SIZE, "-", size, sizeof(size)),
		tier,
		fact_or(n, TIERBPF_FACT_DISTANCE, "-", distance, sizeof(distance)),
	};

	snprintf(number, sizeof(number), "%d", node);
	if (n->tier != NO_TIER)
		snprintf(tier, sizeof(tier), "%lld", (long long)n->tier);
	return columns_add(t, cells);
}

static int print_nodes(const struct machine *m, FILE *out)
{
	static const struct column columns[] = {
		{ "NODE", SCOLS_FL_RIGHT },
		{ "PXM", SCOLS_FL_RIGHT },
		{ "KIND", 0 },
		{ "CPUS", 0 },
		{ "SIZE", SCOLS_FL_RIGHT },
		{ "TIER", SCOLS_FL_RIGHT },
		{ "DISTANCE", SCOLS_FL_RIGHT },
	};
	struct libscols_table *t = columns_new(columns, ARRAY_SIZE(columns));
	int node, err = 0;

	for (node = 0; !err && node < m->nr_nodes; node++)
		if (m->nodes[node].possible)
			err = add_node(t, &m->nodes[node], node);
	return columns_print(t, err, out);
}

/* The tier in which the kernel alone would have the node, if it was asked and says another. */
static int64_t other_kernel_tier(const struct machine_node *n)
{
	int64_t tier = tierbpf_tier((__s32)n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE]);

	return n->source[TIERBPF_FACT_KERNEL_ADISTANCE] == SOURCE_MODULE && n->memory &&
			       tier != n->tier ?
		       tier :
		       NO_TIER;
}

/* TIER is where the nodes are now; under a policy that is not what init and export acpi start from. */
static int print_kernel_tiers(const struct machine *m, FILE *out)
{
	struct nodeset done = {};
	int node, other;

	for (node = 0; node < m->nr_nodes; node++) {
		int64_t tier = other_kernel_tier(&m->nodes[node]);
		_cleanup_free_ char *list = NULL;
		struct nodeset same = {};

		if (tier == NO_TIER || nodeset_has(&done, node))
			continue;
		for (other = node; other < m->nr_nodes; other++)
			if (other_kernel_tier(&m->nodes[other]) == tier) {
				nodeset_add(&same, other);
				nodeset_add(&done, other);
			}
		list = nodeset_text(&same);
		if (!list)
			return no_memory();
		fprintf(out, "a policy is in force: without it, node %s would be in tier %lld\n",
			list, (long long)tier);
	}
	return 0;
}

static const char *class_name(enum access_class class)
{
	return class == CLASS_CPU ? "cpu" : "any";
}

static void read_write(int64_t read, int64_t write, char *buffer, size_t size)
{
	char r[24] = "?", w[24] = "?";

	if (read)
		snprintf(r, sizeof(r), "%" PRId64, read);
	if (write)
		snprintf(w, sizeof(w), "%" PRId64, write);
	snprintf(buffer, size, "%s/%s", r, w);
}

static int add_source(struct libscols_table *t, int node, enum access_class class,
		      const struct source_perf *s)
{
	_cleanup_free_ char *initiators = s->initiators ? nodeset_text(s->initiators) : NULL;
	char number[16], latency[56], bandwidth[56];
	const char *const cells[] = {
		number,
		class_name(class),
		initiators && *initiators ? initiators : "-",
		latency,
		bandwidth,
		s->by,
		s->used ? "yes" : "",
	};

	snprintf(number, sizeof(number), "%d", node);
	read_write(s->perf->value[READ_LATENCY], s->perf->value[WRITE_LATENCY], latency,
		   sizeof(latency));
	read_write(s->perf->value[READ_BANDWIDTH], s->perf->value[WRITE_BANDWIDTH], bandwidth,
		   sizeof(bandwidth));
	return columns_add(t, cells);
}

/* Returns whether there was anything to print. */
static int print_performance(const struct machine *m, FILE *out, bool *any)
{
	static const struct column columns[] = {
		{ "NODE", SCOLS_FL_RIGHT },
		{ "FROM", 0 },
		{ "NODES", 0 },
		{ "LATENCY ns", SCOLS_FL_RIGHT },
		{ "BANDWIDTH MB/s", SCOLS_FL_RIGHT },
		{ "SAID BY", 0 },
		{ "USED", 0 },
	};
	struct libscols_table *t = columns_new(columns, ARRAY_SIZE(columns));
	struct source_perf sources[MAX_SOURCES];
	int node, class, err = 0;
	size_t i, count;

	*any = false;
	for (node = 0; node < m->nr_nodes; node++) {
		for (class = CLASS_CPU; class >= CLASS_ANY; class --) {
			count = topology_sources(&m->nodes[node], (enum access_class) class,
						 sources);
			*any = *any || count;
			for (i = 0; !err && i < count; i++)
				err = add_source(t, node, (enum access_class) class, &sources[i]);
		}
	}
	if (*any)
		return columns_print(t, err, out);
	scols_unref_table(t);
	fprintf(out, "no latency or bandwidth is known%s\n", perf_has_hmat(m) ? "" : " (no HMAT)");
	return 0;
}

static void print_distances(const struct machine *m, FILE *out)
{
	int from, to, count = 0;

	for (to = 0; to < m->nr_nodes; to++)
		count += m->nodes[to].possible;
	if (count > MAX_MATRIX) {
		fputs("distances of more than 16 nodes: --json\n", out);
		return;
	}
	fputs("distance", out);
	for (to = 0; to < m->nr_nodes; to++)
		if (m->nodes[to].possible)
			fprintf(out, " %4d", to);
	fputc('\n', out);
	for (from = 0; from < m->nr_nodes; from++) {
		if (!m->nodes[from].possible)
			continue;
		fprintf(out, "%8d", from);
		for (to = 0; to < m->nr_nodes; to++)
			if (m->nodes[to].possible)
				fprintf(out, " %4d", machine_distance(m, from, to));
		fputc('\n', out);
	}
}

static void print_table(const char *signature, const struct acpi_table_state *t, FILE *out)
{
	if (t->found && t->ignored)
		fprintf(out, "the kernel ignores %s: %s (offset %zu)\n", signature, t->ignored,
			t->at);
}

static void print_tables(const struct machine *m, FILE *out)
{
	print_table("SRAT", &m->tables.srat, out);
	print_table("SLIT", &m->tables.slit, out);
	print_table("HMAT", &m->tables.hmat, out);
	print_table("CEDT", &m->tables.cedt, out);
}

int topology_print(const struct machine *m, FILE *out)
{
	bool any;
	int err = print_nodes(m, out);

	err = err ?: print_kernel_tiers(m, out);
	if (!err) {
		fputc('\n', out);
		err = print_performance(m, out, &any);
		print_tables(m, out);
	}
	if (!err) {
		fputc('\n', out);
		print_distances(m, out);
		measured_differs_print(m, out);
	}
	return err;
}

/* ---- JSON ---- */

static void set_number(json_t *o, const char *key, int64_t value)
{
	if (value)
		json_object_set_new(o, key, json_integer(value));
}

static json_t *source_json(enum access_class class, const struct source_perf *t)
{
	json_t *o = json_pack("{s:i, s:s, s:b}", "class", (int)class, "by", t->by, "used", t->used);
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		set_number(o, coordinate_key(c), t->perf->value[c]);
	if (t->initiators) {
		_cleanup_free_ char *text = nodeset_text(t->initiators);

		json_object_set_new(o, "initiators", json_string(text ?: ""));
	}
	return o;
}

static json_t *sources_json(const struct machine_node *n)
{
	struct source_perf t[MAX_SOURCES];
	json_t *list = json_array();
	size_t i, count;
	int class;

	for (class = CLASS_ANY; class < NR_CLASSES; class ++) {
		count = topology_sources(n, (enum access_class) class, t);
		for (i = 0; i < count; i++)
			json_array_append_new(list, source_json((enum access_class) class, &t[i]));
	}
	return list;
}

static json_t *facts_json(const struct machine_node *n)
{
	json_t *facts = json_object();
	__u32 f;

	for (f = TIERBPF_FACT_SIZE; f < TIERBPF_NR_FACTS; f++) {
		if (!(n->facts.known & (1ULL << f)))
			continue;
		json_object_set_new(facts, fact_key(f),
				    json_pack("{s:o, s:s}", "value", fact_json(f, n->facts.value[f]),
					      "source", source_name((enum source)n->source[f])));
	}
	return facts;
}

static json_t *node_json(const struct machine *m, int node)
{
	const struct machine_node *n = &m->nodes[node];
	json_t *distance = json_object();
	char key[16];
	int to;

	for (to = 0; to < m->nr_nodes; to++) {
		snprintf(key, sizeof(key), "%d", to);
		if (m->nodes[to].possible)
			json_object_set_new(distance, key,
					    json_integer(machine_distance(m, node, to)));
	}
	return json_pack("{s:i, s:b, s:b, s:s?, s:o, s:o, s:o, s:o}", "node", node, "memory",
			 n->memory, "cpu", n->cpu, "cpus", n->cpulist, "tier",
			 n->tier == NO_TIER ? json_null() : json_integer(n->tier), "facts",
			 facts_json(n), "performance", sources_json(n), "distance", distance);
}

static json_t *table_json(const struct acpi_table_state *t)
{
	json_t *o = json_pack("{s:b}", "found", t->found);

	if (t->found)
		json_object_set_new(o, "revision", json_integer(t->revision));
	if (t->found && t->ignored) {
		json_object_set_new(o, "ignored", json_string(t->ignored));
		json_object_set_new(o, "offset", json_integer((json_int_t)t->at));
	}
	return o;
}

json_t *topology_json(const struct machine *m)
{
	json_t *nodes = json_array(), *tables;
	int node;

	tables = json_pack("{s:o, s:o, s:o, s:o}", "SRAT", table_json(&m->tables.srat), "SLIT",
			   table_json(&m->tables.slit), "HMAT", table_json(&m->tables.hmat), "CEDT",
			   table_json(&m->tables.cedt));
	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].possible)
			json_array_append_new(nodes, node_json(m, node));
	return json_pack("{s:o, s:o, s:o}", "nodes", nodes, "tables", tables, "warnings",
			 measured_differs_json(m));
}
