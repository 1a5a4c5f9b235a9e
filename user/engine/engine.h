/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads, reads, asks and unloads the policy in force. The caller must hold the lock of pins.h. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include "bpf/args.h"
#include "engine/bpf-object.h"
#include "engine/in-force.h"
#include "engine/trial.h"
#include "plan/compiled.h"
#include "policy/policy.h"

/*
 * Checks what every command that talks to the kernel needs. Returns 0, -EPERM or -ENOPKG; the message
 * says how to fix it.
 */
int engine_check(void);

/*
 * Puts a policy in force: @object with the facts of @compiled, or @compiled if @object is NULL.
 * If a policy is in force already, it is replaced in one step. Returns 0 when the nodes have been
 * moved, and sets *generation to that of the new policy. On failure, prints a message, and the
 * former policy is in force, or none if there was none.
 */
int engine_load(const struct compiled_policy *compiled, struct engine_object *object,
		const struct trial *trial, unsigned int *generation);

/* Waits some seconds until the module can be removed. Close all descriptors before. */
void engine_wait_for_release(void);

/* The policy in force, read back from the pins. */
struct engine {
	struct tierbpf_meta meta;
	struct tierbpf_stats stats;
	struct policy *policy; /* parsed from the text that is stored with it; NULL: a BPF object (meta.object) */
	int ask_fd;
	int override_fd;
};

/* Returns 0, -ENOENT without a message if no policy is loaded, or another -errno with a message. */
int engine_open(struct engine *e);
void engine_close(struct engine *e);

/* Asks the hook about @node. Returns 0, or -errno with a message; -ENOENT: the node has no memory. */
int engine_ask(const struct engine *e, int node, struct ask_args *args);

/*
 * True if the loaded facts and groups equal those of @compiled, which is the same policy: a refresh
 * would change nothing.
 */
bool engine_knows(const struct compiled_policy *compiled);

/*
 * Reads the adistances by the measurement that the policy in force was loaded with (load --measured);
 * 0 for a node that was not measured.
 */
void engine_measured(__s32 measured[TIERBPF_MAX_NODES]);

/* Returns whether @node has an override now. If so, sets *adistance to its value. */
bool engine_override(const struct engine *e, int node, int *adistance);

/* Reads the override of each node; 0 for one that has none. Takes a system call or two for each override. */
void engine_overrides(const struct engine *e, __s32 overrides[TIERBPF_MAX_NODES]);

/* Sets the override, or removes it if @adistance is NULL. The kernel moves the node soon afterwards. */
int engine_set_override(const struct engine *e, int node, const int *adistance);

static inline void cleanup_engine(struct engine *e)
{
	engine_close(e);
}

#endif
