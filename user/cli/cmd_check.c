// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "policy/policy.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/escape.h"
#include "util/msg.h"
#include "json/diag.h"

struct arguments {
	const char *policy;
	int json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = 1;
		return 0;
	case ARGP_KEY_ARG:
		if (a->policy)
			argp_error(state, "one policy is checked at a time");
		a->policy = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which policy?");
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print what was found as JSON", 0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	"POLICY",
	"Says whether POLICY (a file, - for standard input) is valid: all errors at once, each with its "
	"place. Warnings name what is valid and hardly meant. Exit status 3 if it is not valid. What it "
	"would change on a machine: tierbpf plan.",
	NULL,
	NULL,
	NULL
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

	if (!a->json)
		diags_print(&diags, stderr);
	else if (text && err != -ENOMEM)
		print_json(&diags);
	diags_free(&diags);
	if (!err && !a->json) {
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
