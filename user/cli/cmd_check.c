// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "policy/policy.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/escape.h"
#include "util/msg.h"
#include "json/diag.h"

struct arguments {
	struct shared_options shared;
	const char *policy;
};

static const struct argp_child children[] = { JSON_OPTION, {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case ARGP_KEY_ARG:
		if (a->policy)
			argp_error(state, "give one POLICY at a time");
		a->policy = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "give a POLICY file");
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "POLICY",
	.doc = "Says whether POLICY (a file, - for standard input) is valid. Shows all errors at once, each "
	       "with its place in the text, and warns of what is valid but probably a mistake. The exit "
	       "status is 3 if the policy is not valid. To see what it would change on a machine, use "
	       "tierbpf plan.",
	.children = children,
};

static void print_json(struct diags *diags)
{
	_cleanup_free_ char *file = escape_text(diags->file);

	json_print(json_pack("{s:s, s:b, s:i, s:o}", "file", file ?: "", "valid", !diags->errors,
			     "errors", (int)diags->errors, "diagnostics", diags_json(diags)),
		   stdout);
}

static int check(const struct arguments *a)
{
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	_cleanup_free_ char *text = NULL;
	struct diags diags;
	int err = policy_examine(a->policy, &diags, &text, &policy);

	if (!a->shared.json)
		diags_print(&diags, stderr);
	else if (text && err != -ENOMEM)
		print_json(&diags);
	diags_free(&diags);
	if (!err && !a->shared.json) {
		escape_print(a->policy, stdout);
		printf(": valid, %zu rule%s\n", policy->nr_rules, policy->nr_rules == 1 ? "" : "s");
	}
	return err;
}

int cmd_check(int argc, char **argv)
{
	struct arguments a = {};

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(check(&a));
}
