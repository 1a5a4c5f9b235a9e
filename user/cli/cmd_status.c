// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "show/status.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

/*
 * How long a table that is printed once counts pages for its rates. The kernel adds up the counters of
 * all CPUs once a second.
 */
#define RATE_SECONDS 0.5
#define WATCH_SECONDS 2
#define WATCH_MAX 86400

struct arguments {
	struct shared_options shared;
	const char *columns, *sort;
	struct layout layout;
	bool bytes, metrics;
	bool table_option; /* an option was given that is only for the table */
	double watch; /* seconds; 0: print once */
	struct activities *before; /* counters at the last print */
};

/* Keys of options without a letter. */
enum { KEY_METRICS = 256, KEY_NOHEADINGS, KEY_RAW };

static const struct argp_child children[] = { JSON_OPTION, {} };

static double parse_watch(const char *arg, struct argp_state *state)
{
	double seconds = WATCH_SECONDS;
	char *end;

	if (!arg)
		return seconds;
	seconds = strtod(arg, &end);
	if (end == arg || *end || !(seconds >= 0.1 && seconds <= WATCH_MAX))
		argp_error(state, "--watch takes a number of seconds, 0.1 to %d, not \"%s\"",
			   WATCH_MAX, arg);
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
	if (a->columns &&
	    layout_choose(&a->layout, status_columns, status_nr_columns, a->columns, &bad))
		argp_error(state, "no column \"%.*s\"; the columns are %s", (int)strcspn(bad, ","),
			   bad, all);
	if (a->sort && layout_sort(&a->layout, status_columns, status_nr_columns, a->sort))
		argp_error(state, "no column \"%s\" to sort by; the columns are %s", a->sort, all);
}

static void finish(struct arguments *a, struct argp_state *state)
{
	if (a->shared.json && a->metrics)
		argp_error(state, "give only one of --json and --openmetrics");
	if (a->metrics && a->watch > 0)
		argp_error(state,
			   "--openmetrics prints once, without --watch; let a timer repeat it");
	if ((a->shared.json || a->metrics) && a->table_option)
		argp_error(state,
			   "--output, --output-all, --sort, --raw, --noheadings and --bytes are only for the table");
	choose(a, state);
	a->layout.colors = !a->layout.raw && colors_wanted();
}

static error_t parse_table(int key, char *arg, struct arguments *a)
{
	static char all[256];

	switch (key) {
	case 'o':
		a->columns = arg;
		break;
	case 'O':
		list_columns(all, sizeof(all));
		a->columns = all;
		break;
	case 'x':
		a->sort = arg;
		break;
	case KEY_RAW:
		a->layout.raw = true;
		break;
	case KEY_NOHEADINGS:
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
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case KEY_METRICS:
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
	  "Refresh every SECONDS (default 2), in place on a terminal", 0 },
	{ "output", 'o', "COLUMNS", 0, "Columns to show; +COLUMNS: append to the default", 0 },
	{ "output-all", 'O', NULL, 0, "Show all columns", 0 },
	{ "sort", 'x', "COLUMN", 0, "Sort by COLUMN; -COLUMN: in descending order", 0 },
	{ "raw", KEY_RAW, NULL, 0, "Print only the table, one blank between columns", 0 },
	{ "noheadings", KEY_NOHEADINGS, NULL, 0, "Print only the table, without headings", 0 },
	{ "bytes", 'b', NULL, 0, "Print sizes in bytes", 0 },
	{ "openmetrics", KEY_METRICS, NULL, 0, "Print metrics, for a node_exporter text file", 0 },
	{},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Shows the policy in force, each node with its tier, memory and demotion targets and what decided "
	       "about it, and kernel settings that disable tiering. TIER shows is!=wanted where the kernel has "
	       "the node in another tier than the policy wants (exit status 7)."
	       "\v"
	       "Columns: NODE, CPUS, TIER, WANTED (tier), NAME, ADISTANCE, KERNEL (adistance without a policy), "
	       "SIZE, USED, FREE, ZONES, DEMOTES (preferred targets), FALLBACK (other targets), PROMOTES (to "
	       "faster nodes), DEMOTED and PROMOTED (pages since boot, from the node and to it), DEM/S and "
	       "PROM/S (pages per second), DRIFT, RULE (what decided).",
	.children = children,
};

static void print_json(const struct status *s, bool one_line, FILE *out)
{
	json_t *json = status_json(s);

	json_dumpf(json, out, one_line ? JSON_COMPACT : JSON_INDENT(2));
	fputc('\n', out);
	json_decref(json);
}

/*
 * Computes the rates since the last print. Before the first one, a table that shows rates counts for
 * RATE_SECONDS; JSON and metrics go without, as they have the counts.
 */
static void count(struct status *s, const struct arguments *a)
{
	bool table = !a->shared.json && !a->metrics;

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
	if (a->shared.json)
		print_json(s, a->watch > 0, out);
	else if (a->metrics)
		status_print_metrics(s, out);
	else
		err = status_print(s, &a->layout, a->bytes, out);
	if (!err && drift)
		err = fail(-ESTALE,
			   "%zu nodes are not in the tier that the policy wants; dmesg may say why, "
			   "and loading the policy again may help",
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
