// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the tool's tables as JSON: facts, kinds, members of objects, units, events, warnings,
 * exit statuses and messages. What manual, schemas, fuzz dictionary and
 * random policies are made from, or held against, is thus what the compiler has read.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <tierbpf/abi.h>

#include "machine/measurement.h"
#include "plan/plan.h"
#include "policy/fact-text.h"
#include "policy/readers.h"
#include "show/event-text.h"
#include "util/array.h"
#include "util/msg.h"
#include "json/quantity.h"

static json_t *strings(const char *const *list, size_t count)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(out, json_string(list[i]));
	return out;
}

static json_t *suffixes(const struct unit *u)
{
	const struct unit_suffix *s;
	json_t *out = json_array();

	for (s = u ? u->suffixes : NULL; s && s->text; s++)
		json_array_append_new(out, json_string(s->text));
	return out;
}

static json_t *facts(void)
{
	json_t *out = json_array();

#define IN_NONE NULL, NULL
#define IN_MATCH(member) "match", member
#define IN_CXL(member) "cxl", member
#define LIVE(SYMBOL, number, key, name, FORM, PREDICATE, source, value, known) \
	ADD(SYMBOL, number, key, name, FORM, source, 1, IN_##PREDICATE)
#define STORED(SYMBOL, number, key, name, FORM, PREDICATE, source) \
	ADD(SYMBOL, number, key, name, FORM, source, 0, IN_##PREDICATE)
#define ADD(SYMBOL, number, key, name, FORM, source, live, ...)                                  \
	json_array_append_new(out,                                                               \
			      json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:b, s:o, s:s?, s:s?}",  \
					"symbol", #SYMBOL, "number", number, "key", key, "name", \
					name, "form", #FORM, "source", source, "live", live,     \
					"units", suffixes(fact_unit(number)), "in",              \
					PAIR(__VA_ARGS__)));
#define PAIR(object, member) object, "member", member
	TIERBPF_FACT_TABLE(LIVE, STORED)
	return out;
}

static json_t *kinds(void)
{
	static const char *const names[] = {
#define KIND(SYMBOL, number, name) name,
		TIERBPF_KIND_TABLE(KIND)
	};

	return strings(names, ARRAY_SIZE(names));
}

static json_t *keys(const struct members *m)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < m->count; i++)
		json_array_append_new(out, json_string(m->list[i].key));
	return out;
}

static json_t *members(void)
{
	static const struct {
		const char *object;
		const struct members *members;
	} objects[] = {
		{ "policy", &policy_members },
		{ "reference", &reference_members },
		{ "tier", &tier_members },
		{ "rule", &rule_members },
		{ "match", &match_members },
		{ "cxl", &cxl_members },
		{ "range", &range_members },
		{ "action", &action_members },
		{ "measurement", &measurement_members },
		{ "measured_node", &measurement_node_members },
	};
	json_t *out = json_object();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		json_object_set_new(out, objects[i].object, keys(objects[i].members));
	return out;
}

static json_t *sources(void)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < nr_action_sources; i++)
		json_array_append_new(out, json_string(action_sources[i].name));
	return out;
}

static json_t *events(void)
{
	json_t *out = json_array();
	int i;

	for (i = 0; i < TIERBPF_EVENT_KINDS_END; i++) {
		const struct event_kind *k = &event_kinds[i];

		if (k->name)
			json_array_append_new(out, json_pack("{s:i, s:s, s:s, s:s?}", "number", i,
							     "name", k->name, "members", k->members,
							     "counter", k->counter));
	}
	return out;
}

static json_t *exit_statuses(void)
{
	json_t *out = json_array();
	int i;

	for (i = 0; i < NR_EXIT_STATUSES; i++)
		json_array_append_new(out, json_integer(i));
	return out;
}

/* Set by the linker: what fail() in msg.h leaves in the section "messages". */
extern const struct message __start_messages[], __stop_messages[];

static json_t *messages(void)
{
	const struct message *m;
	json_t *out = json_array();

	for (m = __start_messages; m < __stop_messages; m++)
		json_array_append_new(out,
				      json_pack("{s:s, s:s}", "error", m->err, "format", m->format));
	return out;
}

int main(void)
{
	json_t *out = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "facts", facts(),
				"kinds", kinds(), "members", members(), "sources", sources(),
				"events", events(), "warnings",
				strings(plan_warning_names, NR_PLAN_WARNINGS), "exit_statuses",
				exit_statuses(), "messages", messages());
	int err = !out || json_dumpf(out, stdout, JSON_INDENT(1)) || putchar('\n') == EOF;

	json_decref(out);
	return err;
}
