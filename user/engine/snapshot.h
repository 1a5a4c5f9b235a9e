/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine as plan and explain need it: what the kernel itself would do with each node, and the overrides. */
#ifndef SURVEY_H
#define SURVEY_H

#include "engine/engine.h"
#include "machine/machine.h"

struct survey {
	struct machine *machine;
	__s32 overrides[TIERBPF_MAX_NODES]; /* 0: none */
	bool in_force; /* a policy is, and could be read: engine is open */
	struct engine engine;
};

/*
 * Reads the machine below @root. On this one ("") a policy in force is asked
 * where the kernel alone puts each node, if that is permitted; else it is
 * concluded (kernel-adistance.h), with a note if that may be wrong. Takes the lock of the pins for as long as
 * it reads. 0, and *s is to be closed; -errno with a message.
 */
int survey_open(const char *root, struct survey *s);
void survey_close(struct survey *s);

/*
 * The same of this machine, for load, which holds the lock already and replaces
 * also what cannot be read any more.
 */
int survey_open_locked(struct survey *s);

static inline void cleanup_survey(struct survey *s)
{
	survey_close(s);
}

#endif
