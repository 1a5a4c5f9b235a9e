// SPDX-License-Identifier: GPL-2.0-only
#include "show/report.h"

#include <errno.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/columns.h"
#include "util/msg.h"

#define SETTLE_TRIES 50
#define SETTLE_PATIENCE 20 /* tries until a message says that we wait */
#define SETTLE_PAUSE 100000 /* us */

/* Names the rule or the override that decided about the node, or says that another BPF program did. */
static void decided_by(const struct engine *e, const struct ask_args *a, struct report_node *n)
{
	char buffer[32];
	int override = 0;
	const char *by = policy_rule_name(e->policy, a->decision.rule, buffer, sizeof(buffer));

	n->rejected = a->answer.raw != a->answer.adistance;
	engine_override(e, n->node, &override);
	n->overruled = override && override != a->answer.raw;
	if (n->overruled)
		by = "another BPF program";
	else if (override)
		by = "override";
	else if (e->meta.object[0]) /* its decisions cannot be computed here for comparison */
		by = e->meta.object;
	else if (a->answer.raw != a->decision.adistance)
		by = "another BPF program";
	snprintf(n->decided_by, sizeof(n->decided_by), "%s%s", by, n->rejected ? " (rejected)" : "");
}

static int gather_node(const struct engine *e, const struct machine *m, int node,
		       struct report_node *n)
{
	struct ask_args args;
	int err = engine_ask(e, node, &args);

	if (err)
		return err;
	n->node = node;
	n->cpu = m->nodes[node].cpu;
	n->tier = m->nodes[node].tier;
	n->adistance = args.answer.adistance;
	n->kernel_adistance = args.answer.node.kernel_adistance;
	decided_by(e, &args, n);
	return 0;
}

int report_gather(const struct engine *e, const struct machine *m, const struct machine *before,
		  struct report *r)
{
	int node, err;

	*r = (struct report){ .policy = e->policy };
	r->nodes = calloc((size_t)m->nr_nodes + 1, sizeof(*r->nodes));
	if (!r->nodes)
		return no_memory();
	for (node = 0; node < m->nr_nodes; node++) {
		struct report_node *n = &r->nodes[r->count];

		if (!m->nodes[node].memory)
			continue;
		err = gather_node(e, m, node, n);
		if (err && err != -ENOENT) {
			report_free(r);
			return err;
		}
		n->before = before ? before->nodes[node].tier : n->tier;
		r->count += !err;
	}
	return 0;
}

void report_free(struct report *r)
{
	free(r->nodes);
	r->nodes = NULL;
	r->count = 0;
}

size_t report_drift(const struct report *r)
{
	size_t i, count = 0;

	for (i = 0; i < r->count; i++)
		count += report_drifts(&r->nodes[i]);
	return count;
}

int report_settle(const struct engine *e, const struct machine *before, struct report *r)
{
	_cleanup_(cleanup_machine) struct machine *now = NULL;
	int i, err;

	for (i = 0;; i++) {
		machine_free(TAKE_PTR(now));
		err = machine_read("", &now);
		err = err ?: report_gather(e, now, before, r);
		if (err || !report_drift(r))
			return err;
		if (i == SETTLE_TRIES)
			break;
		if (i == SETTLE_PATIENCE)
			note("waiting for the kernel to move the nodes …");
		report_free(r);
		usleep(SETTLE_PAUSE);
	}
	note("%zu of %zu nodes are not in the tier that the policy wants (marked !=); dmesg may say why:",
	     report_drift(r), r->count);
	report_print(r, before, stderr);
	return -ESTALE;
}

enum { NODE, CPUS, BEFORE, TIER, NAME, ADISTANCE, BY, NR_COLUMNS };

static void tier_text(char *text, size_t size, int64_t tier)
{
	if (tier == NO_TIER)
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%lld", (long long)tier);
}

static int add_line(struct libscols_table *t, const struct report *r, const struct report_node *n)
{
	char node[16], before[24], tier[48], adistance[16];
	const char *const cells[NR_COLUMNS] = {
		[NODE] = node,
		[CPUS] = n->cpu ? "yes" : "no",
		[BEFORE] = before,
		[TIER] = tier,
		[NAME] = policy_tier_name(r->policy, n->adistance),
		[ADISTANCE] = adistance,
		[BY] = n->decided_by,
	};

	snprintf(node, sizeof(node), "%d", n->node);
	snprintf(adistance, sizeof(adistance), "%d", n->adistance);
	tier_text(before, sizeof(before), n->before);
	tier_text(tier, sizeof(tier), n->tier);
	if (report_drifts(n))
		snprintf(tier + strlen(tier), sizeof(tier) - strlen(tier), "!=%u",
			 tierbpf_tier(n->adistance));
	return columns_add(t, cells);
}

int report_print(const struct report *r, bool before, FILE *out)
{
	const struct column columns[NR_COLUMNS] = {
		[NODE] = { "NODE", SCOLS_FL_RIGHT },
		[CPUS] = { "CPUS", 0 },
		[BEFORE] = { "BEFORE", SCOLS_FL_RIGHT | (before ? 0 : SCOLS_FL_HIDDEN) },
		[TIER] = { "TIER", SCOLS_FL_RIGHT },
		[NAME] = { "NAME", 0 },
		[ADISTANCE] = { "ADISTANCE", SCOLS_FL_RIGHT },
		[BY] = { "DECIDED BY", 0 },
	};
	struct libscols_table *t = columns_new(columns, NR_COLUMNS);
	int err = 0;
	size_t i;

	for (i = 0; !err && i < r->count; i++)
		err = add_line(t, r, &r->nodes[i]);
	return columns_print(t, err, out);
}

static json_t *json_tier(int64_t tier)
{
	return tier == NO_TIER ? json_null() : json_integer(tier);
}

json_t *report_json(const struct report *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct report_node *n = &r->nodes[i];

		json_array_append_new(list,
				      json_pack("{s:i, s:b, s:o, s:o, s:s, s:i, s:i, s:s, s:b, s:b}",
						"node", n->node, "cpu", n->cpu, "tier_before",
						json_tier(n->before), "tier", json_tier(n->tier),
						"name", policy_tier_name(r->policy, n->adistance),
						"adistance", n->adistance, "kernel_adistance",
						n->kernel_adistance, "decided_by", n->decided_by,
						"rejected", n->rejected, "drift", report_drifts(n)));
	}
	return list;
}
