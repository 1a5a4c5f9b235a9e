// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "engine/snapshot.h"
#include "machine/capture.h"
#include "machine/measurement.h"
#include "show/topology.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	const char *sysroot;
	const char *measured;
	const char *save;
	int json, dot;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = 1;
		return 0;
	case 'd':
		a->dot = 1;
		return 0;
	case 's':
		a->save = arg;
		return 0;
	case 'r':
		a->sysroot = arg;
		return 0;
	case 'm':
		a->measured = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->json + a->dot + !!a->save > 1)
			argp_error(state, "one of --json, --dot and --save");
		if (a->save && a->sysroot)
			argp_error(state,
				   "--save captures this machine; a captured one can be copied");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print as JSON", 0 },
	{ "dot", 'd', NULL, 0,
	  "Print nodes, tiers and demotion as a graph: tierbpf topology --dot | dot -Tsvg", 0 },
	{ "save", 's', "DIR", 0, "Capture this machine in DIR, for --sysroot", 0 },
	{ "sysroot", 'r', "DIR", 0, "Show the machine captured in DIR", 0 },
	{ "measured", 'm', "FILE", 0, "Show what tierbpf measure found beside what firmware says",
	  0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Shows what is known of each node: proximity domain, kind, CPUs, size, tier, distance to the "
	"nearest CPUs, and latency and bandwidth (read/write) with who says so. Where sources "
	"contradict each other all are shown; USED names the one that rules go by.",
	NULL,
	NULL,
	NULL
};

static int save(const struct machine *m, const char *dir)
{
	size_t files;
	int err = capture_save(m, dir, &files);

	if (!err)
		printf("%s: %zu files; tierbpf topology --sysroot %s shows them\n", dir, files, dir);
	return err;
}

static int show(const struct machine *m, const struct arguments *a)
{
	if (a->save)
		return save(m, a->save);
	if (a->dot)
		return topology_dot(m, stdout);
	if (!a->json)
		return topology_print(m, stdout);
	json_print(topology_json(m), stdout);
	return 0;
}

static int topology(const struct arguments *a)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	int err = snapshot_open(a->sysroot ?: "", &s);

	err = err ?: measurement_use(a->measured, s.machine);
	return err ?: show(s.machine, a);
}

int cmd_topology(int argc, char **argv)
{
	struct arguments a = {};

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(topology(&a));
}
