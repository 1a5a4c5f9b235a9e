// SPDX-License-Identifier: GPL-2.0-only
/* Prints an explanation as text or as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "plan/explain.h"
#include "policy/fact-text.h"
#include "show/explain-print.h"
#include "util/array.h"

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

/* ---- the arithmetic, a line for each step ---- */

struct steps {
	char line[8][LINE];
	size_t count;
};

static void step(struct steps *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void step(struct steps *s, const char *format, ...)
{
	va_list args;

	if (s->count == ARRAY_SIZE(s->line))
		return;
	va_start(args, format);
	vsnprintf(s->line[s->count++], LINE, format, args);
	va_end(args);
}

static void perf_step(struct steps *s, const char *what, const struct perf *p,
		      const struct perf *ref, int64_t result)
{
	step(s,
	     "%s: 576 * (%" PRId64 " + %" PRId64 ") / (%" PRId64 " + %" PRId64 ") ns * (%" PRId64
	     " + %" PRId64 ") / (%" PRId64 " + %" PRId64 ") MB/s = %" PRId64,
	     what, p->value[READ_LATENCY], p->value[WRITE_LATENCY], ref->value[READ_LATENCY],
	     ref->value[WRITE_LATENCY], ref->value[READ_BANDWIDTH], ref->value[WRITE_BANDWIDTH],
	     p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH], result);
}

static struct perf perf_at(const struct explanation *e, int node)
{
	const struct machine *m = e->plan->machine;

	return node >= 0 && node < m->nr_nodes ? perf_of(&m->nodes[node].facts) : (struct perf){};
}

static void action_step(const struct explanation *e, struct steps *s)
{
	const struct tierbpf_decision *d = &e->node->decision;
	const struct tierbpf_action *a = compiled_action(e->plan->compiled, d->rule);
	__s32 kernel = e->question.kernel_adistance;
	struct perf own = perf_at(e, e->question.id), ref = perf_at(e, e->plan->compiled->reference);
	const char *name;
	int64_t unclamped;

	switch (a->kind) {
	case TIERBPF_ACTION_ADISTANCE:
		name = policy_tier_name(policy_of(e), a->value);
		if (*name)
			step(s, "tier \"%s\", adistance %d", name, a->value);
		else
			step(s, "adistance %d", a->value);
		return;
	case TIERBPF_ACTION_OFFSET:
		unclamped = (int64_t)kernel + a->value;
		step(s, "the kernel's own %d %+d = %" PRId64, kernel, a->value, unclamped);
		break;
	case TIERBPF_ACTION_SCALE:
		unclamped = (int64_t)kernel * a->value / TIERBPF_MILLION;
		step(s, "the kernel's own %d * %g = %" PRId64, kernel,
		     (double)a->value / TIERBPF_MILLION, unclamped);
		break;
	case TIERBPF_ACTION_FACT:
		unclamped = d->acted;
		if (a->value == TIERBPF_FACT_HMAT_ADISTANCE)
			perf_step(s, "by firmware", &own, &ref, unclamped);
		else
			step(s, "%s is %" PRId64, fact_name((__u32)a->value), unclamped);
		break;
	default:
		step(s, "the kernel's own, %d", kernel);
		return;
	}
	if (unclamped != d->acted)
		step(s, "limited to %d..%d: %d", TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX,
		     d->acted);
}

static void make_steps(const struct explanation *e, struct steps *s)
{
	const struct tierbpf_decision *d = &e->node->decision;
	const struct plan_place *after = &e->node->after;

	action_step(e, s);
	if (d->adistance != d->acted)
		step(s, "within the tolerance of %g of %d, so grouped there",
		     (double)policy_of(e)->tolerance / TIERBPF_MILLION, d->adistance);
	if (e->node->overridden)
		step(s, "the live override takes precedence over the rules: %d", after->adistance);
	else if (after->adistance != d->adistance)
		step(s, "%d is not within %d..%d, so the kernel's own adistance is kept",
		     d->adistance, TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX);
	step(s, "adistance %d / %d = tier %lld", after->adistance, 1 << TIERBPF_TIER_SHIFT,
	     (long long)after->tier);
}

/* ---- the kernel's own answer ---- */

/* Do they differ by more than 2 %, and so by more than the rounding of a sum's few parts can explain? */
static bool differs(int64_t a, int64_t b)
{
	return (a > b ? a - b : b - a) * 50 > b;
}

static bool any_differs(const struct perf *a, const struct perf *b)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		if (differs(a->value[c], b->value[c]))
			return true;
	return false;
}

