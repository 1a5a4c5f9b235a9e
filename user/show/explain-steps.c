// SPDX-License-Identifier: GPL-2.0-only
#include "show/explain-steps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <tierbpf/adistance.h>

#include "model/perf.h"
#include "policy/fact-text.h"
#include "util/array.h"

static const struct policy *policy_of(const struct explanation *e)
{
	return e->plan->compiled->policy;
}

void step(struct steps *s, const char *format, ...)
{
	va_list args;

	if (s->count == ARRAY_SIZE(s->line))
		return;
	va_start(args, format);
	vsnprintf(s->line[s->count++], STEP_LINE, format, args);
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

void steps_of_answer(const struct explanation *e, struct steps *s)
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

void steps_of_kernel(const struct explanation *e, struct steps *s)
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
		step(s, "firmware gives no latency and bandwidth of node %d%s, %s", reference,
		     perf_has_hmat(m) ? "" : " (no HMAT?)",
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
