// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "measure/measure.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"
#include "util/new-file.h"

struct arguments {
	const char *output;
	struct measure_options options;
	bool force;
	int json;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE, which must not exist yet", 0 },
	{ "force", 'f', NULL, 0, "Replace FILE if it exists", 0 },
	{ "json", 'j', NULL, 0, "Print what FILE would hold", 0 },
	{ "node", 'n', "LIST", 0, "Only these nodes, such as 0,2-3", 0 },
	{ "seconds", 's', "N", 0, "Take no longer than about N seconds (30)", 0 },
	{ "memory", 'm', "SIZE", 0,
	  "Use SIZE of each node, such as 64MiB (256MiB, more with a large cache, less "
	  "where no more fits)",
	  0 },
	{},
};

static size_t parse_memory(const char *arg, struct argp_state *state)
{
	static const struct {
		const char *name;
		unsigned int shift;
	} units[] = {
		{ "", 0 },   { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 },
		{ "K", 10 }, { "M", 20 },   { "G", 30 },
	};
	const char *end;
	unsigned long long n;
	bool ok = option_digits(arg, 1ULL << 33, &n, &end);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units) && strcmp(units[i].name, end); i++)
		;
	if (!ok || !n || i == ARRAY_SIZE(units))
		argp_error(state, "--memory %s: a size such as 64MiB", arg);
	else if (n << units[i].shift < MEASURE_MIN_BYTES)
		argp_error(state, "--memory %s: 4MiB is the least", arg);
	return (size_t)n << units[i].shift;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	unsigned long long seconds;
	const char *end;

	switch (key) {
	case 'o':
		a->output = arg;
		return 0;
	case 'f':
		a->force = true;
		return 0;
	case ARGP_KEY_END:
		if (a->force && !a->output)
			argp_error(state, "--force is for --output FILE");
		return 0;
	case 'j':
		a->json = 1;
		return 0;
	case 'n':
		a->options.nodes = arg;
		return 0;
	case 's':
		if (!option_digits(arg, 86400, &seconds, &end) || !seconds || *end)
			argp_error(state, "--seconds %s: a number of 1..86400", arg);
		a->options.seconds = (int)seconds;
		return 0;
	case 'm':
		a->options.bytes = parse_memory(arg, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Finds latency and bandwidth, read and write, of each node's memory, by accesses from the CPUs nearest to "
	"it. Nothing else should run meanwhile. plan, explain, load, topology, init and export take FILE by "
	"--measured. Refuses where less than twice the memory is free that it needs.",
	NULL,
	NULL,
	NULL
};

/* ---- what was found ---- */

static int add_node(struct libscols_table *t, const struct measured_node *n)
{
	char node[16], size[32], value[NR_COORDINATES][56];
	const char *const cells[] = { node,	n->cpus,  size,	    n->huge ? "huge" : "base",
				      value[0], value[1], value[2], value[3] };
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
		{ "NODE", SCOLS_FL_RIGHT },	 { "CPUS", 0 },
		{ "USED", SCOLS_FL_RIGHT },	 { "PAGES", 0 },
		{ "READ ns", SCOLS_FL_RIGHT },	 { "WRITE ns", SCOLS_FL_RIGHT },
		{ "READ MB/s", SCOLS_FL_RIGHT }, { "WRITE MB/s", SCOLS_FL_RIGHT },
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
	int err = new_file_write(a->output, a->force, 0666, write_measurement, m);

	if (!err)
		printf("%s: tierbpf topology --measured %s compares it with firmware\n", a->output,
		       a->output);
	return err;
}

static int run(const struct arguments *a)
{
	_cleanup_(cleanup_measurement) struct measurement *found = NULL;
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	/* Rather now than after half a minute. */
	int err = a->output ? new_file_check(a->output, a->force) : 0;

	err = err ?: machine_read("", &m);
	err = err ?: measure(m, &a->options, &found);
	if (err)
		return err;
	if (a->json)
		json_print(measurement_json(found), stdout);
	else
		err = print(found);
	return !err && a->output ? write_file(found, a) : err;
}

int cmd_measure(int argc, char **argv)
{
	struct arguments a = { .options.seconds = 30 };

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(run(&a));
}
