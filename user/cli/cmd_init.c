// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdbool.h>

#include "cli/cmd.h"
#include "engine/snapshot.h"
#include "machine/measurement.h"
#include "plan/initial-policy.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/new-file.h"

struct arguments {
	const char *output;
	const char *sysroot;
	const char *measured;
	bool force;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'o':
		a->output = arg;
		return 0;
	case 'r':
		a->sysroot = arg;
		return 0;
	case 'm':
		a->measured = arg;
		return 0;
	case 'f':
		a->force = true;
		return 0;
	case ARGP_KEY_END:
		if (a->force && !a->output)
			argp_error(state, "--force is for --output FILE");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE, which must not exist yet", 0 },
	{ "force", 'f', NULL, 0, "Replace FILE if it exists", 0 },
	{ "sysroot", 'r', "DIR", 0, "For the machine captured in DIR", 0 },
	{ "measured", 'm', "FILE", 0, "By what tierbpf measure found, before what firmware says", 0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Writes a policy to begin with, which loads as it is: tiers by the latencies and bandwidths "
	"that are known or were measured, or, where none are, nodes without CPUs below DRAM.",
	NULL,
	NULL,
	NULL
};

static int write_policy(FILE *out, const void *what)
{
	return initial_policy_write(what, out);
}

static int init(const struct arguments *a)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	int err = snapshot_open(a->sysroot ?: "", &s);

	err = err ?: measurement_prefer(a->measured, s.machine);
	if (err || !a->output)
		return err ?: initial_policy_write(s.machine, stdout);
	err = new_file_write(a->output, a->force, 0666, write_policy, s.machine);
	if (!err)
		printf("%s: tierbpf plan %s shows what it would change\n", a->output, a->output);
	return err;
}

int cmd_init(int argc, char **argv)
{
	struct arguments a = {};

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(init(&a));
}
