// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "cli/shared-options.h"
#include "measure/measure.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"
#include "util/new-file.h"
#include "json/quantity.h"

struct arguments {
	struct shared_options shared;
	struct measure_options options;
};

/* The key of an option without a letter. */
enum { KEY_MEMORY = 256, KEY_SECONDS };

static const struct argp_child children[] = { JSON_OPTION, OUTPUT_OPTIONS, {} };

static const struct argp_option options[] = {
	{ "node", 'n', "LIST", 0, "Measure only these nodes, such as 0,2-3", 0 },
	{ "seconds", KEY_SECONDS, "N", 0, "Take no longer than about N seconds (default 30)", 0 },
	{ "memory", KEY_MEMORY, "SIZE", 0,
	  "Use SIZE of each node, such as 64MiB (default 256MiB, more where the CPU cache is large, less "
	  "where no more fits)",
	  0 },
	{},
};

static size_t parse_memory(const char *arg, struct argp_state *state)
{
	int64_t bytes = 0;

	if (!quantity_bytes(arg, &bytes) || !bytes)
		argp_error(state, "--memory takes a size such as 64MiB, not \"%s\"", arg);
	else if (bytes < (int64_t)MEASURE_MIN_BYTES)
		argp_error(state, "--memory must be at least 4MiB, not \"%s\"", arg);
	return (size_t)bytes;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	unsigned long long seconds;
	const char *end;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case 'n':
		a->options.nodes = arg;
		return 0;
	case KEY_SECONDS:
		if (!option_digits(arg, 86400, &seconds, &end) || !seconds || *end)
			argp_error(state, "--seconds takes a number, 1 to 86400, not \"%s\"", arg);
		a->options.seconds = (int)seconds;
		return 0;
	case KEY_MEMORY:
		a->options.bytes = parse_memory(arg, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Measures the read and write latency and bandwidth of each node's memory, by accesses from the "
	       "nearest CPUs. Nothing else should run meanwhile. It refuses to run unless twice the memory that "
	       "it needs is free. The results can be passed to plan, explain, load, topology, init and export by "
	       "--measured FILE.",
	.children = children,
};

/* ---- results ---- */

static int add_node(struct libscols_table *t, const struct measured_node *n)
{
	char node[16], size[32], value[NR_COORDINATES][56];
	const char *const cells[] = {
		node,	  n->cpus,  size,     n->huge ? "huge" : "base",    value[0],
		value[1], value[2], value[3], measured_grade_name(n->grade)
	};
	int i;

	snprintf(node, sizeof(node), "%d", n->node);
	snprintf(size, sizeof(size), "%" PRId64 " MiB", n->bytes >> 20);
	for (i = 0; i < NR_COORDINATES; i++)
		snprintf(value[i], sizeof(value[i]), "%" PRId64 " +-%" PRId64 "%%",
			 n->values[i].median, (n->values[i].spread + 1) / 2);
	return columns_add(t, cells);
}

static int print(const struct measurement *m)
{
	static const struct column columns[] = {
		{ "NODE", SCOLS_FL_RIGHT },
		{ "CPUS", 0 },
		{ "USED", SCOLS_FL_RIGHT },
		{ "PAGES", 0 },
		{ "READ ns", SCOLS_FL_RIGHT },
		{ "WRITE ns", SCOLS_FL_RIGHT },
		{ "READ MB/s", SCOLS_FL_RIGHT },
		{ "WRITE MB/s", SCOLS_FL_RIGHT },
		{ "GRADE", 0 },
	};
	struct libscols_table *t = columns_new(columns, ARRAY_SIZE(columns));
	int err = 0;
	size_t i;

	for (i = 0; !err && i < m->count; i++)
		err = add_node(t, &m->nodes[i]);
	return columns_print(t, err, stdout);
}

static int write_measurement(FILE *out, const void *what)
{
	json_t *json = measurement_json(what);

	json_dumpf(json, out, JSON_INDENT(2));
	json_decref(json);
	fputc('\n', out);
	return 0;
}

static int write_file(const struct measurement *m, const struct arguments *a)
{
	const char *file = a->shared.output;
	int err = new_file_write(file, a->shared.force, 0666, write_measurement, m);

	if (!err)
		printf("%s: tierbpf topology --measured %s compares it with firmware\n", file, file);
	return err;
}

static int run(const struct arguments *a)
{
	_cleanup_(cleanup_measurement) struct measurement *found = NULL;
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	/* Tried now, so that half a minute of measuring is not lost. */
	int err = a->shared.output ? new_file_try(a->shared.output, a->shared.force) : 0;

	err = err ?: machine_read_any("", &m);
	err = err ?: measure(m, &a->options, &found);
	if (err)
		return err;
	if (a->shared.json)
		json_print(measurement_json(found), stdout);
	else
		err = print(found);
	return !err && a->shared.output ? write_file(found, a) : err;
}

int cmd_measure(int argc, char **argv)
{
	struct arguments a = { .options.seconds = 30 };

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(run(&a));
}
