// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "show/status.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

/* Of rates, where nothing was counted before; the kernel adds up each CPU's share once a second. */
#define RATE_SECONDS 0.5
#define WATCH_SECONDS 2
#define WATCH_MAX 86400

struct arguments {
	const char *output, *sort;
	struct layout layout;
	bool bytes, json, metrics, table_option;
	double watch; /* seconds; 0: once */
	struct activities *before; /* of what was shown last */
};

static double parse_watch(const char *arg, struct argp_state *state)
{
	double seconds = WATCH_SECONDS;
	char *end;

	if (!arg)
		return seconds;
	seconds = strtod(arg, &end);
	if (end == arg || *end || !(seconds >= 0.1 && seconds <= WATCH_MAX))
		argp_error(state, "--watch=%s: seconds, 0.1 to %d", arg, WATCH_MAX);
	return seconds;
}

/* The names of all columns, for a message. */
static void list_columns(char *text, size_t size)
{
	size_t i, used = 0;

	for (i = 0; i < status_nr_columns && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "," : "",
					 status_columns[i].name);
}

static void choose(struct arguments *a, struct argp_state *state)
{
	char all[256];
	const char *bad;

	list_columns(all, sizeof(all));
	if (a->output &&
	    layout_choose(&a->layout, status_columns, status_nr_columns, a->output, &bad))
		argp_error(state, "no column \"%.*s\"; there are %s", (int)strcspn(bad, ","), bad,
			   all);
	if (a->sort && layout_sort(&a->layout, status_columns, status_nr_columns, a->sort))
		argp_error(state, "no column \"%s\" to sort by; there are %s", a->sort, all);
}

static void finish(struct arguments *a, struct argp_state *state)
{
	if (a->json && a->metrics)
		argp_error(state, "one of --json and --openmetrics");
	if (a->metrics && a->watch > 0)
		argp_error(state, "--openmetrics is written once; a timer repeats it");
	if ((a->json || a->metrics) && a->table_option)
		argp_error(state, "-o, -O, -x, -r, -n and -b are for the table");
	choose(a, state);
	a->layout.colors = !a->layout.raw && colors_wanted();
}

static error_t parse_table(int key, char *arg, struct arguments *a)
{
	static char all[256];

	switch (key) {
	case 'o':
		a->output = arg;
		break;
	case 'O':
		list_columns(all, sizeof(all));
		a->output = all;
		break;
	case 'x':
		a->sort = arg;
		break;
	case 'r':
		a->layout.raw = true;
		break;
	case 'n':
		a->layout.noheadings = true;
		break;
	case 'b':
		a->bytes = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	a->table_option = true;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = true;
		return 0;
	case 'm':
		a->metrics = true;
		return 0;
	case 'w':
		a->watch = parse_watch(arg, state);
		return 0;
	case ARGP_KEY_END:
		finish(a, state);
		return 0;
	}
	return parse_table(key, arg, a);
}

static const struct argp_option options[] = {
	{ "watch", 'w', "SECONDS", OPTION_ARG_OPTIONAL,
	  "Again every SECONDS (2), in place on a terminal", 0 },
	{ "output", 'o', "COLUMNS", 0, "Show these; +COLUMNS: behind the usual ones", 0 },
	{ "output-all", 'O', NULL, 0, "Show all columns", 0 },
	{ "sort", 'x', "COLUMN", 0, "Sort by COLUMN; -COLUMN: the largest first", 0 },
	{ "raw", 'r', NULL, 0, "The table alone, with one blank between columns", 0 },
	{ "noheadings", 'n', NULL, 0, "The table alone, without its headings", 0 },
	{ "bytes", 'b', NULL, 0, "Sizes in bytes", 0 },
	{ "json", 'j', NULL, 0, "Print as JSON (status.schema.json)", 0 },
	{ "openmetrics", 'm', NULL, 0, "Metrics, for node_exporter's textfile collector", 0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Shows the policy in force; each node with its tier, its memory, where it demotes to and who decided; and the "
	"kernel's switches without which tiers do nothing. TIER is!=wanted: the kernel has the node elsewhere (exit "
	"status 7)."
	"\v"
	"Columns: NODE, CPUS, TIER, WANTED (tier), NAME, ADISTANCE, KERNEL (its own adistance), SIZE, USED, FREE, "
	"ZONES, DEMOTES (to these nodes first), FALLBACK (where else), PROMOTES (to faster nodes), DEMOTED and "
	"PROMOTED (pages since boot: from the node, to it), DEM/S and PROM/S (the same a second), DRIFT, RULE (who "
	"decided).",
	NULL,
	NULL,
	NULL
};

static void print_json(const struct status *s, bool one_line, FILE *out)
{
	json_t *json = status_json(s);

	json_dumpf(json, out, one_line ? JSON_COMPACT : JSON_INDENT(2));
	fputc('\n', out);
	json_decref(json);
}

/* Rates since what was shown last. Where that is nothing, a table waits for some; JSON has the counts. */
static void count(struct status *s, const struct arguments *a)
{
	bool table = !a->json && !a->metrics;

	if (!a->before->at && table && status_wants_rates(&a->layout)) {
		*a->before = s->now;
		usleep((useconds_t)(RATE_SECONDS * 1e6));
		activities_read("", s->machine, &s->now);
	}
	if (a->before->at > 0)
		status_count(s, a->before);
	*a->before = s->now;
}

static int print(struct status *s, const struct arguments *a, FILE *out)
{
	size_t drift = s->loaded ? report_drift(&s->report) : 0;
	int err = 0;

	count(s, a);
	if (a->json)
		print_json(s, a->watch > 0, out);
	else if (a->metrics)
		status_print_metrics(s, out);
	else
		err = status_print(s, &a->layout, a->bytes, out);
	if (!err && drift)
		err = fail(-ESTALE,
			   "%zu nodes are not where the policy wants them; dmesg may say why, "
			   "tierbpf load repairs it",
			   drift);
	return err;
}

static int show(void *arg, FILE *out)
{
	_cleanup_free_ struct status *s = calloc(1, sizeof(*s));
	int err, printed = 0;

	if (!s)
		return no_memory();
	err = status_gather(s);
	if (!err || (err == -ENOPKG && s->complete))
		printed = print(s, arg, out);
	status_free(s);
	return err ?: printed;
}

int cmd_status(int argc, char **argv)
{
	static struct activities before;
	struct arguments a = { .before = &before };

	status_default_layout(&a.layout);
	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(a.watch > 0 ? status_watch(a.watch, show, &a) : show(&a, stdout));
}
