/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a policy, each read by a file of its own. 0 or -errno, as members_read(). */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "policy/policy.h"
#include "json/doc.h"
#include "json/members.h"

/* What each object of a policy may hold; manual and schema are held against these. */
extern const struct members policy_members;
extern const struct members reference_members;
extern const struct members tier_members;
extern const struct members rule_members;
extern const struct members match_members;
extern const struct members cxl_members; /* of "match"."cxl" */
extern const struct members range_members;
extern const struct members action_members;

/* The words of action "from". */
struct action_source {
	const char *name;
	enum tierbpf_action_kind kind;
	enum tierbpf_fact fact; /* of TIERBPF_ACTION_FACT */
};

extern const struct action_source action_sources[];
extern const size_t nr_action_sources;

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
