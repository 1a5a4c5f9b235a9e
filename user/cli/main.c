// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "engine/rights.h"
#include "machine/iomem.h"
#include "util/array.h"
#include "util/command-line.h"
#include "util/msg.h"
#include "util/nearest.h"
#include "util/output.h"

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	unsigned int rights; /* also in RIGHTS of man/tierbpf.8, and below the table of commands in README.md */
	const char *summary;
} verbs[] = {
	{ "topology", cmd_topology, RIGHT_WRITE,
	  "show what is known about each node, and from which source" },
	{ "measure", cmd_measure, RIGHT_WRITE, "measure each node's latency and bandwidth" },
	{ "init", cmd_init, RIGHT_WRITE, "write a first policy for this machine" },
	{ "check", cmd_check, RIGHT_READ, "check whether a policy is valid, and show its errors" },
	{ "plan", cmd_plan, RIGHT_READ,
	  "show what a policy would change, without changing anything" },
	{ "explain", cmd_explain, RIGHT_READ, "say why a node is in its tier" },
	{ "export", cmd_export, RIGHT_WRITE,
	  "export what is known about the nodes: QEMU, libvirt, HMAT" },
	{ "load", cmd_load, RIGHT_READ | RIGHT_PINS | RIGHT_LOAD | RIGHT_SPARE,
	  "put a policy in force, or replace the one in force" },
	{ "confirm", cmd_confirm, RIGHT_PINS, "keep a policy that is on trial (load --try)" },
	{ "unload", cmd_unload, RIGHT_PINS,
	  "return every node to the tier that the kernel would choose" },
	{ "status", cmd_status, RIGHT_PINS, "show the policy, the nodes and their tiers" },
	{ "watch", cmd_watch, RIGHT_PINS, "show events as they happen: moves, hotplug, policies" },
	{ "doctor", cmd_doctor, RIGHT_READ,
	  "check what tierbpf needs, and say how to fix what is missing" },
	{ "set", cmd_set, RIGHT_PINS, "override the tier of one node" },
	{ "unset", cmd_unset, RIGHT_PINS, "remove a node's override" },
};

#define NR_VERBS (ARRAY_SIZE(verbs))

static void usage(FILE *out)
{
	size_t i;

	fputs("Usage: tierbpf VERB [OPTION...]\n"
	      "Decides which memory tier each NUMA node belongs to, on a running kernel.\n\n",
	      out);
	for (i = 0; i < NR_VERBS; i++)
		fprintf(out, "  %-8s %s\n", verbs[i].name, verbs[i].summary);
	fputs("\ntierbpf help VERB describes a verb. Exit status: 0 done, 1 failed, 2 usage,\n"
	      "3 policy invalid, 4 something missing, 5 not permitted, 6 busy, 7 a node is in\n"
	      "another tier than it should be.\n",
	      out);
}

static const struct verb *find_verb(const char *name)
{
	struct nearest near = nearest_to(name);
	size_t i;

	for (i = 0; i < NR_VERBS; i++) {
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
		nearest_try(&near, verbs[i].name);
	}
	fail(0, "there is no verb \"%s\"%s; tierbpf --help lists the verbs", name,
	     nearest_hint(&near));
	return NULL;
}

/* Runs the verb argv[1] with the options behind it. */
static int run_verb(int argc, char **argv)
{
	const struct verb *verb = find_verb(argv[1]);
	static char name[32];

	if (!verb)
		return EXIT_USAGE;
	command_line_keep(argc, argv);
	/* argp shows argv[0] in its help and its errors. */
	snprintf(name, sizeof(name), "tierbpf %s", verb->name);
	argv[1] = name;
	iomem_open();
	return exit_status(rights_take(verb->rights)) ?: verb->run(argc - 1, argv + 1);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

/* tierbpf help VERB prints what tierbpf VERB --help does. */
static int help_verb(char **argv)
{
	char *help[] = { argv[0], argv[2], (char[]){ "--help" }, NULL };

	return run_verb(ARRAY_SIZE(help) - 1, help);
}

int main(int argc, char **argv)
{
	output_begin();
	argp_err_exit_status = EXIT_USAGE;
	/* Drops argp's note about mandatory arguments from --help, which has to fit on one screen. */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	/* Policies, and so the tables that show their names, are UTF-8; nothing else may depend on the locale. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "help") && argc > 2)
		return help_verb(argv);
	if (!strcmp(argv[1], "help") || is_one_of(argv[1], "-h", "--help")) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (is_one_of(argv[1], "-V", "--version")) {
		puts("tierbpf " TIERBPF_VERSION);
		return EXIT_DONE;
	}
	return run_verb(argc, argv);
}
