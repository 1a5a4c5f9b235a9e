// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "cli/shared-options.h"
#include "engine/engine.h"
#include "engine/guardian.h"
#include "engine/pins.h"
#include "engine/rights.h"
#include "engine/snapshot.h"
#include "engine/trial.h"
#include "machine/machine.h"
#include "machine/measurement.h"
#include "plan/plan.h"
#include "show/plan-print.h"
#include "show/report.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	struct shared_options shared;
	const char *policy;
	const char *object;
	unsigned int seconds; /* of the trial; 0: the policy is not on trial */
	const char **allowed; /* programs of @object that may be attached */
	size_t nr_allowed;
	bool refresh;
};

static const struct argp_child children[] = { JSON_OPTION, MEASURED_OPTION, {} };

static unsigned int parse_seconds(const char *arg, struct argp_state *state)
{
	unsigned long long n;
	const char *end;

	if (!option_digits(arg, TRIAL_MAX_SECONDS, &n, &end) || *end || !n)
		argp_error(state, "--try takes a number of seconds, 1 to %d, not \"%s\"",
			   TRIAL_MAX_SECONDS, arg);
	return (unsigned int)n;
}

/* Keys of options without a letter. */
enum { KEY_ALLOW_ATTACH = 256, KEY_OBJECT, KEY_REFRESH, KEY_TRY };

static error_t allow(struct arguments *a, const char *program)
{
	if (ARRAY_GROW(a->allowed, a->nr_allowed))
		return ENOMEM;
	a->allowed[a->nr_allowed++] = program;
	return 0;
}

static void check(const struct arguments *a, struct argp_state *state)
{
	if (a->refresh && (a->policy || a->object || a->seconds))
		argp_error(state,
			   "--refresh loads the policy in force again: it takes neither a POLICY, --object nor --try");
	if (!a->policy && !a->object && !a->refresh)
		argp_error(state, "give a POLICY file, --object or --refresh");
	if (a->policy && a->object)
		argp_error(state, "give either a POLICY or --object, not both");
	if (a->nr_allowed && !a->object)
		argp_error(state, "--allow-attach needs --object, of which it names a program");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case KEY_OBJECT:
		a->object = arg;
		return 0;
	case KEY_ALLOW_ATTACH:
		return allow(a, arg);
	case KEY_TRY:
		a->seconds = parse_seconds(arg, state);
		return 0;
	case KEY_REFRESH:
		a->refresh = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->policy)
			argp_error(state, "give one POLICY at a time");
		a->policy = arg;
		return 0;
	case ARGP_KEY_END:
		check(a, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "allow-attach", KEY_ALLOW_ATTACH, "PROGRAM", 0,
	  "Attach this program of the object although it changes how the kernel "
	  "behaves elsewhere; may be given several times",
	  0 },
	{ "object", KEY_OBJECT, "FILE", 0,
	  "Load your own BPF object instead of rules; tierbpf/bpf.h says what it must contain", 0 },
	{ "refresh", KEY_REFRESH, NULL, 0,
	  "Re-apply the policy in force with what is known about the nodes now, as after a "
	  "hotplug; does nothing if that is unchanged",
	  0 },
	{ "try", KEY_TRY, "SECONDS", 0,
	  "Return to the former policy, or to none, after SECONDS (1 to 86400) unless "
	  "tierbpf confirm is run before; this works even if the terminal is closed",
	  0 },
	{},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "POLICY\n--object=FILE\n--refresh",
	.doc = "Puts a policy in force in one step: at any instant either the former policy or the new one "
	       "decides. Then reads the tiers back from the kernel and prints what changed. "
	       "POLICY and FILE are files, or - for standard input.",
	.children = children,
};

static int print(const struct report *r, unsigned int generation, const struct arguments *a)
{
	int err = 0;

	if (a->shared.json)
		json_print(json_pack("{s:i, s:o, s:o}", "generation", (int)generation, "nodes",
				     report_json(r), "trial_seconds",
				     a->seconds ? json_integer(a->seconds) : json_null()),
			   stdout);
	else
		err = report_print(r, true, stdout);
	if (!err && a->seconds)
		note("the policy is on trial for %u s; tierbpf confirm keeps it", a->seconds);
	return err;
}

/*
 * Compares the tiers with what the policy and the kernel itself answer, which can only be asked once
 * the policy is in force. The lock is released before printing, since a slow terminal must not delay
 * the end of a trial.
 */
static int verify(const struct machine *before, unsigned int generation, const struct arguments *a,
		  int *lock)
{
	_cleanup_(cleanup_engine) struct engine e = {};
	struct report r = {};
	int err = engine_open(&e);

	if (err)
		return err == -ENOENT ?
			       fail(-ESTALE,
				    "the policy was detached by somebody else while it was loaded") :
			       err;
	err = report_settle(&e, before, &r);
	pins_unlock(lock);
	if (!err)
		err = print(&r, generation, a);
	report_free(&r);
	return err;
}

