// SPDX-License-Identifier: GPL-2.0-only
/* Prints a plan as a table or as JSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "show/overrides.h"
#include "show/plan-print.h"
#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

/* "now -> after", or one value if both are equal; "-" for an empty one. The caller frees. */
static char *change(const char *now, const char *after)
{
	char *text = NULL;

	if (!now || !after)
		return NULL;
	now = *now ? now : "-";
	after = *after ? after : "-";
	if (!strcmp(now, after))
		return strdup(after);
	return asprintf(&text, "%s -> %s", now, after) < 0 ? NULL : text;
}

static char *change_number(int64_t now, int64_t after)
{
	char a[24] = "", b[24] = "";

	if (now != NO_TIER)
		snprintf(a, sizeof(a), "%lld", (long long)now);
	if (after != NO_TIER)
		snprintf(b, sizeof(b), "%lld", (long long)after);
	return change(a, b);
}

static char *change_set(const struct nodeset *now, const struct nodeset *after)
{
	_cleanup_free_ char *a = nodeset_text(now);
	_cleanup_free_ char *b = nodeset_text(after);

	return change(a, b);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

enum { NODE, CPUS, TIER, NAME, ADISTANCE, DEMOTES, FALLBACK, PROMOTES, BY, NR_COLUMNS };

static int add_line(struct libscols_table *t, const struct plan *plan, const struct plan_node *n)
{
	char node[16], buffer[32];
	_cleanup_free_ char *tier = change_number(n->now.tier, n->after.tier);
	_cleanup_free_ char *adistance = change_number(n->now.adistance, n->after.adistance);
	_cleanup_free_ char *demotes = change_set(&n->now.preferred, &n->after.preferred);
	_cleanup_free_ char *fallback = change_set(&n->now.fallback, &n->after.fallback);
	_cleanup_free_ char *promotes =
		change(yes_no(n->now.promotable), yes_no(n->after.promotable));
	const char *const cells[NR_COLUMNS] = {
		[NODE] = node,
		[CPUS] = yes_no(n->cpu),
		[TIER] = tier,
		[NAME] = policy_tier_name(plan->compiled->policy, n->after.adistance),
		[ADISTANCE] = adistance,
		[DEMOTES] = demotes,
		[FALLBACK] = fallback,
		[PROMOTES] = promotes,
		[BY] = plan_decided_by(plan, n, buffer, sizeof(buffer)),
	};

	if (!tier || !adistance || !demotes || !fallback || !promotes)
		return -ENOMEM;
	snprintf(node, sizeof(node), "%d", n->node);
	return columns_add(t, cells);
}

/* For sorting: 0 if the tier changes, 1 if something else does, 2 if nothing does. */
static int rank(const struct plan_node *n)
{
	if (n->now.tier != n->after.tier)
		return 0;
	return !memcmp(&n->now.preferred, &n->after.preferred, sizeof(n->now.preferred)) &&
			       !memcmp(&n->now.fallback, &n->after.fallback,
				       sizeof(n->now.fallback)) &&
			       n->now.promotable == n->after.promotable ?
		       2 :
		       1;
}

static bool changes_anything(const struct plan *plan)
{
	const struct plan_node *n;

	for (n = plan->nodes; n < plan->nodes + plan->count; n++)
		if (rank(n) < 2 || n->now.adistance != n->after.adistance)
			return true;
	return false;
}

/* The table has no line for these nodes. */
static void print_waiting_overrides(const struct plan *plan, FILE *out)
{
	__u32 node;

	for (node = 0; node < TIERBPF_MAX_NODES; node++) {
		const struct tierbpf_override o = { node, plan->overrides[node] };

		if (!o.adistance || plan->machine->nodes[node].memory)
			continue;
		fputc('\n', out);
		override_print_waiting(&o, out);
	}
}

int plan_print(const struct plan *plan, FILE *out)
{
	static const struct column columns[NR_COLUMNS] = {
		[NODE] = { "NODE", SCOLS_FL_RIGHT },
		[CPUS] = { "CPUS", 0 },
		[TIER] = { "TIER", 0 },
		[NAME] = { "NAME", 0 },
		[ADISTANCE] = { "ADISTANCE", 0 },
		[DEMOTES] = { "DEMOTES TO", 0 },
		[FALLBACK] = { "FALLBACK", 0 },
		[PROMOTES] = { "PROMOTES", 0 },
		[BY] = { "DECIDED BY", 0 },
	};
	struct libscols_table *t = columns_new(columns, NR_COLUMNS);
	int r, err = 0;
	size_t i;

	for (r = 0; r < 3; r++)
		for (i = 0; !err && i < plan->count; i++)
			if (rank(&plan->nodes[i]) == r)
				err = add_line(t, plan, &plan->nodes[i]);
	err = columns_print(t, err, out);
	if (!err && !changes_anything(plan))
		fputs("\nnothing changes\n", out);
	if (!err)
		print_waiting_overrides(plan, out);
	if (!err && plan->nr_warnings)
		fputc('\n', out);
	if (!err)
		plan_print_warnings(plan, out);
	return err;
}

void plan_print_warnings(const struct plan *plan, FILE *out)
{
	size_t i;

	for (i = 0; i < plan->nr_warnings; i++)
		fprintf(out, "warning: %s (%s)\n", plan->warnings[i].message, plan->warnings[i].id);
}

static json_t *set_json(const struct nodeset *set)
{
	_cleanup_free_ char *text = nodeset_text(set);

	return json_string(text ?: "");
}

static json_t *place_json(const struct plan_place *place)
{
	return json_pack("{s:o, s:i, s:o, s:o, s:b}", "tier",
			 place->tier == NO_TIER ? json_null() : json_integer(place->tier),
			 "adistance", place->adistance, "preferred", set_json(&place->preferred),
			 "fallback", set_json(&place->fallback), "promotable", place->promotable);
}

static json_t *node_json(const struct plan *plan, const struct plan_node *n)
{
	json_t *after = place_json(&n->after);
	char buffer[32];

	json_object_set_new(after, "name",
			    json_string(
				    policy_tier_name(plan->compiled->policy, n->after.adistance)));
	return json_pack("{s:i, s:b, s:b, s:o, s:o, s:s, s:i}", "node", n->node, "cpu", n->cpu,
			 "changes", rank(n) < 2, "now", place_json(&n->now), "after", after,
			 "decided_by", plan_decided_by(plan, n, buffer, sizeof(buffer)), "rule",
			 n->overridden ? -1 : n->decision.rule);
}

static json_t *overrides_json(const struct plan *plan)
{
	json_t *list = json_array();
	__u32 node;

	for (node = 0; node < TIERBPF_MAX_NODES; node++) {
		const struct tierbpf_override o = { node, plan->overrides[node] };

		if (o.adistance)
			json_array_append_new(list,
					      override_json(&o, plan->machine->nodes[node].memory));
	}
	return list;
}

json_t *plan_json(const struct plan *plan)
{
	json_t *nodes = json_array(), *warnings = json_array();
	size_t i;

	for (i = 0; i < plan->count; i++)
		json_array_append_new(nodes, node_json(plan, &plan->nodes[i]));
	for (i = 0; i < plan->nr_warnings; i++)
		json_array_append_new(warnings, json_pack("{s:s, s:s}", "id", plan->warnings[i].id,
							  "message", plan->warnings[i].message));
	return json_pack("{s:o, s:o, s:o}", "nodes", nodes, "overrides", overrides_json(plan),
			 "warnings", warnings);
}
