/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine and the policy in force at one moment, as plan and explain need them: where the kernel
 * alone would put each node, and the overrides.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "engine/engine.h"
#include "machine/machine.h"

struct snapshot {
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
int snapshot_open(const char *root, struct snapshot *s);
int snapshot_open_any(const char *root, struct snapshot *s); /* also without memory tiers */
void snapshot_close(struct snapshot *s);

/*
 * The same of this machine, for load, which holds the lock already and replaces
 * also what cannot be read any more.
 */
int snapshot_open_locked(struct snapshot *s);

static inline void cleanup_snapshot(struct snapshot *s)
{
	snapshot_close(s);
}

#endif
