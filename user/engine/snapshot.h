/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine and the policy in force at one moment, as plan and explain need them: where each node is
 * now, where the kernel alone would put it, and the overrides.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "engine/engine.h"
#include "machine/machine.h"
#include "machine/policy-state.h"

struct snapshot {
	struct machine *machine;
	struct policy_state state;
	struct engine engine; /* open if a policy is in force on this machine */
	struct policy *captured; /* owns the policy of a capture */
};

/*
 * Reads the machine below @root. On this one ("") a policy in force is asked
 * where the kernel alone puts each node, if that is permitted; a capture has the answers. Otherwise they are
 * concluded (kernel-adistance.h), with a note if that may be wrong. Takes the lock of the pins for as long as
 * it reads. 0, and *s is to be closed; -errno with a message.
 */
int snapshot_open(const char *root, struct snapshot *s);
int snapshot_open_any(const char *root, struct snapshot *s); /* also without memory tiers */

/*
 * For policy_compile_measured(): if @policy is the one in force and was loaded with a measurement, the
 * adistances by that; else NULL.
 */
const __s32 *snapshot_measured(const struct snapshot *s, const struct policy *policy);
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
