/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads, reads, asks and unloads the policy in force. All of it needs the lock of pins.h. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include "bpf/args.h"
#include "engine/bpf-object.h"
#include "engine/trial.h"
#include "plan/compiled.h"
#include "policy/policy.h"

/* Checks what every command that talks to the kernel needs. 0, -EPERM or -ENOPKG; the message says how to fix it. */
int engine_check(void);

/*
 * Puts @compiled in force, or @object (NULL: none) with the facts of @compiled:
 * attaches, or replaces the policy in force in one step. 0, and the nodes have been
 * moved; on failure the former policy, or none, is in force, and a message has been
 * printed. *generation: of the new policy.
 */
int engine_load(const struct compiled_policy *compiled, struct engine_object *object,
		const struct trial *trial, unsigned int *generation);

/*
 * Reads the map `meta` of the policy in force. 0; -EPROTO: a load does not write such values; another
 * -errno; without a message. If its ABI is another one, no other field has been checked.
 */
int engine_read_meta(struct tierbpf_meta *meta);

/* Detaches the policy: nodes return to the tiers that the kernel chooses. 0 or -errno with a message. */
int engine_unload(void);

/* Waits some seconds until the module can be removed. To be called when all descriptors are closed. */
void engine_wait_for_release(void);

/* The policy in force, read back from the pins. */
struct engine {
	struct tierbpf_meta meta;
	struct tierbpf_stats stats;
	struct policy *policy; /* parsed again from its own text; NULL: an object (meta.object) */
	int ask_fd;
	int override_fd;
};

/* 0; -ENOENT without a message: no policy is loaded; -errno with a message. */
int engine_open(struct engine *e);
void engine_close(struct engine *e);

/* Asks the hook about @node. 0; -ENOENT: it has no memory; -errno, with a message. */
int engine_ask(const struct engine *e, int node, struct ask_args *args);

/* What the policy in force was told of the machine is what @compiled, of the same policy, says. */
bool engine_knows(const struct compiled_policy *compiled);

/* Does the policy in force use a measurement (load --measured)? */
bool engine_is_measured(void);

/* Does @node have a live override? If so, *adistance is its value. */
bool engine_override(const struct engine *e, int node, int *adistance);

/* Sets the override, or removes it if @adistance is NULL. The kernel moves the node soon afterwards. */
int engine_set_override(const struct engine *e, int node, const int *adistance);

static inline void cleanup_engine(struct engine *e)
{
	engine_close(e);
}

#endif
