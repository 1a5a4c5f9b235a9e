// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fault points (user/util/fault.h) of build/vm/tierbpf-faults. TIERBPF_FAULT=N: it
 * is killed at the Nth that it passes, and says where that was. So a test that
 * counts up until nothing is killed any more has been at all of them.
 * TIERBPF_FAULT_GUARDIAN=N: the same of the guardian of a trial. TIERBPF_FAULT_SECONDS=N:
 * trials end so much sooner.
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
