// SPDX-License-Identifier: GPL-2.0-only
/* Rules: a name, predicates and an action. */
#include <errno.h>
#include <string.h>

#include "policy/readers.h"
#include "json/members.h"

struct rule_context {
	struct policy *policy;
	size_t index;
};

static int read_match(const struct value *v, void *context)
{
	struct rule_context *c = context;

	return match_read(v, c->policy, &c->policy->rules[c->index]);
}

static int read_action(const struct value *v, void *context)
{
	struct rule_context *c = context;

	return action_read(v, c->policy, &c->policy->rules[c->index].action);
}

static int read_name(const struct value *v, void *context)
{
	struct rule_context *c = context;
	const char *name;
	int err = value_string(v, &name);

	if (err)
		return err;
	if (!*name || strlen(name) > 63)
		return value_error(v,
				   "a rule's name is 1 to 63 bytes, none of them a control character");
	c->policy->rule_names[c->index] = strdup(name);
	return c->policy->rule_names[c->index] ? 0 : -ENOMEM;
}

static const struct member rule_list[] = {
	{ "name", read_name, false },
	{ "match", read_match, true },
	{ "action", read_action, true },
};

const struct members rule_members = MEMBERS(rule_list);

int rule_read(const struct value *v, struct policy *policy, size_t index)
{
	struct rule_context c = { policy, index };

	policy->rules[index].first_test = (__u32)policy->nr_tests;
	policy->rule_places[index] = value_place(v);
	return members_read(v, &rule_members, &c);
}