/* An object has no rules, but gets the same facts. */
static const struct policy no_rules = { .reference = -1 };

/* As policy_compile(). A policy that is loaded again keeps its measurement unless another is given. */
static int compile(const struct arguments *a, const struct snapshot *s, const struct policy *policy,
		   struct compiled_policy **compiled)
{
	const __s32 *kept = a->shared.measured ? NULL : snapshot_measured(s, policy);
	int err = measurement_use(a->shared.measured, s->machine);

	if (kept && !a->refresh)
		note("this policy is in force, so the measurement that it was loaded with is used again; "
		     "--measured replaces it");
	return err ?: policy_compile_measured(policy, s->machine, kept, compiled);
}

/* Prints the warnings of a plan. The result itself is read back from the kernel later. */
static int plan(const struct compiled_policy *compiled, const struct snapshot *s)
{
	_cleanup_(cleanup_plan) struct plan *p = NULL;
	int err = plan_make(compiled, s->machine, s->state.overrides, &p);

	if (!err)
		plan_print_warnings(p, stderr);
	return err;
}

static int load(const struct arguments *a)
{
	_cleanup_(cleanup_engine_object) struct engine_object *object = NULL;
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	/* Declared before the lock, so closed after it: the guardian, which wakes up then, gets the lock. */
	_cleanup_close_ int guardian = -1;
	_cleanup_close_ int lock = -1;
	struct trial trial = { .seconds = a->seconds };
	unsigned int generation;
	int err;

	err = a->object ? engine_object_open(a->object, &object) : policy_read(a->policy, &policy);
	if (object) {
		object->allowed = a->allowed;
		object->nr_allowed = a->nr_allowed;
	}
	err = err ?: engine_check();
	if (!err && a->seconds)
		err = guardian_start(&guardian);
	/* Only the start of the guardian needs CAP_SYS_RESOURCE. */
	if (a->seconds)
		err = rights_give_up(RIGHT_SPARE) ?: err;
	trial.guardian = guardian;
	err = err ?: pins_lock(true, &lock);
	err = err ?: snapshot_open_locked(&s);
	err = err ?: compile(a, &s, policy ?: &no_rules, &compiled);
	if (!err && policy)
		err = plan(compiled, &s);
	engine_close(&s.engine); /* it holds maps of the policy that is about to be replaced */
	err = err ?: engine_load(compiled, object, &trial, &generation);
	rights_drop();
	return err ?: verify(s.machine, generation, a, &lock);
}

/* Facts may change while we load; beyond this many times, the next hotplug refreshes them. */
#define REFRESH_TRIES 3

/* Takes the policy in force if it can be refreshed. 0, and *policy is the caller's: NULL for an object. */
static int take_policy_in_force(struct snapshot *s, const struct arguments *a,
				struct policy **policy)
{
	if (!s->state.in_force)
		return fail(-EIO,
			    "the policy in force cannot be read, so it cannot be refreshed; load a policy");
	if (trial_left(&s->engine.meta))
		return fail(-EBUSY,
			    "a policy is on trial; refresh after tierbpf confirm, or when the trial is over");
	*policy = TAKE_PTR(s->engine.policy);
	return 0;
}

/* *done: nothing is left to refresh. */
static int refresh_once(const struct arguments *a, bool *done)
{
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	_cleanup_close_ int lock = -1;
	struct trial no_trial = {};
	unsigned int generation, in_force = 0;
	int err = pins_lock(false, &lock);

	*done = true;
	if (!err) {
		err = pins_find_policy(&in_force);
		if (err)
			return pins_cannot_tell(err);
		err = in_force ? 0 : -ENOENT;
	}
	if (err == -ENOENT) {
		note("no policy is loaded");
		return 0;
	}
	err = err ?: snapshot_open_locked(&s);
	err = err ?: take_policy_in_force(&s, a, &policy);
	if (!err && !policy) {
		note("a BPF object is loaded; load its file again to refresh its facts");
		return 0;
	}
	err = err ?: compile(a, &s, policy, &compiled);
	if (err || engine_knows(compiled))
		return err;
	*done = false;
	engine_close(&s.engine);
	err = engine_load(compiled, NULL, &no_trial, &generation);
	return err ?: verify(s.machine, generation, a, &lock);
}

static int refresh(const struct arguments *a)
{
	bool done = false;
	int i, err = engine_check();

	for (i = 0; !err && !done && i < REFRESH_TRIES; i++)
		err = refresh_once(a, &done);
	return err;
}

int cmd_load(int argc, char **argv)
{
	struct arguments a = {};
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	err = a.seconds ? 0 : rights_give_up(RIGHT_SPARE);
	err = err ?: a.refresh ? refresh(&a) : load(&a);
	free(a.allowed);
	return exit_status(err);
}
