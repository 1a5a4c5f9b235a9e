// SPDX-License-Identifier: GPL-2.0-only
#include "plan/explain.h"

#include <errno.h>
#include <stdlib.h>

#include "util/msg.h"

static struct tried_rule try(const struct explanation *e, int index)
{
	const struct compiled_policy *p = e->plan->compiled;
	const struct tierbpf_rule *rule = &p->policy->rules[index];
	struct tried_rule t = { .rule = index };
	__s32 adistance;

	t.failed = compiled_find_failed(p, rule, &e->question, compiled_test_holds, &t.nr_failed);
	if (t.failed)
		t.outcome = RULE_NO_MATCH;
	else if (!compiled_act(p, &rule->action, &e->question, &adistance))
		t.outcome = RULE_NO_ANSWER;
	return t;
}

static int try_rules(struct explanation *e)
{
	const struct compiled_policy *p = e->plan->compiled;
	__s32 adistance;
	size_t i;

	e->tried = calloc(p->policy->nr_rules + 1, sizeof(*e->tried));
	if (!e->tried)
		return no_memory();
	for (i = 0; i < p->policy->nr_rules; i++) {
		e->tried[e->nr_tried] = try(e, (int)i);
		if (e->tried[e->nr_tried++].outcome == RULE_DECIDES)
			return 0;
	}
	e->tried[e->nr_tried++] = (struct tried_rule){
		.rule = -1,
		.outcome = compiled_act(p, &p->meta.otherwise, &e->question, &adistance) ?
				   RULE_DECIDES :
				   RULE_NO_ANSWER,
	};
	return 0;
}

int explain_make(const struct plan *plan, int node, struct explanation *e)
{
	size_t i;

	*e = (struct explanation){ .plan = plan };
	for (i = 0; i < plan->count && plan->nodes[i].node != node; i++)
		;
	if (i == plan->count && plan->overrides[node])
		return fail(-ENODEV,
			    "node %d has no memory, so it is in no tier; its override, adistance %d, "
			    "takes effect when it gets some",
			    node, plan->overrides[node]);
	if (i == plan->count)
		return fail(-ENODEV, "node %d has no memory, so it is in no tier", node);
	e->node = &plan->nodes[i];
	e->question = compiled_node(plan->machine, node);
	return try_rules(e);
}

void explain_free(struct explanation *e)
{
	free(e->tried);
	e->tried = NULL;
	e->nr_tried = 0;
}
