// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "cli/cmd.h"
#include "engine/engine.h"
#include "show/watch.h"
#include "util/msg.h"

enum { UTC = 1000 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct watch_options *o = state->input;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case UTC:
		o->utc = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print a JSON object a line (watch.schema.json)", 0 },
	{ "utc", UTC, NULL, 0, "Times in UTC; in JSON they always are", 0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Shows what happens, a line each: policies that come and go, nodes that are moved, answers that are not "
	"believed, are slow, or change too often, memory that comes and goes."
	"\vIt begins with what nobody has read since the policy was loaded, and goes on from one policy to the next "
	"until it is interrupted. The kernel keeps about 1,000 events; what had no place is told as dropped, with "
	"its number. One watch runs at a time: exit status 6 for a second one.",
	NULL,
	NULL,
	NULL
};

int cmd_watch(int argc, char **argv)
{
	struct watch_options o = {};

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	return exit_status(engine_check() ?: watch(&o));
}