/* Has the kernel added the latency of the links in ps to the rest in ns? Linux 6.12 does, 7.3 does not. */
static bool is_picoseconds(const struct machine_node *n, const struct perf *has)
{
	int64_t links = n->cdat_link_ps;

	return links && !differs(has->value[READ_LATENCY] - n->cdat.value[READ_LATENCY], links) &&
	       !differs(has->value[WRITE_LATENCY] - n->cdat.value[WRITE_LATENCY], links);
}

static void cdat_step(const struct machine_node *n, struct steps *s)
{
	struct perf has = perf_kernel_has(n);
	const struct perf *cdat = &n->cdat;
	char why[80] = "";

	if (!cdat->value[READ_LATENCY] || !any_differs(&has, cdat))
		return;
	if (is_picoseconds(n, &has))
		snprintf(why, sizeof(why),
			 ": link latency of %" PRId64 " ps, taken for ns (as Linux 6.12 does)",
			 n->cdat_link_ps);
	step(s,
	     "the kernel has %" PRId64 " and %" PRId64 " ns, %" PRId64 " and %" PRId64
	     " MB/s; CDAT says %" PRId64 " and %" PRId64 " ns, %" PRId64 " and %" PRId64 " MB/s%s",
	     has.value[READ_LATENCY], has.value[WRITE_LATENCY], has.value[READ_BANDWIDTH],
	     has.value[WRITE_BANDWIDTH], cdat->value[READ_LATENCY], cdat->value[WRITE_LATENCY],
	     cdat->value[READ_BANDWIDTH], cdat->value[WRITE_BANDWIDTH], why);
}

static void why_kernel(const struct explanation *e, struct steps *s)
{
	const struct machine *m = e->plan->machine;
	int odd, reference = perf_reference_node(m);
	const struct machine_node *node = &m->nodes[e->question.id];
	struct perf own = perf_kernel_has(node), ref = perf_at(e, reference);
	__s32 computed = perf_kernel_adistance(&own, &ref);

	switch (perf_kernel_reference(m, &odd)) {
	case -ENOENT:
		step(s, "no node has both CPUs and memory: the kernel has nothing to compare with");
		return;
	case -ENODATA:
		if (m->tables.hmat.ignored)
			step(s, "the kernel ignores HMAT: %s", m->tables.hmat.ignored);
		step(s, "firmware gives no latency and bandwidth of node %d (no HMAT?), %s",
		     reference,
		     e->question.kernel_adistance == TIERBPF_ADISTANCE_DRAM ?
			     "so the kernel treats the node as DRAM" :
			     "but the node's driver, or CXL, gave the kernel its adistance");
		return;
	case -ERANGE:
		step(s,
		     "nodes %d and %d have CPUs and differ by more than 10 %%, so the kernel ignores HMAT",
		     reference, odd);
		return;
	}
	if (!perf_is_enough(&own))
		step(s,
		     "firmware gives no latency and bandwidth of node %d, so the kernel uses its default",
		     e->question.id);
	else if (computed == e->question.kernel_adistance)
		perf_step(s, "by the kernel's formula", &own, &ref, computed);
	else
		step(s,
		     "HMAT would give %d, but the node's driver, or CXL, gave the kernel another adistance",
		     computed);
	cdat_step(node, s);
}

/* ---- text ---- */

static const char *known_from(enum source source)
{
	return source == SOURCE_NONE ? "the kernel, live" : source_name(source);
}

static void print_facts(const struct explanation *e, FILE *out)
{
	char text[64];
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
	make_steps(e, &answer);
	print_steps("arithmetic", &answer, out);
	step(&kernel, "adistance %d, tier %u (known from: %s)", e->question.kernel_adistance,
	     tierbpf_tier(e->question.kernel_adistance),
	     known_from(source_of(e, TIERBPF_FACT_KERNEL_ADISTANCE)));
	why_kernel(e, &kernel);
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
	struct steps answer = {}, kernel = {};
	char buffer[32];

	make_steps(e, &answer);
	why_kernel(e, &kernel);
	return json_pack("{s:i, s:I, s:s, s:i, s:s, s:b, s:o, s:o, s:o, s:{s:i, s:I, s:s, s:o}}",
			 "node", e->question.id, "tier", (json_int_t)after->tier, "name",
			 policy_tier_name(policy_of(e), after->adistance), "adistance",
			 after->adistance, "decided_by",
			 plan_decided_by(e->plan, e->node, buffer, sizeof(buffer)), "override",
			 e->node->overridden, "facts", facts_json(e), "rules", tried_json(e),
			 "arithmetic", steps_json(&answer), "kernel", "adistance",
			 e->question.kernel_adistance, "tier",
			 (json_int_t)tierbpf_tier(e->question.kernel_adistance), "source",
			 known_from(source_of(e, TIERBPF_FACT_KERNEL_ADISTANCE)), "why",
			 steps_json(&kernel));
}
