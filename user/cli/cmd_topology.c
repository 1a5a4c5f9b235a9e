// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "engine/snapshot.h"
#include "machine/capture.h"
#include "machine/measurement.h"
#include "show/topology.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	struct shared_options shared;
	const char *save;
	bool dot;
};

static const struct argp_child children[] = { JSON_OPTION, MEASURED_OPTION, SYSROOT_OPTION, {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case 'd':
		a->dot = true;
		return 0;
	case 's':
		a->save = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->shared.json + a->dot + !!a->save > 1)
			argp_error(state, "give only one of --json, --dot and --save");
		if (a->save && a->shared.sysroot)
			argp_error(state,
				   "--save captures the running machine; to copy a captured one, "
				   "copy its directory");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "dot", 'd', NULL, 0,
	  "Print nodes, tiers and demotion as a graph: tierbpf topology --dot | dot -Tsvg", 0 },
	{ "save", 's', "DIR", 0, "Capture this machine in DIR, for --sysroot", 0 },
	{},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Shows what is known about each node: proximity domain, kind, CPUs, size, tier, distance to the "
	       "nearest CPUs, and latency and bandwidth (read/write) with their source. Where sources "
	       "contradict each other, all are shown, and USED names the one that rules use.",
	.children = children,
};

static int save(const struct snapshot *s, const char *dir)
{
	size_t files;
	int err = capture_save("", s->machine, &s->state, dir, &files);

	if (!err)
		printf("%s: %zu files; tierbpf topology --sysroot %s shows them\n", dir, files, dir);
	return err;
}

static int show(const struct snapshot *s, const struct arguments *a)
{
	const struct machine *m = s->machine;

	if (a->save)
		return save(s, a->save);
	if (a->dot)
		return topology_dot(m, stdout);
	if (!a->shared.json)
		return topology_print(m, stdout);
	json_print(topology_json(m), stdout);
	return 0;
}

static int topology(const struct arguments *a)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	int err = snapshot_open_any(shared_root(&a->shared), &s);

	if (!err && !s.machine->has_tiers)
		note("this kernel has no memory tiers (they need Linux 6.1 with NUMA and memory hotplug), so "
		     "no node is in one");
	err = err ?: measurement_use(a->shared.measured, s.machine);
	return err ?: show(&s, a);
}

int cmd_topology(int argc, char **argv)
{
	struct arguments a = {};

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(topology(&a));
}
