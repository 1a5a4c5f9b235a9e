/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fault points mark the places between two steps that outlive the process: if it is killed
 * there, either the old policy or the new one must be in force. They do nothing in the installed
 * tool. In build/vm/tierbpf-faults, which only test guests run,
 * tests/vm/programs/fault-points.c kills the process at the point that the test chose.
 */
#ifndef FAULT_H
#define FAULT_H

#ifdef TIERBPF_FAULTS
void fault_point(const char *done);

/* Seconds to add to the clock that ends a trial, so that a test need not wait for it. */
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
