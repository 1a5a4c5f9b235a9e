// SPDX-License-Identifier: GPL-2.0-only
#include "cli/policy-option.h"

#include <errno.h>

#include "util/msg.h"

static int choose(const char *path, const struct snapshot *s, struct chosen_policy *c)
{
	int err = path ? policy_read(path, &c->own) : 0;

	c->policy = path ? c->own : s->state.policy;
	if (err || c->policy || !s->state.in_force)
		return err;
	if (s->engine.meta.object[0])
		return fail(-EINVAL,
			    "a BPF object is loaded, not a policy of rules; tierbpf status shows its answers");
	return fail(-EINVAL,
		    "the capture does not hold the policy that was in force on the machine; give a POLICY file");
}

int chosen_policy(const char *path, const char *measured, const struct snapshot *s,
		  struct chosen_policy *c)
{
	int err = choose(path, s, c);

	if (err || !c->policy)
		return err;
	return policy_compile_measured(c->policy, s->machine,
				       measured ? NULL : snapshot_measured(s, c->policy),
				       &c->compiled);
}

void chosen_policy_free(struct chosen_policy *c)
{
	compiled_free(c->compiled);
	policy_free(c->own);
}
