// SPDX-License-Identifier: GPL-2.0-only
/* The JSON that status.schema.json describes: change both. */
#include <time.h>

#include "show/event-text.h"
#include "show/overrides.h"
#include "show/status.h"
#include "util/number.h"

static json_t *set_json(const struct nodeset *set)
{
	json_t *list = json_array();
	int n;

	for (n = 0; n < TIERBPF_MAX_NODES; n++)
		if (nodeset_has(set, n))
			json_array_append_new(list, json_integer(n));
	return list;
}

static json_t *zones_json(const struct node_memory *memory)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < memory->nr_zones; i++)
		json_array_append_new(list, json_pack("{s:s, s:I}", "name", memory->zones[i].name,
						      "bytes", (json_int_t)memory->zones[i].size));
	return list;
}

static json_t *rate_json(uint64_t before, uint64_t now, double seconds)
{
	return seconds > 0 ? json_real(activity_rate(before, now, seconds)) : json_null();
}

/* null if the kernel does not count; the rates also if it was read only once. */
static json_t *activity_json(const struct activity *before, const struct activity *now,
			     bool counted, double seconds)
{
	if (!counted)
		return json_null();
	return json_pack("{s:I, s:I, s:o, s:o}", "demoted_pages", (json_int_t)now->demoted,
			 "promoted_pages", (json_int_t)now->promoted, "demoted_pages_per_second",
			 rate_json(before->demoted, now->demoted, seconds),
			 "promoted_pages_per_second",
			 rate_json(before->promoted, now->promoted, seconds));
}

static json_t *tier_json(int64_t tier)
{
	return tier == NO_TIER ? json_null() : json_integer(tier);
}

static json_t *policy_says_json(const struct status *s, const struct report_node *n)
{
	return json_pack("{s:i, s:i, s:i, s:s, s:b, s:b}", "adistance", n->adistance,
			 "kernel_adistance", n->kernel_adistance, "wanted_tier",
			 (int)tierbpf_tier(n->adistance), "decided_by", n->decided_by, "rejected",
			 n->rejected, "drift", report_drifts(n));
}

static json_t *node_json(const struct status *s, const struct report_node *n)
{
	const struct node_memory *memory = &s->memory[n->node];
	const struct tiering_node *t = &s->tiering.nodes[n->node];
	json_t *node = json_pack("{s:i, s:b, s:o, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:b, s:o}",
				 "node", n->node, "cpu", n->cpu, "tier", tier_json(n->tier), "name",
				 policy_tier_name(s->report.policy, n->adistance), "size_bytes",
				 (json_int_t)memory->size, "used_bytes",
				 (json_int_t)(memory->size - memory->free), "free_bytes",
				 (json_int_t)memory->free, "zones", zones_json(memory),
				 "demotes_to", set_json(&t->preferred), "fallback",
				 set_json(&t->fallback), "promotable", t->promotable, "activity",
				 activity_json(&s->before.nodes[n->node], &s->now.nodes[n->node],
					       s->now.source == ACTIVITY_NODES, s->seconds));

	if (s->loaded)
		json_object_update_new(node, policy_says_json(s, n));
	return node;
}

static json_t *nodes_json(const struct status *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->report.count; i++)
		json_array_append_new(list, node_json(s, &s->report.nodes[i]));
	return list;
}

/* The tiers that the policy names, for completion and for setting an override. */
static json_t *tiers_json(const struct policy *p)
{
	json_t *tiers = json_array();
	size_t i;

	for (i = 0; p && i < p->nr_tiers; i++)
		json_array_append_new(tiers, json_pack("{s:s, s:i, s:i}", "name", p->tiers[i].name,
						       "adistance", p->tiers[i].adistance, "tier",
						       (int)tierbpf_tier(p->tiers[i].adistance)));
	return tiers;
}

static json_t *stats_json(const struct tierbpf_stats *stats)
{
	json_t *out = json_object();
	__u32 kind;

	for (kind = 0; kind < TIERBPF_EVENT_KINDS_END; kind++)
		if (event_kinds[kind].counter)
			json_object_set_new(out, event_kinds[kind].name,
					    json_integer((json_int_t)stats->count[kind]));
	json_object_set_new(out, "dropped", json_integer((json_int_t)stats->dropped));
	return out;
}

static json_t *overrides_json(const struct status *s)
{
	json_t *list = json_array();
	__u32 i;

	for (i = 0; i < s->overrides.count; i++) {
		const struct tierbpf_override *o = &s->overrides.of[i];
		bool memory = o->node < TIERBPF_MAX_NODES && s->machine->nodes[o->node].memory;

		json_array_append_new(list, override_json(o, memory));
	}
	return list;
}

static json_t *policy_json(const struct status *s)
{
	const struct engine *e = &s->engine;
	const struct tierbpf_meta *meta = &e->meta;
	unsigned int left = s->trial_seconds_left;
	char digest[65];

	return json_pack("{s:s?, s:s?, s:i, s:s, s:I, s:I, s:i, s:o, s:o, s:o, s:o}", "description",
			 e->policy ? e->policy->description : NULL, "object",
			 e->policy ? NULL : meta->object, "generation", (int)meta->generation,
			 "digest", hex(meta->digest, sizeof(meta->digest), digest), "loaded_at",
			 (json_int_t)meta->loaded_at, "age_seconds",
			 (json_int_t)time(NULL) - (json_int_t)meta->loaded_at, "rules",
			 (int)meta->nr_rules, "trial_seconds_left",
			 left ? json_integer(left) : json_null(), "tiers", tiers_json(e->policy),
			 "overrides", overrides_json(s), "stats", stats_json(&e->stats));
}

static json_t *balancing_json(const struct switches *s)
{
	return s->numa_balancing == NO_SWITCH ? json_null() : json_integer(s->numa_balancing);
}

json_t *status_json(const struct status *s)
{
	static const char *const links[] = { "none", "detached", "attached" }; /* enum link_state */
	json_t *out = json_pack("{s:b, s:s}", "loaded", s->loaded, "link", links[s->link]);

	if (s->loaded)
		json_object_update_new(out, policy_json(s));
	json_object_update_new(out, json_pack("{s:o, s:s, s:o, s:b, s:o, s:o}", "nodes",
					      nodes_json(s), "counted",
					      s->now.source == ACTIVITY_NODES  ? "nodes" :
					      s->now.source == ACTIVITY_SYSTEM ? "system" :
										 "none",
					      "activity",
					      activity_json(&s->before.total, &s->now.total,
							    s->now.source != ACTIVITY_UNKNOWN,
							    s->seconds),
					      "demotion_enabled", s->switches.demotion == 1,
					      "numa_balancing", balancing_json(&s->switches),
					      "switches", switches_json(&s->switches)));
	return out;
}
