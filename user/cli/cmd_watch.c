// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "engine/engine.h"
#include "show/watch.h"
#include "util/msg.h"

enum { KEY_UTC = 256 };

struct arguments {
	struct shared_options shared;
	bool utc;
};

static const struct argp_child children[] = { JSON_OPTION, {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case KEY_UTC:
		a->utc = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "utc", KEY_UTC, NULL, 0, "Print times in UTC, as JSON always does", 0 },
	{},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Shows events as they happen, one a line (with --json one object a line, as watch.schema.json "
	       "says): policies that are loaded and unloaded, nodes that move, answers that are rejected, slow "
	       "or change too often, and memory that is added or removed."
	       "\vIt begins with the events that nobody has read since the policy was loaded, and follows from "
	       "one policy to the next until it is interrupted. The kernel keeps about 1,000 events; those that "
	       "did not fit are reported as dropped, with a count. Only one watch can run at a time; a second "
	       "one ends with exit status 6.",
	.children = children,
};

int cmd_watch(int argc, char **argv)
{
	struct arguments a = {};
	struct watch_options options_of_watch;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	options_of_watch = (struct watch_options){ .json = a.shared.json, .utc = a.utc };
	return exit_status(engine_check() ?: watch(&options_of_watch));
}
