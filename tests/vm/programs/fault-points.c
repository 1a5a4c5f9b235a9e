// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault points (user/util/fault.h) of build/vm/tierbpf-faults. With TIERBPF_FAULT=N the
 * program kills itself at the Nth point that it reaches, and prints where that is. A test that
 * increases N until nothing is killed any more has tested all points.
 * TIERBPF_FAULT_GUARDIAN=N does this in the guardian of a trial. TIERBPF_FAULT_SECONDS=N makes
 * trials end N seconds earlier.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "util/fault.h"

static unsigned int number(const char *name)
{
	const char *text = getenv(name);

	return text ? (unsigned int)atoi(text) : 0;
}

static int is_guardian(void)
{
	char name[16];

	return !prctl(PR_GET_NAME, name) && !strcmp(name, "tierbpf-trial");
}

void fault_point(const char *done)
{
	static unsigned int passed;

	if (++passed != number(is_guardian() ? "TIERBPF_FAULT_GUARDIAN" : "TIERBPF_FAULT"))
		return;
	fprintf(stderr, "killed at %u, after: %s\n", passed, done);
	fflush(stderr);
	kill(getpid(), SIGKILL);
}

unsigned int fault_seconds(void)
{
	return number("TIERBPF_FAULT_SECONDS");
}
