// SPDX-License-Identifier: GPL-2.0-only
/* Warnings that need only the policy, without a machine: rules that can never decide. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "policy/readers.h"

/* The tests of a predicate of a rule: @count tests from @first on. */
struct tests {
	const struct tierbpf_test *first;
	size_t count;
};

static struct tests tests_of(const struct policy *p, size_t rule)
{
	const struct tierbpf_rule *r = &p->rules[rule];

	return (struct tests){ &p->tests[r->first_test], r->nr_tests };
}

/* Removes the tests of the next predicate from @rest; false if there are no more. */
static bool next_predicate(struct tests *rest, struct tests *predicate)
{
	size_t n = 0;

	while (n < rest->count && rest->first[n].predicate == rest->first->predicate)
		n++;
	*predicate = (struct tests){ rest->first, n };
	rest->first += n;
	rest->count -= n;
	return n;
}

/* Sorts the tests of a rule by predicate, once for all comparisons with earlier rules. */
static void index_tests(const struct policy *p, size_t rule,
			struct tests by_predicate[TIERBPF_NR_FACTS])
{
	struct tests rest = tests_of(p, rule), predicate;

	memset(by_predicate, 0, TIERBPF_NR_FACTS * sizeof(*by_predicate));
	while (next_predicate(&rest, &predicate))
		by_predicate[predicate.first->predicate] = predicate;
}

/*
 * True if each range of @narrow lies within a range of @wide. The ranges of a list are sorted
 * (match.c).
 */
static bool covers(const struct tests *wide, const struct tests *narrow)
{
	size_t i, j;

	for (i = j = 0; i < narrow->count; i++) {
		while (j < wide->count && (wide->first[j].fact != narrow->first[i].fact ||
					   wide->first[j].max < narrow->first[i].min))
			j++;
		if (j == wide->count || wide->first[j].min > narrow->first[i].min ||
		    wide->first[j].max < narrow->first[i].max)
			return false;
	}
	return true;
}

/*
 * True if each node that matches the rule with tests @later also matches rule @earlier, which
 * then decides.
 */
static bool shadows(const struct policy *p, size_t earlier,
		    const struct tests later[TIERBPF_NR_FACTS])
{
	struct tests rest = tests_of(p, earlier), predicate;

	/* A rule whose action needs a fact does not decide for a node without that fact. */
	if (p->rules[earlier].action.kind == TIERBPF_ACTION_FACT)
		return false;
	while (next_predicate(&rest, &predicate)) {
		const struct tests *same = &later[predicate.first->predicate];

		if (predicate.first->predicate != TIERBPF_FACT_NONE &&
		    (!same->count || !covers(&predicate, same)))
			return false;
	}
	return true;
}

static int warn_shadowed(const struct policy *p, size_t later, size_t earlier, struct diags *d)
{
	char path[32], title[POLICY_RULE_TITLE], by[POLICY_RULE_TITLE];
	int err;

	snprintf(path, sizeof(path), "rules[%zu]", later);
	err = diags_warn(d, p->rule_places[later], path,
			 "%s can never decide: each node that it matches is decided by %s before it",
			 policy_rule_title(p, (int)later, title, sizeof(title)),
			 policy_rule_title(p, (int)earlier, by, sizeof(by)));
	if (!err)
		diags_relate(d, p->rule_places[earlier], "the rule before it is here");
	return err;
}

int policy_lint(const struct policy *p, struct diags *diags)
{
	struct tests tests[TIERBPF_NR_FACTS];
	size_t later, earlier;
	int err = 0;

	for (later = 1; !err && later < p->nr_rules; later++) {
		index_tests(p, later, tests);
		for (earlier = 0; earlier < later && !shadows(p, earlier, tests); earlier++)
			;
		if (earlier < later)
			err = warn_shadowed(p, later, earlier, diags);
	}
	return err;
}
