// SPDX-License-Identifier: GPL-2.0-only
/* plan and explain: what a policy would do, and why; nothing is touched. */
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "engine/snapshot.h"
#include "machine/measurement.h"
#include "plan/explain.h"
#include "plan/plan.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	const char *policy; /* NULL: the one in force */
	const char *sysroot;
	const char *measured;
	int json;
	int node; /* explain */
};

static const struct argp_option options[] = {
	{ "sysroot", 'r', "DIR", 0, "Plan for the machine captured in DIR", 0 },
	{ "measured", 'm', "FILE", 0, "What measure found, for \"from\": \"measured\"", 0 },
	{ "json", 'j', NULL, 0, "Print as JSON", 0 },
	{},
};

static const struct argp_option explain_options[] = {
	{ "policy", 'p', "FILE", 0, "By this policy, not by the one in force", 0 },
	{ "sysroot", 'r', "DIR", 0, "On the machine captured in DIR", 0 },
	{ "measured", 'm', "FILE", 0, "What measure found, for \"from\": \"measured\"", 0 },
	{ "json", 'j', NULL, 0, "Print as JSON", 0 },
	{},
};

static int set_once(const char **to, char *arg, struct argp_state *state)
{
	if (*to)
		argp_error(state, "one policy at a time");
	*to = arg;
	return 0;
}

static error_t parse_common(int key, char *arg, struct arguments *a)
{
	switch (key) {
	case 'r':
		a->sysroot = arg;
		return 0;
	case 'm':
		a->measured = arg;
		return 0;
	case 'j':
		a->json = 1;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_plan(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	if (key == ARGP_KEY_ARG)
		return set_once(&a->policy, arg, state);
	if (key == ARGP_KEY_END && a->sysroot && !a->policy)
		argp_error(state,
			   "--sysroot needs a POLICY: none is in force on a captured machine");
	return parse_common(key, arg, a);
}

static error_t parse_explain(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'p':
		return set_once(&a->policy, arg, state);
	case ARGP_KEY_ARG:
		if (a->node >= 0)
			argp_error(state, "one node at a time");
		a->node = option_node(arg, state);
		return 0;
	case ARGP_KEY_END:
		if (a->node < 0)
			argp_error(state, "which node?");
		if (a->sysroot && !a->policy)
			argp_error(state,
				   "--sysroot needs --policy: none is in force on a captured machine");
	}
	return parse_common(key, arg, a);
}

static const struct argp plan_argp = {
	options,
	parse_plan,
	"[POLICY]",
	"Shows what POLICY (a file, - for standard input) would change: each node's tier, adistance, "
	"demotion targets and whether pages are promoted from it, now -> after, and the rule that "
	"decides. Without POLICY, the one in force. Nothing is touched.",
	NULL,
	NULL,
	NULL
};

static const struct argp explain_argp = {
	explain_options,
	parse_explain,
	"NODE",
	"Says why NODE is in its tier: what is known of it and from where, each rule that was tried, "
	"the arithmetic, the override, and the kernel's own answer.",
	NULL,
	NULL,
	NULL
};

static int show_plan(const struct plan *plan, const struct arguments *a)
{
	if (a->json)
		json_print(plan_json(plan), stdout);
	return a->json ? 0 : plan_print(plan, stdout);
}

static int show_explanation(const struct plan *plan, const struct arguments *a)
{
	_cleanup_(cleanup_explanation) struct explanation e = {};
	int err = explain_make(plan, a->node, &e);

	if (err)
		return err;
	if (a->json)
		json_print(explain_json(&e), stdout);
	else
		explain_print(&e, stdout);
	return 0;
}

/* The policy named, or the one in force; *own is to be freed. */
static int find_policy(const struct arguments *a, const struct snapshot *s, struct policy **own,
		       const struct policy **policy)
{
	int err;

	if (a->policy) {
		err = policy_read(a->policy, own);
		*policy = *own;
		return err;
	}
	if (s->in_force && s->engine.policy) {
		*policy = s->engine.policy;
		return 0;
	}
	if (s->in_force)
		return fail(-EINVAL,
			    "a BPF object is in force, not a policy of rules: tierbpf status shows its answers");
	if (geteuid())
		return fail(-EPERM,
			    "which policy? The one in force can only be read by root: name one, or sudo tierbpf …");
	return fail(-ENODATA, "no policy is in force; name one");
}

static int run(const struct arguments *a, int (*show)(const struct plan *, const struct arguments *))
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_policy) struct policy *own = NULL;
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	_cleanup_(cleanup_plan) struct plan *plan = NULL;
	const struct policy *policy = NULL;
	int err = snapshot_open(a->sysroot ?: "", &s);

	err = err ?: measurement_use(a->measured, s.machine);
	err = err ?: find_policy(a, &s, &own, &policy);
	err = err ?: policy_compile(policy, s.machine, &compiled);
	err = err ?: plan_make(compiled, s.machine, s.overrides, &plan);
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
