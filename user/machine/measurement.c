// SPDX-License-Identifier: GPL-2.0-only
#include "machine/measurement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/msg.h"
#include "util/read-file.h"
#include "json/doc.h"
#include "json/members.h"

#define MAX_BYTES (1 << 20)

/* ---- reading ---- */

static int read_version(const struct value *v, void *context)
{
	int err = value_want(v, VALUE_NUMBER);

	if (!err && strcmp(value_text(v), "1"))
		err = value_error(v, "this tierbpf only supports version 1 of measurement files");
	return err;
}

static int read_node(const struct value *v, void *context)
{
	struct measured_node *n = context;
	int64_t node = 0;
	int err = value_int(v, 0, TIERBPF_MAX_NODES - 1, &node);

	n->node = (int)node;
	return err;
}

static int read_cpus(const struct value *v, void *context)
{
	struct measured_node *n = context;
	const char *text;
	int err = value_string(v, &text);

	if (!err && !(n->cpus = strdup(text)))
		err = -ENOMEM;
	return err;
}

static int read_bytes(const struct value *v, void *context)
{
	return value_int(v, 1, INT64_MAX, &((struct measured_node *)context)->bytes);
}

static int read_pages(const struct value *v, void *context)
{
	struct measured_node *n = context;
	const char *text;
	int err = value_string(v, &text);

	if (err)
		return err;
	n->huge = !strcmp(text, "huge");
	return n->huge || !strcmp(text, "base") ?
		       0 :
		       value_error(v, "\"huge\" or \"base\" is expected here");
}

static const char *const grades[NR_GRADES] = { "-", "good", "fair", "poor" };

static const char *const doubts[NR_DOUBTS] = {
	[DOUBT_EMULATED] = "emulated", [DOUBT_ONE_CPU] = "one-cpu",
	[DOUBT_BUSY] = "busy",	       [DOUBT_SPREAD] = "spread",
	[DOUBT_CACHE] = "cache",       [DOUBT_FEW_ROUNDS] = "few-rounds",
};

const char *measured_grade_name(enum measured_grade grade)
{
	return grades[grade];
}

char *measured_doubts_text(unsigned int set, char *text)
{
	size_t used = 0;
	int i;

	*text = 0;
	for (i = 0; i < NR_DOUBTS; i++)
		if (set & 1U << i)
			used += (size_t)snprintf(text + used, MEASURED_DOUBTS_TEXT - used, "%s%s",
						 used ? ", " : "", doubts[i]);
	return text;
}

static int read_grade(const struct value *v, void *context)
{
	struct measured_node *n = context;
	const char *text;
	int i, err = value_string(v, &text);

	for (i = GRADE_GOOD; !err && i < NR_GRADES; i++)
		if (!strcmp(text, grades[i])) {
			n->grade = (enum measured_grade)i;
			return 0;
		}
	return err ?: value_error(v, "\"good\", \"fair\" or \"poor\" is expected here");
}

static int read_doubt(const struct value *v, struct measured_node *n)
{
	const char *text;
	int i, err = value_string(v, &text);

	for (i = 0; !err && i < NR_DOUBTS; i++)
		if (!strcmp(text, doubts[i])) {
			n->doubts |= 1U << i;
			return 0;
		}
	return err   ?:
		       value_error(v, "\"emulated\", \"one-cpu\", \"busy\", \"spread\", \"cache\" or "
				      "\"few-rounds\" is expected here");
}

static int read_doubts(const struct value *v, void *context)
{
	size_t i;
	int err = value_want(v, VALUE_ARRAY);

	for (i = 0; !err && i < value_length(v); i++) {
		struct value doubt = value_element(v, i);

		err = read_doubt(&doubt, context);
	}
	return err;
}

/* The limit is that of the kernel's access coordinates, which have 32 bits. */
#define READ_VALUE(name, what)                                                \
	static int read_##name(const struct value *v, void *context)          \
	{                                                                     \
		struct measured_node *n = context;                            \
		return value_int(v, 1, UINT32_MAX, &n->values[what].median);  \
	}                                                                     \
	static int read_##name##_spread(const struct value *v, void *context) \
	{                                                                     \
		struct measured_node *n = context;                            \
		return value_int(v, 0, UINT32_MAX, &n->values[what].spread);  \
	}

READ_VALUE(read_latency, READ_LATENCY)
READ_VALUE(write_latency, WRITE_LATENCY)
READ_VALUE(read_bandwidth, READ_BANDWIDTH)
READ_VALUE(write_bandwidth, WRITE_BANDWIDTH)

static const struct member node_list[] = {
	{ "node", read_node, true },
	{ "cpus", read_cpus, false },
	{ "bytes", read_bytes, false },
	{ "pages", read_pages, false },
	{ "grade", read_grade, false },
	{ "doubts", read_doubts, false },
	{ "read_latency_ns", read_read_latency, true },
	{ "write_latency_ns", read_write_latency, true },
	{ "read_bandwidth_mbps", read_read_bandwidth, true },
	{ "write_bandwidth_mbps", read_write_bandwidth, true },
	{ "read_latency_spread_percent", read_read_latency_spread, false },
	{ "write_latency_spread_percent", read_write_latency_spread, false },
	{ "read_bandwidth_spread_percent", read_read_bandwidth_spread, false },
	{ "write_bandwidth_spread_percent", read_write_bandwidth_spread, false },
};

const struct members measurement_node_members = MEMBERS(node_list);

static int read_element(const struct value *v, struct measurement *m, size_t index)
{
	struct measured_node *n = &m->nodes[index];
	size_t i;
	int err = members_read(v, &measurement_node_members, n);

	for (i = 0; !err && i < index; i++)
		if (m->nodes[i].node == n->node)
			err = value_error(v, "node %d is listed twice", n->node);
	return err;
}

