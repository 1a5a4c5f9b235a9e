// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "engine/snapshot.h"
#include "machine/measurement.h"
#include "plan/initial-policy.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/new-file.h"

static const struct argp_child children[] = { MEASURED_OPTION, OUTPUT_OPTIONS, SYSROOT_OPTION, {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	share_options(state->input, children, state);
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.doc = "Writes a policy to begin with, which can be loaded as it is. It makes tiers from the latencies "
	       "and bandwidths that are known or were measured, and keeps the order in which the kernel has "
	       "the nodes. Where nothing is known, it places nodes without CPUs below DRAM. It says on stderr "
	       "what it assumed.",
	.children = children,
};

static int write_policy(FILE *out, const void *what)
{
	return initial_policy_write(what, out);
}

static int init(const struct shared_options *shared)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	int err = snapshot_open(shared_root(shared), &s);

	err = err ?: measurement_prefer(shared->measured, s.machine);
	if (err || !shared->output)
		return err ?: initial_policy_write(s.machine, stdout);
	err = new_file_write(shared->output, shared->force, 0666, write_policy, s.machine);
	if (!err)
		printf("%s: tierbpf plan %s shows what it would change\n", shared->output,
		       shared->output);
	return err;
}

int cmd_init(int argc, char **argv)
{
	struct shared_options shared = {};

	argp_parse(&argp, argc, argv, 0, NULL, &shared);
	return exit_status(init(&shared));
}
