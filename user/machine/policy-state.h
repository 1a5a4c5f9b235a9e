/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy in force has done to a machine: without it, nobody could tell what the kernel alone
 * would do. On a live machine the policy itself is asked; a capture keeps the answers in files.
 */
#ifndef POLICY_STATE_H
#define POLICY_STATE_H

#include "machine/machine.h"
#include "policy/policy.h"

struct policy_state {
	bool in_force; /* a policy is in force, and was asked about each node */
	bool not_asked; /* a policy seems to be in force, but could not be asked */
	const struct policy
		*policy; /* the rules in force; NULL: none, a BPF object, or not known. Not owned */
	__s32 overrides[TIERBPF_MAX_NODES]; /* 0: none */
	/* Adistances by the measurement that the policy was loaded with; 0: the node was not measured. */
	__s32 measured[TIERBPF_MAX_NODES];
};

/*
 * Calls @save for each file that keeps the state: @path begins with a slash. Fact KERNEL_ADISTANCE
 * and the adistance of each node come from @m. Stops at the first error, which it returns; -ENOMEM
 * with a message.
 */
int policy_state_save(const struct machine *m, const struct policy_state *state,
		      int (*save)(void *context, const char *path, const void *data, size_t length),
		      void *context);

/*
 * Reads what policy_state_save() has saved below @root into @m and *state. The caller frees
 * *policy, which state->policy points to; NULL if the capture has none. 0, or -ENOMEM with a message;
 * a policy that cannot be read is not known.
 */
int policy_state_read(const char *root, struct machine *m, struct policy_state *state,
		      struct policy **policy);

#endif
