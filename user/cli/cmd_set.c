// SPDX-License-Identifier: GPL-2.0-only
/* set and unset: they change the live override, a map that bpftool can update as well. */
#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "engine/engine.h"
#include "engine/pins.h"
#include "machine/machine.h"
#include "show/report.h"
#include "util/cleanup.h"
#include "util/msg.h"

#define MAX_TIER (TIERBPF_ADISTANCE_MAX >> TIERBPF_TIER_SHIFT)

struct arguments {
	int node; /* -1 until given */
	const char *tier;
	const char *adistance;
	const char *offset;
};

/* The key of an option without a letter. */
enum { KEY_OFFSET = 256 };

/* A whole number from @min to @max; anything else is a usage error. */
static int number(const char *text, long min, long max, struct argp_state *state)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max)
		argp_error(state, "\"%s\" is not a number from %ld to %ld", text, min, max);
	return (int)n;
}

static error_t parse_node(char *arg, struct arguments *a, struct argp_state *state)
{
	if (a->node >= 0)
		argp_error(state, "give one NODE at a time");
	a->node = option_node(arg, state);
	return 0;
}

static error_t parse_set(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 't':
		a->tier = arg;
		return 0;
	case 'a':
		a->adistance = arg;
		number(arg, TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX, state);
		return 0;
	case KEY_OFFSET:
		a->offset = arg;
		number(arg, -TIERBPF_ADISTANCE_MAX, TIERBPF_ADISTANCE_MAX, state);
		return 0;
	case ARGP_KEY_ARG:
		return parse_node(arg, a, state);
	case ARGP_KEY_END:
		if (a->node < 0)
			argp_error(state, "give a NODE");
		if (!!a->tier + !!a->adistance + !!a->offset != 1)
			argp_error(state, "give exactly one of --tier, --adistance and --offset");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option set_options[] = {
	{ "tier", 't', "TIER", 0,
	  "Move it to this tier: a name of the policy, or a number of the kernel", 0 },
	{ "adistance", 'a', "N", 0,
	  "Give it this abstract distance; DRAM has 576, higher is slower", 0 },
	{ "offset", KEY_OFFSET, "N", 0, "Add N to the abstract distance that the kernel computes",
	  0 },
	{},
};

static const struct argp set_argp = {
	.options = set_options,
	.parser = parse_set,
	.args_doc = "NODE",
	.doc = "Overrides the policy for one node, at once, until the node is unset or the policy is unloaded. "
	       "Write a negative offset as --offset=-N.",
};

static error_t parse_unset(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	if (key == ARGP_KEY_ARG)
		return parse_node(arg, a, state);
	if (key == ARGP_KEY_END && a->node < 0)
		argp_error(state, "give a NODE");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static const struct argp unset_argp = {
	.parser = parse_unset,
	.args_doc = "NODE",
	.doc = "Removes a node's override: the policy decides about it again, at once.",
};

static int tier_adistance(const struct engine *e, const char *tier, int *adistance)
{
	struct nearest near = nearest_to(tier);
	char *end;
	unsigned long n = strtoul(tier, &end, 10);

	if (isdigit((unsigned char)*tier) && !*end && n < MAX_TIER) {
		*adistance = tierbpf_tier_centre((__u32)n);
		return 0;
	}
	if (!policy_find_tier(e->policy, tier, adistance))
		return 0;
	policy_nearest_tier(e->policy, &near);
	return fail(-EINVAL,
		    "no tier \"%s\" in the policy in force%s; give one of its names, or a kernel tier "
		    "number, 0 to %d",
		    tier, nearest_hint(&near), MAX_TIER - 1);
}

static int offset_adistance(const struct engine *e, int node, long offset, int *adistance)
{
	struct ask_args args;
	int err = engine_ask(e, node, &args);

	if (err == -ENOENT)
		return fail(-EINVAL,
			    "node %d has no memory, so the kernel has no adistance to add to; use "
			    "--tier or --adistance",
			    node);
	if (!err)
		*adistance = tierbpf_offset(args.answer.node.kernel_adistance, (__s32)offset);
	return err;
}

static int wanted(const struct engine *e, const struct arguments *a, int *adistance)
{
	if (a->tier)
		return tier_adistance(e, a->tier, adistance);
	if (a->offset)
		return offset_adistance(e, a->node, atol(a->offset), adistance);
	*adistance = atoi(a->adistance);
	return 0;
}

/* Another BPF program in front of the hook may answer for the node instead (tierbpf/bpf.h). */
static int check_effect(const struct report *r, int node)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->nodes[i].node == node && r->nodes[i].overruled)
			return fail(-ESTALE,
				    "the override of node %d is set, but another BPF program that runs "
				    "before it decides; bpftool link list names it",
				    node);
	return 0;
}

/* Moves the node, and prints the tiers of all nodes. */
static int apply(const struct engine *e, int node, const int *adistance, int *lock)
{
	_cleanup_(cleanup_machine) struct machine *before = NULL;
	struct report r = {};
	int err = machine_read("", &before);

	err = err ?: engine_set_override(e, node, adistance);
	if (err)
		return err;
	if (!before->nodes[node].memory)
		note(adistance ?
			     "node %d has no memory now; the override takes effect when it gets some" :
			     "the override of node %d is removed; the node has no memory now",
		     node);
	err = report_settle(e, before, &r);
	pins_unlock(lock); /* before printing: a slow terminal must not keep others waiting */
	if (!err)
		err = report_print(&r, true, stdout);
	if (!err && adistance)
		err = check_effect(&r, node);
	report_free(&r);
	return err;
}

static int change(const struct arguments *a, bool set)
{
	_cleanup_(cleanup_engine) struct engine e = { .ask_fd = -1, .override_fd = -1 };
	_cleanup_close_ int lock = -1;
	int adistance, err = engine_check();

	err = err ?: pins_lock(false, &lock);
	err = err ?: engine_open(&e);
	if (err == -ENOENT)
		return fail(-ENODATA,
			    "no policy is loaded, so there is nothing to override; use tierbpf load POLICY first");
	if (!err && !set && !engine_override(&e, a->node, &adistance)) {
		note("node %d has no override, so nothing changes", a->node);
		return 0;
	}
	if (!err && set)
		err = wanted(&e, a, &adistance);
	return err ?: apply(&e, a->node, set ? &adistance : NULL, &lock);
}

int cmd_set(int argc, char **argv)
{
	struct arguments a = { .node = -1 };

	argp_parse(&set_argp, argc, argv, 0, NULL, &a);
	return exit_status(change(&a, true));
}

int cmd_unset(int argc, char **argv)
{
	struct arguments a = { .node = -1 };

	argp_parse(&unset_argp, argc, argv, 0, NULL, &a);
	return exit_status(change(&a, false));
}
