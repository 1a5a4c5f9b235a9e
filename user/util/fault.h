/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between any two steps that outlive the process: a kill there must leave the old
 * policy or the new one. Nothing in the tool itself; in build/vm/tierbpf-faults,
 * which guests run, tests/vm/programs/fault-points.c kills it at the one that it is told.
 */
#ifndef FAULT_H
#define FAULT_H

#ifdef TIERBPF_FAULTS
void fault_point(const char *done);

/* Seconds by which the clock of trials is fast. */
unsigned int fault_seconds(void);
#else
static inline void fault_point(const char *done)
{
}

static inline unsigned int fault_seconds(void)
{
	return 0;
}
#endif

#endif
