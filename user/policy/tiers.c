// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the tiers and their adistances. They are listed from fast to slow around "dram", the
 * kernel's DRAM tier. A tier without an adistance gets the centre of the next free chunk of
 * adistances on its side of "dram".
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "policy/readers.h"
#include "json/members.h"

#define NAME_MAX_CHARS 31

static int read_name(const struct value *v, void *context)
{
	struct policy_tier *tier = context;
	const char *name, *p;
	int err = value_string(v, &name);

	if (err)
		return err;
	/* An invalid name is kept too, so that actions that use it are not reported as well. */
	tier->name = strdup(name);
	if (!tier->name)
		return -ENOMEM;
	for (p = name; isalnum((unsigned char)*p) || (*p && strchr("_-.", *p)); p++)
		;
	if (*p || !isalpha((unsigned char)*name) || p - name > NAME_MAX_CHARS)
		return value_error(v,
				   "a tier's name is a letter, then letters, digits, '_', '-' or '.', %d at most",
				   NAME_MAX_CHARS);
	return 0;
}

static int read_adistance(const struct value *v, void *context)
{
	struct policy_tier *tier = context;
	int64_t n;
	int err = value_int(v, TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX, &n);

	if (!err)
		tier->adistance = (__s32)n;
	return err;
}

static const struct member tier_list[] = {
	{ "name", read_name, true },
	{ "adistance", read_adistance, true },
};

const struct members tier_members = MEMBERS(tier_list);

/* Reads a name, or an object with name and adistance; adistance stays 0 for a plain name. */
static int tier_read(const struct value *v, struct policy_tier *tier)
{
	if (value_kind(v) == VALUE_STRING)
		return read_name(v, tier);
	if (value_kind(v) == VALUE_OBJECT)
		return members_read(v, &tier_members, tier);
	return value_error(v, "a tier is a name, or {\"name\": …, \"adistance\": …}");
}

static int check_names(const struct value *v, const struct policy *p)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < p->nr_tiers; i++) {
		for (j = 0; j < i && strcmp(p->tiers[i].name, p->tiers[j].name); j++)
			;
		if (j < i) {
			struct value second = value_element(v, i);

			err = value_error(&second, "tier \"%s\" was named before, as tiers[%zu]",
					  p->tiers[i].name, j);
			diags_relate(v->diags, p->tiers[j].at, "first named here");
		}
	}
	return err;
}

/* The index of "dram"; -1: it is not listed. */
static int find_dram(const struct policy *p)
{
	size_t i;

	for (i = 0; i < p->nr_tiers; i++)
		if (!strcmp(p->tiers[i].name, "dram"))
			return (int)i;
	return -1;
}

static int needs_dram(const struct value *v, const struct policy *p)
{
	size_t i;
	int err = 0;

	for (i = 0; i < p->nr_tiers; i++) {
		struct value tier = value_element(v, i);

		if (!p->tiers[i].adistance)
			err = value_error(&tier,
					  "cannot place \"%s\": add \"dram\" to \"tiers\", or give it an adistance",
					  p->tiers[i].name);
	}
	return err;
}

/* Gives each tier without an adistance the chunk next to its neighbour on the side of "dram". */
static int place(const struct value *v, struct policy *p, size_t dram)
{
	size_t i;

	if (p->tiers[dram].adistance && p->tiers[dram].adistance != TIERBPF_ADISTANCE_DRAM) {
		struct value tier = value_element(v, dram);

		return value_error(&tier,
				   "\"dram\" is the kernel's own tier at %d; choose another name",
				   TIERBPF_ADISTANCE_DRAM);
	}
	p->tiers[dram].adistance = TIERBPF_ADISTANCE_DRAM;
	for (i = dram; i-- > 0;) {
		__u32 next = tierbpf_tier(p->tiers[i + 1].adistance);
		struct value tier = value_element(v, i);

		if (p->tiers[i].adistance)
			continue;
		if (!next)
			return value_error(&tier,
					   "no room for \"%s\": \"%s\" is in the fastest possible tier; only four tiers fit before \"dram\"",
					   p->tiers[i].name, p->tiers[i + 1].name);
		p->tiers[i].adistance = tierbpf_tier_centre(next - 1);
	}
	for (i = dram + 1; i < p->nr_tiers; i++)
		if (!p->tiers[i].adistance)
			p->tiers[i].adistance =
				tierbpf_tier_centre(tierbpf_tier(p->tiers[i - 1].adistance) + 1);
	return 0;
}

static int check_order(const struct value *v, const struct policy *p)
{
	size_t i;
	int err = 0;

	for (i = 1; i < p->nr_tiers; i++) {
		struct value tier = value_element(v, i);
		const struct policy_tier *a = &p->tiers[i - 1], *b = &p->tiers[i];

		if (!tierbpf_adistance_ok(b->adistance))
			err = value_error(&tier, "no room for \"%s\" after \"%s\"", b->name,
					  a->name);
		else if (tierbpf_tier(b->adistance) == tierbpf_tier(a->adistance))
			err = value_error(&tier,
					  "\"%s\" (%d) lies in the same tier of the kernel as \"%s\" (%d): tiers are %d wide",
					  b->name, b->adistance, a->name, a->adistance,
					  1 << TIERBPF_TIER_SHIFT);
		else if (b->adistance < a->adistance)
			err = value_error(&tier,
					  "tiers run from fast to slow, and \"%s\" (%d) is faster than \"%s\" (%d) before it",
					  b->name, b->adistance, a->name, a->adistance);
		else
			continue;
		diags_relate(v->diags, a->at, "the tier before it is here");
	}
	return err;
}

int tiers_read(const struct value *v, struct policy *p)
{
	size_t i, count;
	int dram, err = value_want(v, VALUE_ARRAY);

	if (err)
		return err;
	count = value_length(v);
	if (count > TIERBPF_MAX_NODES)
		return value_error(v, "%zu tiers, and there are at most %d nodes", count,
				   TIERBPF_MAX_NODES);
	p->tiers = calloc(count + 1, sizeof(*p->tiers));
	if (!p->tiers)
		return -ENOMEM;
	for (p->nr_tiers = count, i = 0; i < count; i++) {
		struct value tier = value_element(v, i);

		p->tiers[i].at = value_place(&tier);
		err = first_error(err, tier_read(&tier, &p->tiers[i]));
	}
	if (err)
		goto forget;
	dram = find_dram(p);
	err = check_names(v, p);
	if (!err)
		err = dram < 0 ? needs_dram(v, p) : place(v, p, (size_t)dram);
	if (!err)
		err = check_order(v, p);
forget:
	/* Later code must not see a tier without a name. */
	for (i = 0; err && i < count; i++)
		if (!p->tiers[i].name && !(p->tiers[i].name = strdup("")))
			return -ENOMEM;
	return err;
}
