// SPDX-License-Identifier: GPL-2.0-only
/* Prints an explanation as text or as JSON. */
#include <string.h>
#include <tierbpf/adistance.h>

#include "plan/explain.h"
#include "policy/fact-text.h"
#include "show/explain-print.h"
#include "show/explain-steps.h"
#include "util/cleanup.h"

#define LINE 256

static const struct policy *policy_of(const struct explanation *e)
{
	return e->plan->compiled->policy;
}

static bool fact_of(const struct explanation *e, __u32 fact, __s64 *value)
{
	return compiled_fact(e->plan->compiled, &e->question, fact, value);
}

static enum source source_of(const struct explanation *e, __u32 fact)
{
	const struct compiled_policy *p = e->plan->compiled;

	return (enum source)p->source[e->question.id][fact];
}

/* ---- the rules that were tried ---- */

static const char *outcome_text(const struct explanation *e, const struct tried_rule *t, char *line)
{
	char is[64] = "not known", wanted[128];
	__s64 value;

	switch (t->outcome) {
	case RULE_DECIDES:
		snprintf(line, LINE, "decides");
		break;
	case RULE_NO_MATCH:
		if (fact_of(e, t->failed->predicate, &value))
			fact_text(t->failed->predicate, value, is, sizeof(is));
		snprintf(line, LINE, "no: %s is %s, wanted is %s", fact_name(t->failed->predicate),
			 is, fact_tests_text(t->failed, t->nr_failed, wanted, sizeof(wanted)));
		break;
	case RULE_NO_ANSWER:
		snprintf(line, LINE, "matches, but %s is not known, so the rule is skipped",
			 fact_name((__u32)compiled_action(e->plan->compiled, t->rule)->value));
		break;
	}
	return line;
}

/* ---- text ---- */

static const char *known_from(enum source source)
{
	return source == SOURCE_NONE ? "the kernel, live" : source_name(source);
}

static void print_facts(const struct explanation *e, FILE *out)
{
	char text[64];
	_cleanup_free_ char *by = machine_shared_by(e->plan->machine, e->question.id);
	const char *separator = "  not known: ";
	__s64 value;
	__u32 f;

	fputs("\nfacts\n", out);
	for (f = TIERBPF_FACT_NODE; f < TIERBPF_NR_FACTS; f++)
		if (fact_of(e, f, &value))
			fprintf(out, "  %-24s %-16s %s\n", fact_name(f),
				fact_text(f, value, text, sizeof(text)),
				known_from(source_of(e, f)));
	for (f = TIERBPF_FACT_NODE; f < TIERBPF_NR_FACTS; f++) {
		if (fact_of(e, f, &value) || (f > TIERBPF_FACT_CXL_SERIAL &&
					      f < TIERBPF_FACT_CXL_SERIAL + TIERBPF_NR_SERIALS))
			continue;
		fprintf(out, "%s%s", separator, fact_name(f));
		separator = ", ";
	}
	if (*separator == ',')
		fputc('\n', out);
	if (by)
		fprintf(out, "  shared by %s: latency and bandwidth are those of the first\n", by);
}

static void print_rules(const struct explanation *e, FILE *out)
{
	char name[32], line[LINE];
	size_t i, rest;

	fputs("\nrules\n", out);
	for (i = 0; i < e->nr_tried; i++) {
		const struct tried_rule *t = &e->tried[i];
		const char *called = policy_rule_name(policy_of(e), t->rule, name, sizeof(name));

		if (t->rule >= 0)
			fprintf(out, "  %d  %s: %s\n", t->rule + 1, called,
				outcome_text(e, t, line));
		else
			fprintf(out, "  -  %s: %s\n", called, outcome_text(e, t, line));
	}
	rest = policy_of(e)->nr_rules > i ? policy_of(e)->nr_rules - i : 0;
	if (rest && e->tried[e->nr_tried - 1].rule >= 0)
		fprintf(out, "  (%zu more, not tried)\n", rest);
}

