// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "engine/rights.h"
#include "util/array.h"
#include "util/msg.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	unsigned int rights; /* README's table of commands says them too */
	const char *what;
} verbs[] = {
	{ "topology", cmd_topology, RIGHT_WRITE, "show what is known of each node, and who says so" },
	{ "measure", cmd_measure, RIGHT_WRITE,
	  "find each node's latency and bandwidth by memory accesses" },
	{ "init", cmd_init, RIGHT_WRITE, "write a policy to begin with, for this machine" },
	{ "check", cmd_check, RIGHT_READ, "say whether a policy is valid, and where it is not" },
	{ "plan", cmd_plan, RIGHT_READ, "show what a policy would change, and touch nothing" },
	{ "explain", cmd_explain, RIGHT_READ, "say why a node is in its tier" },
	{ "export", cmd_export, RIGHT_WRITE,
	  "say the nodes to QEMU, libvirt, or the next boot (HMAT)" },
	{ "load", cmd_load, RIGHT_READ | RIGHT_PINS | RIGHT_LOAD | RIGHT_SPARE,
	  "put a policy in force, or replace the one in force" },
	{ "confirm", cmd_confirm, RIGHT_PINS, "keep a policy that is on trial (load --try)" },
	{ "unload", cmd_unload, RIGHT_PINS, "give every node back to the kernel's own tier" },
	{ "status", cmd_status, RIGHT_PINS, "show the policy, the nodes and their tiers" },
	{ "watch", cmd_watch, RIGHT_PINS,
	  "show what happens as it happens: moves, hotplug, policies" },
	{ "doctor", cmd_doctor, RIGHT_READ | RIGHT_IOMEM,
	  "look for what tierbpf needs, and name the cure of what is missing" },
	{ "set", cmd_set, RIGHT_PINS, "override the tier of one node, live" },
	{ "unset", cmd_unset, RIGHT_PINS, "take the override of a node away" },
};

#define NR_VERBS (ARRAY_SIZE(verbs))

static void usage(FILE *out)
{
	size_t i;

	fputs("Usage: tierbpf VERB [OPTION...]\n"
	      "Say which memory tier a NUMA node belongs to, and change it live.\n\n",
	      out);
	for (i = 0; i < NR_VERBS; i++)
		fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].what);
	fputs("\ntierbpf VERB --help says more. Exit status: 0 done, 1 failed, 2 usage, 3 policy\n"
	      "invalid, 4 something missing, 5 not permitted, 6 busy, 7 the kernel disagrees.\n",
	      out);
}

int main(int argc, char **argv)
{
	static char name[32];
	size_t i;

	argp_err_exit_status = EXIT_USAGE;
	/* Without what argp says below each list of options: help is a screen at most. */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	/* Policies are UTF-8, and so is what tables show of them; nothing else may depend on a locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("tierbpf " TIERBPF_VERSION);
		return EXIT_DONE;
	}
	for (i = 0; i < NR_VERBS; i++) {
		if (strcmp(argv[1], verbs[i].name))
			continue;
		/* What argp calls the program, in its help and its errors. */
		snprintf(name, sizeof(name), "tierbpf %s", verbs[i].name);
		argv[1] = name;
		return exit_status(rights_take(verbs[i].rights)) ?: verbs[i].run(argc - 1, argv + 1);
	}
	fail(0, "no verb \"%s\"; tierbpf --help lists them", argv[1]);
	return EXIT_USAGE;
}
