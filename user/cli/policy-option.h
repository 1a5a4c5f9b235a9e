/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy of a verb that takes a file, or else the policy in force. */
#ifndef POLICY_OPTION_H
#define POLICY_OPTION_H

#include "engine/snapshot.h"

struct chosen_policy {
	const struct policy *policy; /* NULL: no file was given, and none is in force */
	struct policy *own; /* read from the file; NULL otherwise */
	struct compiled_policy *compiled; /* NULL without a policy */
};

/*
 * Reads the policy in file @path or, if it is NULL, takes that of @s, and compiles it. @measured: the
 * measurement that the user gave, or NULL; it has been applied to the machine. 0, and *c is
 * to be freed with chosen_policy_free(); -errno with a message, -EINVAL if what is in force is no
 * policy of rules.
 */
int chosen_policy(const char *path, const char *measured, const struct snapshot *s,
		  struct chosen_policy *c);
void chosen_policy_free(struct chosen_policy *c);

static inline void cleanup_chosen_policy(struct chosen_policy *c)
{
	chosen_policy_free(c);
}

#endif
