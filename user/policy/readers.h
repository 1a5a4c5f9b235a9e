/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readers for the parts of a policy, each in a file of its own. They return 0 or -errno like
 * members_read().
 */
#ifndef POLICY_PARTS_H
#define POLICY_PARTS_H

#include "policy/policy.h"
#include "json/doc.h"
#include "json/members.h"

/*
 * The members that each object of a policy may have. Tests compare the manual and the schema with
 * them.
 */
extern const struct members policy_members;
extern const struct members reference_members;
extern const struct members tier_members;
extern const struct members rule_members;
extern const struct members match_members;
extern const struct members cxl_members; /* of "match"."cxl" */
extern const struct members range_members;
extern const struct members action_members;

/* The sources that action "from" may name. */
struct action_source {
	const char *name;
	enum tierbpf_action_kind kind;
	enum tierbpf_fact fact; /* if kind is TIERBPF_ACTION_FACT */
};

extern const struct action_source action_sources[];
extern const size_t nr_action_sources;

/* tiers.c: reads "tiers" into policy->tiers. */
int tiers_read(const struct value *v, struct policy *policy);

/* rule.c: reads rule @index of "rules". */
int rule_read(const struct value *v, struct policy *policy, size_t index);

/* match.c: reads "match" and appends its tests to those of earlier rules. */
int match_read(const struct value *v, struct policy *policy, struct tierbpf_rule *rule);

/* action.c: reads "action" or "default". The tiers must have been read before. */
int action_read(const struct value *v, const struct policy *policy, struct tierbpf_action *action);

/* lint.c: adds warnings for what is valid but probably a mistake. 0 or -ENOMEM. */
int policy_lint(const struct policy *policy, struct diags *diags);

#endif
