/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a policy, each read by a file of its own. 0 or -errno, as members_read(). */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "policy/policy.h"
#include "json/doc.h"

/* policy-tiers.c: "tiers", into policy->tiers. */
int tiers_read(const struct value *v, struct policy *policy);

/* policy-rule.c: rule @index of "rules". */
int rule_read(const struct value *v, struct policy *policy, size_t index);

/* policy-match.c: "match", its tests behind those of the rules before. */
int match_read(const struct value *v, struct policy *policy, struct tierbpf_rule *rule);

/* policy-action.c: "action" or "default". The tiers must have been read. */
int action_read(const struct value *v, const struct policy *policy, struct tierbpf_action *action);

/* policy-lint.c: what is no error, and yet hardly meant. 0 or -ENOMEM. */
int policy_lint(const struct policy *policy, struct diags *diags);

#endif
