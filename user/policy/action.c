// SPDX-License-Identifier: GPL-2.0-only
/* Actions: what a rule that matches does. */
#include <errno.h>
#include <string.h>

#include "policy/readers.h"
#include "util/array.h"
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

static int read_tier(const struct value *v, void *context)
{
	struct action_context *c = context;
	const char *name;
	__s32 adistance;
	int err = value_string(v, &name);

	if (err)
		return err;
	if (policy_find_tier(c->policy, name, &adistance))
		return value_error(v, "no tier \"%.40s\"; list it in \"tiers\"", name);
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

static int read_from(const struct value *v, void *context)
{
	const char *from;
	int err = value_string(v, &from);

	if (err)
		return err;
	if (!strcmp(from, "kernel"))
		return set(context, TIERBPF_ACTION_KERNEL, 0);
	if (!strcmp(from, "hmat"))
		return set(context, TIERBPF_ACTION_FACT, TIERBPF_FACT_HMAT_ADISTANCE);
	if (!strcmp(from, "measured"))
		return set(context, TIERBPF_ACTION_FACT, TIERBPF_FACT_MEASURED_ADISTANCE);
	return value_error(v, "no source \"%.40s\"; known here: kernel, hmat, measured", from);
}

static const struct member action_members[] = {
	{ "tier", read_tier, false },	  { "adistance", read_adistance, false },
	{ "offset", read_offset, false }, { "scale", read_scale, false },
	{ "from", read_from, false },
};

int action_read(const struct value *v, const struct policy *policy, struct tierbpf_action *action)
{
	struct action_context c = { policy, action };
	size_t count = ARRAY_SIZE(action_members);
	int err = members_read(v, action_members, count, &c);

	if (!err && value_size(v) != 1)
		err = value_error(v,
				  "an action has exactly one of: tier, adistance, offset, scale, from");
	return err;
}