static int read_nodes(const struct value *v, void *context)
{
	struct measurement *m = context;
	size_t i, count;
	int err = value_want(v, VALUE_ARRAY);

	if (err)
		return err;
	count = value_length(v);
	if (count > TIERBPF_MAX_NODES)
		return value_error(v, "%zu nodes, and at most %d are possible", count,
				   TIERBPF_MAX_NODES);
	m->nodes = calloc(count + 1, sizeof(*m->nodes));
	if (!m->nodes)
		return -ENOMEM;
	for (m->count = count, i = 0; i < count; i++)
		m->nodes[i].node = -1;
	for (i = 0; i < count; i++) {
		struct value node = value_element(v, i);

		err = first_error(err, read_element(&node, m, i));
	}
	return err;
}

static const struct member measurement_list[] = {
	{ "version", read_version, true },
	{ "nodes", read_nodes, true },
};

const struct members measurement_members = MEMBERS(measurement_list);

int measurement_parse(const char *text, size_t length, struct diags *diags,
		      struct measurement **measurement)
{
	_cleanup_(cleanup_measurement) struct measurement *m = calloc(1, sizeof(*m));
	struct doc doc;
	struct value root;
	int err = m ? doc_parse(text, length, diags, &doc) : -ENOMEM;

	if (err)
		return err;
	root = doc_root(&doc, diags);
	err = members_read(&root, &measurement_members, m);
	doc_free(&doc);
	err = err ?: diags->failed;
	if (!err)
		*measurement = TAKE_PTR(m);
	return err;
}

int measurement_read(const char *path, struct measurement **measurement)
{
	_cleanup_free_ char *text = NULL;
	struct diags diags = { .file = path };
	size_t length;
	int err = text_read(path, MAX_BYTES, &text, &length);

	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	diags.text = text;
	err = measurement_parse(text, length, &diags, measurement);
	diags_print(&diags, stderr);
	diags_free(&diags);
	return err == -ENOMEM ? no_memory() : err;
}

void measurement_free(struct measurement *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->count; i++)
		free(m->nodes[i].cpus);
	free(m->nodes);
	free(m);
}

/* ---- writing ---- */

static json_t *doubts_json(unsigned int set)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < NR_DOUBTS; i++)
		if (set & 1U << i)
			json_array_append_new(list, json_string(doubts[i]));
	return list;
}

static json_t *node_json(const struct measured_node *n)
{
	static const char *const spreads[NR_COORDINATES] = {
		[READ_LATENCY] = "read_latency_spread_percent",
		[WRITE_LATENCY] = "write_latency_spread_percent",
		[READ_BANDWIDTH] = "read_bandwidth_spread_percent",
		[WRITE_BANDWIDTH] = "write_bandwidth_spread_percent",
	};
	json_t *o = json_pack("{s:i}", "node", n->node);
	enum coordinate c;

	if (n->cpus)
		json_object_set_new(o, "cpus", json_string(n->cpus));
	if (n->bytes) {
		json_object_set_new(o, "bytes", json_integer(n->bytes));
		json_object_set_new(o, "pages", json_string(n->huge ? "huge" : "base"));
	}
	if (n->grade)
		json_object_set_new(o, "grade", json_string(measured_grade_name(n->grade)));
	if (n->doubts)
		json_object_set_new(o, "doubts", doubts_json(n->doubts));
	for (c = 0; c < NR_COORDINATES; c++) {
		json_object_set_new(o, coordinate_key(c), json_integer(n->values[c].median));
		json_object_set_new(o, spreads[c], json_integer(n->values[c].spread));
	}
	return o;
}

json_t *measurement_json(const struct measurement *m)
{
	json_t *nodes = json_array();
	size_t i;

	for (i = 0; i < m->count; i++)
		json_array_append_new(nodes, node_json(&m->nodes[i]));
	return json_pack("{s:i, s:o}", "version", 1, "nodes", nodes);
}

/* ---- using ---- */

void measurement_apply(const struct measurement *measurement, struct machine *m)
{
	char text[MEASURED_DOUBTS_TEXT];
	enum coordinate c;
	size_t i;

	for (i = 0; i < measurement->count; i++) {
		const struct measured_node *n = &measurement->nodes[i];

		if (n->node >= m->nr_nodes || !m->nodes[n->node].possible) {
			note("the measurement has node %d, but this machine does not: was it made on another machine?",
			     n->node);
			continue;
		}
		if (n->grade == GRADE_POOR)
			note("node %d: its measurement is poor (%s), so do not rely on it; measure again under better "
			     "conditions",
			     n->node, measured_doubts_text(n->doubts, text));
		for (c = 0; c < NR_COORDINATES; c++) {
			m->nodes[n->node].measured.value[c] = n->values[c].median;
			m->nodes[n->node].measured_spread.value[c] = n->values[c].spread;
		}
	}
}

int measurement_use(const char *path, struct machine *m)
{
	_cleanup_(cleanup_measurement) struct measurement *measurement = NULL;
	int err = path ? measurement_read(path, &measurement) : 0;

	if (measurement)
		measurement_apply(measurement, m);
	return err;
}

int measurement_prefer(const char *path, struct machine *m)
{
	int node, err = measurement_use(path, m);

	for (node = 0; path && !err && node < m->nr_nodes; node++)
		if (m->nodes[node].memory && !m->nodes[node].measured.value[READ_LATENCY])
			note("node %d is not in the measurement: the firmware's values are used",
			     node);
	return err;
}
