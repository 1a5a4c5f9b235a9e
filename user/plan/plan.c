// SPDX-License-Identifier: GPL-2.0-only
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "model/tiering.h"
#include "util/cleanup.h"
#include "util/msg.h"

static bool is_in(int64_t tier, __s32 adistance)
{
	return tier == (int64_t)tierbpf_tier(adistance);
}

/*
 * The node's adistance now. The kernel shows only the tier: the answer of a policy in force is exact
 * if it lies there, or else the kernel's own. Any other number of the tier is as likely as the next:
 * @after changes nothing if it is one of them, and the centre stands for the rest.
 */
static __s32 adistance_now(const struct machine *m, int node, __s32 after)
{
	__s32 kernel = compiled_node(m, node).kernel_adistance, answer = m->nodes[node].adistance;
	int64_t tier = m->nodes[node].tier;

	if (answer && is_in(tier, answer))
		return answer;
	if (tier == NO_TIER || is_in(tier, kernel))
		return kernel;
	return is_in(tier, after) ? after : tierbpf_tier_centre((__u32)tier);
}

static void decide(struct plan *plan, struct plan_node *n, __s32 override)
{
	struct tierbpf_node question = compiled_node(plan->machine, n->node);

	n->cpu = plan->machine->nodes[n->node].cpu;
	n->now.tier = plan->machine->nodes[n->node].tier;
	n->kernel_tier = tierbpf_tier(question.kernel_adistance);
	compiled_decide(plan->compiled, &question, &n->decision);
	n->overridden = override;
	n->after.adistance = override ?: n->decision.adistance;
	/* The module rejects such an answer too and keeps the kernel's. */
	if (!tierbpf_adistance_ok(n->after.adistance))
		n->after.adistance = question.kernel_adistance;
	n->after.tier = tierbpf_tier(n->after.adistance);
	n->now.adistance = adistance_now(plan->machine, n->node, n->after.adistance);
}

static void set_targets(struct plan_place *place, const struct tiering_node *t)
{
	place->preferred = t->preferred;
	place->fallback = t->fallback;
	place->promotable = t->promotable;
}

static int find_targets(struct plan *plan)
{
	_cleanup_free_ struct tiering *t = malloc(sizeof(*t));
	int64_t now[TIERBPF_MAX_NODES], after[TIERBPF_MAX_NODES];
	size_t i;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < TIERBPF_MAX_NODES; i++)
		now[i] = after[i] = NO_TIER;
	for (i = 0; i < plan->count; i++) {
		now[plan->nodes[i].node] = plan->nodes[i].now.tier;
		after[plan->nodes[i].node] = plan->nodes[i].after.tier;
	}
	tiering_compute(plan->machine, now, t);
	for (i = 0; i < plan->count; i++)
		set_targets(&plan->nodes[i].now, &t->nodes[plan->nodes[i].node]);
	tiering_compute(plan->machine, after, t);
	for (i = 0; i < plan->count; i++)
		set_targets(&plan->nodes[i].after, &t->nodes[plan->nodes[i].node]);
	return 0;
}

int plan_make(const struct compiled_policy *compiled, const struct machine *m,
	      const __s32 *overrides, struct plan **plan)
{
	_cleanup_(cleanup_plan) struct plan *p = calloc(1, sizeof(*p));
	int node, err;

	if (!p || !(p->nodes = calloc((size_t)m->nr_nodes + 1, sizeof(*p->nodes))))
		return no_memory();
	p->compiled = compiled;
	p->machine = m;
	if (overrides)
		memcpy(p->overrides, overrides, sizeof(p->overrides));
	for (node = 0; node < m->nr_nodes; node++) {
		if (!m->nodes[node].memory)
			continue;
		p->nodes[p->count].node = node;
		decide(p, &p->nodes[p->count++], p->overrides[node]);
	}
	err = find_targets(p) ?: plan_warn(p);
	if (err)
		return no_memory();
	*plan = TAKE_PTR(p);
	return 0;
}

void plan_free(struct plan *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->nr_warnings; i++)
		free(p->warnings[i].message);
	free(p->warnings);
	free(p->nodes);
	free(p);
}

const char *plan_decided_by(const struct plan *plan, const struct plan_node *n, char *buffer,
			    size_t size)
{
	if (n->overridden)
		return "override";
	return policy_rule_name(plan->compiled->policy, n->decision.rule, buffer, size);
}
