// SPDX-License-Identifier: GPL-2.0-only
/* plan and explain: they show what a policy would do, and why, and change nothing. */
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "cli/policy-option.h"
#include "cli/shared-options.h"
#include "engine/snapshot.h"
#include "machine/measurement.h"
#include "plan/explain.h"
#include "plan/plan.h"
#include "show/explain-print.h"
#include "show/plan-print.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/command-line.h"
#include "util/msg.h"

struct arguments {
	struct shared_options shared;
	const char *policy; /* NULL: the one in force */
	int node; /* explain; -1 until given */
};

static const struct argp_child children[] = { JSON_OPTION, MEASURED_OPTION, SYSROOT_OPTION, {} };

static const struct argp_option explain_options[] = {
	{ "policy", 'p', "FILE", 0, "Use the policy in FILE, not the one in force", 0 },
	{},
};

static int set_once(const char **to, char *arg, struct argp_state *state)
{
	if (*to)
		argp_error(state, "give one policy at a time");
	*to = arg;
	return 0;
}

static error_t parse_plan(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case ARGP_KEY_ARG:
		return set_once(&a->policy, arg, state);
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_explain(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case 'p':
		return set_once(&a->policy, arg, state);
	case ARGP_KEY_ARG:
		if (a->node >= 0)
			argp_error(state, "give one NODE at a time");
		a->node = option_node(arg, state);
		return 0;
	case ARGP_KEY_END:
		if (a->node < 0)
			argp_error(state, "give a NODE");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp plan_argp = {
	.parser = parse_plan,
	.args_doc = "[POLICY]",
	.doc = "Shows what POLICY (a file, - for standard input) would change, and changes nothing. For each "
	       "node it shows the tier, the adistance, the demotion targets and whether pages are promoted "
	       "from it, each as now -> after, and the rule that decides. Without POLICY it uses the policy "
	       "in force.",
	.children = children,
};

static const struct argp explain_argp = {
	.options = explain_options,
	.parser = parse_explain,
	.args_doc = "NODE",
	.doc = "Says why NODE is in its tier. It shows what is known about the node and from which source, each "
	       "rule that was tried, the arithmetic, the override, and what the kernel itself would choose.",
	.children = children,
};

static int show_plan(const struct plan *plan, const struct arguments *a)
{
	if (!a->shared.json)
		return plan_print(plan, stdout);
	json_print(plan_json(plan), stdout);
	return 0;
}

static int show_explanation(const struct plan *plan, const struct arguments *a)
{
	_cleanup_(cleanup_explanation) struct explanation e = {};
	int err = explain_make(plan, a->node, &e);

	if (err)
		return err;
	if (a->shared.json)
		json_print(explain_json(&e), stdout);
	else
		explain_print(&e, stdout);
	return 0;
}

/* Says why there is nothing to plan. */
static int no_policy(const struct arguments *a, const struct snapshot *s)
{
	if (a->shared.sysroot && s->state.not_asked)
		return fail(-ENODATA,
			    "the capture does not hold the policy that was in force, since only root can read it; "
			    "give a POLICY file");
	if (a->shared.sysroot)
		return fail(-ENODATA,
			    "no policy was in force when this machine was captured; give a POLICY file");
	if (geteuid())
		return fail(-EPERM,
			    "only root can read the policy in force: give a POLICY file, or: sudo %s",
			    command_line());
	return fail(-ENODATA, "no policy is loaded; give a POLICY file");
}

static int run(const struct arguments *a, int (*show)(const struct plan *, const struct arguments *))
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_chosen_policy) struct chosen_policy chosen = {};
	_cleanup_(cleanup_plan) struct plan *plan = NULL;
	int err = snapshot_open(shared_root(&a->shared), &s);

	err = err ?: measurement_use(a->shared.measured, s.machine);
	err = err ?: chosen_policy(a->policy, a->shared.measured, &s, &chosen);
	if (!err && !chosen.policy)
		err = no_policy(a, &s);
	err = err ?: plan_make(chosen.compiled, s.machine, s.state.overrides, &plan);
	return err ?: show(plan, a);
}

int cmd_plan(int argc, char **argv)
{
	struct arguments a = {};

	argp_parse(&plan_argp, argc, argv, 0, NULL, &a);
	return exit_status(run(&a, show_plan));
}

int cmd_explain(int argc, char **argv)
{
	struct arguments a = { .node = -1 };

	argp_parse(&explain_argp, argc, argv, 0, NULL, &a);
	return exit_status(run(&a, show_explanation));
}
