// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "engine/engine.h"
#include "engine/guardian.h"
#include "engine/pins.h"
#include "engine/rights.h"
#include "engine/snapshot.h"
#include "engine/trial.h"
#include "machine/machine.h"
#include "machine/measurement.h"
#include "plan/plan.h"
#include "show/report.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	const char *policy;
	const char *object;
	const char *measured;
	unsigned int seconds; /* of trial; 0: none */
	const char **allowed; /* programs of object */
	size_t nr_allowed;
	bool refresh;
	int json;
};

static unsigned int parse_seconds(const char *arg, struct argp_state *state)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(arg, &end, 10);
	if (errno || *arg < '0' || *arg > '9' || *end || !n || n > TRIAL_MAX_SECONDS)
		argp_error(state, "--try takes seconds, 1 to %d, not \"%s\"", TRIAL_MAX_SECONDS,
			   arg);
	return (unsigned int)n;
}

/* Without a letter of its own. */
enum { ALLOW_ATTACH = 256 };

static error_t allow(struct arguments *a, const char *program)
{
	if (ARRAY_GROW(a->allowed, a->nr_allowed))
		return ENOMEM;
	a->allowed[a->nr_allowed++] = program;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = 1;
		return 0;
	case 'o':
		a->object = arg;
		return 0;
	case ALLOW_ATTACH:
		return allow(a, arg);
	case 't':
		a->seconds = parse_seconds(arg, state);
		return 0;
	case 'm':
		a->measured = arg;
		return 0;
	case 'r':
		a->refresh = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->policy)
			argp_error(state, "one policy is loaded at a time");
		a->policy = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->refresh && (a->policy || a->object || a->seconds))
			argp_error(state,
				   "--refresh is of the policy in force, and takes no other, nor a trial");
		if (!a->policy && !a->object && !a->refresh)
			argp_error(state, "which policy?");
		if (a->policy && a->object)
			argp_error(state, "a policy of rules or an object, not both");
		if (a->nr_allowed && !a->object)
			argp_error(state, "--allow-attach names a program of an --object");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "allow-attach", ALLOW_ATTACH, "PROGRAM", 0,
	  "Attach this program of the object though it changes what the "
	  "kernel does elsewhere; may be given several times",
	  0 },
	{ "json", 'j', NULL, 0, "Print what changed as JSON", 0 },
	{ "measured", 'm', "FILE", 0, "What measure found, for \"from\": \"measured\"", 0 },
	{ "object", 'o', "FILE", 0,
	  "Your own BPF object instead of rules; tierbpf/bpf.h says what it holds", 0 },
	{ "refresh", 'r', NULL, 0,
	  "The policy in force anew, by what is known of the nodes now, as after a "
	  "hotplug; nothing is done where that is the same",
	  0 },
	{ "try", 't', "SECONDS", 0,
	  "The former policy, or none, comes back after that (1 to 86400), unless "
	  "tierbpf confirm is run before; also if this terminal and this process are gone",
	  0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	"POLICY\n--object=FILE\n--refresh",
	"Puts a policy in force, in one step: the former policy or the new one decides at any "
	"instant. Then reads the tiers back from the kernel, and prints what changed. "
	"POLICY and FILE are files, or - for standard input.",
	NULL,
	NULL,
	NULL
};

static int print(const struct report *r, unsigned int generation, const struct arguments *a)
{
	int err = 0;

	if (a->json)
		json_print(json_pack("{s:i, s:o, s:o}", "generation", (int)generation, "nodes",
				     report_json(r), "trial_seconds",
				     a->seconds ? json_integer(a->seconds) : json_null()),
			   stdout);
	else
		err = report_print(r, true, stdout);
	if (!err && a->seconds)
		note("on trial for %u s: tierbpf confirm keeps it", a->seconds);
	return err;
}

/*
 * "ask" is only there once the policy is in force: what it then says of the
 * kernel's own place and the rules' decision is compared with the tiers. The lock is
 * not held while we print: a terminal may take its time, and a trial may not.
 */
static int verify(const struct machine *before, unsigned int generation, const struct arguments *a,
		  int *lock)
{
	_cleanup_(cleanup_engine) struct engine e = {};
	struct report r = {};
	int err = engine_open(&e);

	if (err)
		return err == -ENOENT ?
			       fail(-ESTALE, "the policy has been detached by somebody else") :
			       err;
	err = report_settle(&e, before, &r);
	pins_unlock(lock);
	if (!err)
		err = print(&r, generation, a);
	report_free(&r);
	return err;
}

/* An object decides by itself, and gets the facts that rules would get. */
static const struct policy no_rules = { .reference = -1 };

/* Warnings only: what the kernel then makes of the policy is read back. */
static int plan(const struct compiled_policy *compiled, const struct snapshot *s)
{
	_cleanup_(cleanup_plan) struct plan *p = NULL;
	int err = plan_make(compiled, s->machine, s->overrides, &p);

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
	/* Closed after the lock, so that the guardian gets it. */
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
	/* The guardian has used CAP_SYS_RESOURCE; nothing after it needs it. */
	if (a->seconds)
		err = rights_give_up(RIGHT_SPARE) ?: err;
	trial.guardian = guardian;
	err = err ?: pins_lock(true, &lock);
	err = err ?: snapshot_open_locked(&s);
	err = err ?: measurement_use(a->measured, s.machine);
	err = err ?: policy_compile(policy ?: &no_rules, s.machine, &compiled);
	if (!err && policy)
		err = plan(compiled, &s);
	engine_close(&s.engine); /* or it would keep what is about to be replaced */
	err = err ?: engine_load(compiled, object, &trial, &generation);
	rights_drop();
	return err ?: verify(s.machine, generation, a, &lock);
}

/* Facts that come while we are at work; more is for the next hotplug. */
#define REFRESH_TRIES 3

/* Is there a policy of rules that can be loaded again? 0, and *policy is the caller's. */
static int take_policy_in_force(struct snapshot *s, const struct arguments *a,
				struct policy **policy)
{
	if (!s->in_force)
		return fail(-EIO,
			    "what is in force cannot be read, so it cannot be refreshed; load a policy");
	if (trial_left(&s->engine.meta))
		return fail(-EBUSY,
			    "a policy is on trial; refresh it after tierbpf confirm, or when its time is up");
	if (engine_is_measured() && !a->measured)
		return fail(-EINVAL,
			    "the policy in force goes by a measurement: give the file by --measured, "
			    "as at its load");
	*policy = TAKE_PTR(s->engine.policy);
	return 0;
}

/* *done: there was nothing to do. */
static int refresh_once(const struct arguments *a, bool *done)
{
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	_cleanup_close_ int lock = -1;
	struct trial no_trial = {};
	unsigned int generation;
	int err = pins_lock(false, &lock);

	*done = true;
	if (err == -ENOENT || (!err && !pins_policy_id())) {
		note("no policy is loaded");
		return 0;
	}
	err = err ?: snapshot_open_locked(&s);
	err = err ?: take_policy_in_force(&s, a, &policy);
	if (!err && !policy) {
		note("an object is in force, which only a load of its file gives new facts");
		return 0;
	}
	err = err ?: measurement_use(a->measured, s.machine);
	err = err ?: policy_compile(policy, s.machine, &compiled);
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
