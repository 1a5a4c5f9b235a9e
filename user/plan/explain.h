/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a node is where it is: facts and sources, rules tried, arithmetic, the kernel's own answer. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <jansson.h>
#include <stdio.h>

#include "plan/plan.h"

/* What became of a rule that was tried. */
enum rule_outcome {
	RULE_DECIDES,
	RULE_NO_MATCH, /* @failed: the first of its tests' predicates that does not hold */
	RULE_NO_ANSWER, /* it matches, but its action needs a fact that is not known */
};

struct tried_rule {
	int rule; /* -1: the default */
	enum rule_outcome outcome;
	const struct tierbpf_test *failed;
	size_t nr_failed; /* tests of that predicate */
};

struct explanation {
	const struct plan *plan;
	const struct plan_node *node;
	struct tierbpf_node question;
	struct tried_rule *tried; /* up to the one that decides */
	size_t nr_tried;
};

/* 0, and *e is for explain_free(); -ENODEV: the node has no memory; with a message. */
int explain_make(const struct plan *plan, int node, struct explanation *e);
void explain_free(struct explanation *e);

void explain_print(const struct explanation *e, FILE *out);
json_t *explain_json(const struct explanation *e);

static inline void cleanup_explanation(struct explanation *e)
{
	explain_free(e);
}

#endif
