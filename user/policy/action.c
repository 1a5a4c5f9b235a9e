// SPDX-License-Identifier: GPL-2.0-only
/* Actions: what a rule that matches does. */
#include <errno.h>
#include <string.h>

#include "policy/readers.h"
#include "util/array.h"
#include "util/nearest.h"
#include "json/members.h"
#include "json/quantity.h"

struct action_context {
	const struct policy *policy;
	struct tierbpf_action *action;
};

static int set(struct action_context *c, enum tierbpf_action_kind kind, int64_t value)
{
	c->action->kind = kind;
	c->action->value = (__s32)value;
	return 0;
}

static int no_tier(const struct value *v, const struct policy *p, const char *name)
{
	struct nearest near = nearest_to(name);

	policy_nearest_tier(p, &near);
	return value_error(v, "no tier \"%.40s\"%s; list it in \"tiers\"", name,
			   nearest_hint(&near));
}

static int read_tier(const struct value *v, void *context)
{
	struct action_context *c = context;
	const char *name;
	__s32 adistance;
	int err = value_string(v, &name);

	if (err)
		return err;
	if (policy_find_tier(c->policy, name, &adistance))
		return no_tier(v, c->policy, name);
	return set(c, TIERBPF_ACTION_ADISTANCE, adistance);
}

static int read_adistance(const struct value *v, void *context)
{
	int64_t n;
	int err = value_int(v, TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX, &n);

	return err ?: set(context, TIERBPF_ACTION_ADISTANCE, n);
}

static int read_offset(const struct value *v, void *context)
{
	int64_t n;
	int err = value_int(v, -TIERBPF_ADISTANCE_MAX, TIERBPF_ADISTANCE_MAX, &n);

	return err ?: set(context, TIERBPF_ACTION_OFFSET, n);
}

static int read_scale(const struct value *v, void *context)
{
	int64_t n;
	int err = quantity_read(v, &unit_scale, &n);

	return err ?: set(context, TIERBPF_ACTION_SCALE, n);
}

const struct action_source action_sources[] = {
	{ "kernel", TIERBPF_ACTION_KERNEL },
	{ "hmat", TIERBPF_ACTION_FACT, TIERBPF_FACT_HMAT_ADISTANCE },
	{ "measured", TIERBPF_ACTION_FACT, TIERBPF_FACT_MEASURED_ADISTANCE },
};

const size_t nr_action_sources = ARRAY_SIZE(action_sources);

static int read_from(const struct value *v, void *context)
{
	const struct action_source *s;
	struct nearest near;
	char known[80];
	size_t used = 0;
	const char *from;
	int err = value_string(v, &from);

	if (err)
		return err;
	near = nearest_to(from);
	for (s = action_sources; s < action_sources + nr_action_sources; s++) {
		if (!strcmp(from, s->name))
			return set(context, s->kind, s->fact);
		nearest_try(&near, s->name);
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
						 used ? ", " : "", s->name);
	}
	return value_error(v, "no source \"%.40s\"%s; known here: %s", from, nearest_hint(&near),
			   known);
}

static const struct member action_list[] = {
	{ "tier", read_tier, false },	  { "adistance", read_adistance, false },
	{ "offset", read_offset, false }, { "scale", read_scale, false },
	{ "from", read_from, false },
};

const struct members action_members = MEMBERS(action_list);

int action_read(const struct value *v, const struct policy *policy, struct tierbpf_action *action)
{
	struct action_context c = { policy, action };
	int err = members_read(v, &action_members, &c);

	if (!err && value_size(v) != 1)
		err = value_error(v,
				  "an action has exactly one of: tier, adistance, offset, scale, from");
	return err;
}