static void print_steps(const char *title, const struct steps *s, FILE *out)
{
	size_t i;

	fprintf(out, "\n%s\n", title);
	for (i = 0; i < s->count; i++)
		fprintf(out, "  %s\n", s->line[i]);
}

void explain_print(const struct explanation *e, FILE *out)
{
	const struct plan_place *after = &e->node->after;
	const char *name = policy_tier_name(policy_of(e), after->adistance);
	struct steps answer = {}, kernel = {};
	char buffer[32];

	fprintf(out, "node %d: tier %lld%s%s%s, adistance %d, decided by %s\n", e->question.id,
		(long long)after->tier, *name ? " (" : "", name, *name ? ")" : "", after->adistance,
		plan_decided_by(e->plan, e->node, buffer, sizeof(buffer)));
	print_facts(e, out);
	print_rules(e, out);
	steps_of_answer(e, &answer);
	print_steps("arithmetic", &answer, out);
	step(&kernel, "adistance %d, tier %u (known from: %s)", e->question.kernel_adistance,
	     tierbpf_tier(e->question.kernel_adistance),
	     known_from(source_of(e, TIERBPF_FACT_KERNEL_ADISTANCE)));
	steps_of_kernel(e, &kernel);
	print_steps("the kernel's own answer", &kernel, out);
}

/* ---- JSON ---- */

static json_t *facts_json(const struct explanation *e)
{
	json_t *facts = json_object();
	__s64 value;
	__u32 f;

	for (f = TIERBPF_FACT_NODE; f < TIERBPF_NR_FACTS; f++)
		if (fact_of(e, f, &value))
			json_object_set_new(facts, fact_key(f),
					    json_pack("{s:o, s:s}", "value", fact_json(f, value),
						      "source", known_from(source_of(e, f))));
	return facts;
}

static json_t *tried_json(const struct explanation *e)
{
	static const char *const outcomes[] = {
		[RULE_DECIDES] = "decides",
		[RULE_NO_MATCH] = "no match",
		[RULE_NO_ANSWER] = "no answer",
	};
	json_t *list = json_array();
	char name[32], line[LINE];
	size_t i;

	for (i = 0; i < e->nr_tried; i++) {
		const struct tried_rule *t = &e->tried[i];
		json_t *o = json_pack("{s:i, s:s, s:s, s:s}", "rule", t->rule, "name",
				      policy_rule_name(policy_of(e), t->rule, name, sizeof(name)),
				      "verdict", outcomes[t->outcome], "text",
				      outcome_text(e, t, line));

		if (t->outcome == RULE_NO_MATCH)
			json_object_set_new(o, "predicate",
					    json_string(fact_key(t->failed->predicate)));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *steps_json(const struct steps *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(list, json_string(s->line[i]));
	return list;
}

json_t *explain_json(const struct explanation *e)
{
	const struct plan_place *after = &e->node->after;
	_cleanup_free_ char *by = machine_shared_by(e->plan->machine, e->question.id);
	struct steps answer = {}, kernel = {};
	char buffer[32];

	steps_of_answer(e, &answer);
	steps_of_kernel(e, &kernel);
	return json_pack("{s:i, s:I, s:s, s:i, s:s, s:b, s:o, s:s*, s:o, s:o, s:{s:i, s:I, s:s, s:o}}",
			 "node", e->question.id, "tier", (json_int_t)after->tier, "name",
			 policy_tier_name(policy_of(e), after->adistance), "adistance",
			 after->adistance, "decided_by",
			 plan_decided_by(e->plan, e->node, buffer, sizeof(buffer)), "override",
			 e->node->overridden, "facts", facts_json(e), "shared_by", by, "rules",
			 tried_json(e), "arithmetic", steps_json(&answer), "kernel", "adistance",
			 e->question.kernel_adistance, "tier",
			 (json_int_t)tierbpf_tier(e->question.kernel_adistance), "source",
			 known_from(source_of(e, TIERBPF_FACT_KERNEL_ADISTANCE)), "why",
			 steps_json(&kernel));
}
