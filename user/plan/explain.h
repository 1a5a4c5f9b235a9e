/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explains why a node is in its tier: its facts and their sources, the rules that were tried, the
 * arithmetic, and the kernel's own answer.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "plan/plan.h"

/* The result of trying a rule. */
enum rule_outcome {
	RULE_DECIDES,
	RULE_NO_MATCH, /* @failed is the first test of the predicate that does not hold */
	RULE_NO_ANSWER, /* the rule matches, but its action needs an unknown fact */
};

struct tried_rule {
	int rule; /* -1: the default */
	enum rule_outcome outcome;
	const struct tierbpf_test *failed;
	size_t nr_failed; /* number of tests of the predicate that failed */
};

struct explanation {
	const struct plan *plan;
	const struct plan_node *node;
	struct tierbpf_node question;
	struct tried_rule *tried; /* the last one decides, or is the default */
	size_t nr_tried;
};

/*
 * Returns 0, -ENODEV if the node has no memory, or -ENOMEM, with a message. Free *e with
 * explain_free() in every case.
 */
int explain_make(const struct plan *plan, int node, struct explanation *e);
void explain_free(struct explanation *e);

static inline void cleanup_explanation(struct explanation *e)
{
	explain_free(e);
}

#endif
