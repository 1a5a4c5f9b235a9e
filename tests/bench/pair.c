// SPDX-License-Identifier: GPL-2.0-only
/*
 * pair [OPTION]... -- BASELINE... -- SUBJECT...
 *
 *	--reps N		repetitions (7), after one that is not shown
 *	--runs N		runs of each command in a repetition (1)
 *	--after-baseline CMD	shell command after each run of it, not timed
 *	--after-subject CMD
 *
 * Runs the two commands in turns, without their output, and prints a line for each
 * repetition: for baseline and subject the elapsed ns, the ns of CPU, and the peak
 * resident KiB.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct cost {
	uint64_t ns, cpu_ns;
	long kib;
};

struct command {
	char **argv;
	const char *after;
};

static void __attribute__((noreturn)) die(const char *what, const char *why)
{
	fprintf(stderr, "pair: %s: %s\n", what, why);
	exit(2);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t ns_of(struct timeval t)
{
	return ((uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec) * 1000;
}

static void __attribute__((noreturn)) become(char **argv)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDOUT_FILENO);
	execvp(*argv, argv);
	die(*argv, strerror(errno));
}

static void run_once(const struct command *command, struct cost *cost)
{
	uint64_t start = now();
	struct rusage usage;
	int status;
	pid_t pid = vfork();

	if (!pid)
		become(command->argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		die(*command->argv, strerror(errno));
	cost->ns += now() - start;
	cost->cpu_ns += ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
	if (usage.ru_maxrss > cost->kib)
		cost->kib = usage.ru_maxrss;
	if (status)
		die(*command->argv, "failed");
	if (command->after && system(command->after))
		die(command->after, "failed");
}

static struct cost run(const struct command *command, int runs)
{
	struct cost cost = {};

	while (runs--)
		run_once(command, &cost);
	return cost;
}

/* Returns the words up to "--" or the end, and sets *argv to what follows. */
static char **take_words(char ***argv)
{
	char **words = *argv;

	while (**argv && strcmp(**argv, "--"))
		++*argv;
	if (**argv)
		*(*argv)++ = NULL;
	if (!*words)
		die("usage", "pair [OPTION]... -- BASELINE... -- SUBJECT...");
	return words;
}

int main(int argc __attribute__((unused)), char **argv)
{
	struct command baseline = {}, subject = {};
	int reps = 7, runs = 1, i;

	for (argv++; *argv && strcmp(*argv, "--"); argv += 2) {
		if (!argv[1])
			die(*argv, "needs a value");
		if (!strcmp(*argv, "--reps"))
			reps = atoi(argv[1]);
		else if (!strcmp(*argv, "--runs"))
			runs = atoi(argv[1]);
		else if (!strcmp(*argv, "--after-baseline"))
			baseline.after = argv[1];
		else if (!strcmp(*argv, "--after-subject"))
			subject.after = argv[1];
		else
			die(*argv, "unknown option");
	}
	argv += !!*argv;
	baseline.argv = take_words(&argv);
	subject.argv = take_words(&argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i <= reps; i++) {
		struct cost b = run(&baseline, runs), s = run(&subject, runs);

		if (i)
			printf("%llu %llu %ld %llu %llu %ld\n", (unsigned long long)b.ns,
			       (unsigned long long)b.cpu_ns, b.kib, (unsigned long long)s.ns,
			       (unsigned long long)s.cpu_ns, s.kib);
	}
	return 0;
}
