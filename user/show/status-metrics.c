// SPDX-License-Identifier: GPL-2.0-only
/*
 * Valid both as OpenMetrics 1.0 and in the older text format, which promtool and the textfile
 * collector read. Of a counter, TYPE would have to be named without _total in the one and with
 * it in the other: it is left out, and the counter is of type unknown, as node_exporter's own
 * node_vmstat_*.
 */
#include <inttypes.h>

#include "show/event-text.h"
#include "show/status.h"
#include "util/number.h"

static void gauge(FILE *out, const char *name, const char *unit, const char *help)
{
	fprintf(out, "# HELP tierbpf_%s %s\n# TYPE tierbpf_%s gauge\n", name, help, name);
	if (unit)
		fprintf(out, "# UNIT tierbpf_%s %s\n", name, unit);
}

static void counter(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP tierbpf_%s %s\n", name, help);
}

static void escape(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else
			fprintf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	}
}

static void label(FILE *out, const char *comma, const char *name, const char *value)
{
	fprintf(out, "%s%s=\"", comma, name);
	escape(out, value ?: "");
	fputc('"', out);
}

static void print_policy(const struct status *s, FILE *out)
{
	const struct tierbpf_meta *meta = &s->engine.meta;
	char digest[65];

	gauge(out, "policy_info", NULL, "The policy in force; always 1.");
	fputs("tierbpf_policy_info{", out);
	label(out, "", "description", s->engine.policy ? s->engine.policy->description : NULL);
	label(out, ",", "object", meta->object);
	label(out, ",", "sha256", hex(meta->digest, sizeof(meta->digest), digest));
	fputs("} 1\n", out);
	gauge(out, "policy_generation", NULL, "Counts loads; 1 is the first.");
	fprintf(out, "tierbpf_policy_generation %u\n", meta->generation);
	gauge(out, "policy_loaded_timestamp_seconds", "seconds",
	      "When it was loaded, since the epoch.");
	fprintf(out, "tierbpf_policy_loaded_timestamp_seconds %llu\n",
		(unsigned long long)meta->loaded_at);
	gauge(out, "policy_trial_left_seconds", "seconds",
	      "Until a policy on trial is taken back; 0: none is.");
	fprintf(out, "tierbpf_policy_trial_left_seconds %u\n", s->trial_seconds_left);
}

static void print_counter(FILE *out, const char *name, const char *help, __u64 value)
{
	counter(out, name, help);
	fprintf(out, "tierbpf_%s %llu\n", name, (unsigned long long)value);
}

static void print_stats(const struct tierbpf_stats *stats, FILE *out)
{
	__u32 kind;

	for (kind = 0; kind < TIERBPF_EVENT_KINDS_END; kind++)
		if (event_kinds[kind].counter)
			print_counter(out, event_kinds[kind].counter, event_kinds[kind].help,
				      stats->count[kind]);
	print_counter(out, "dropped_events_total", "Events that had no place in the ring buffer.",
		      stats->dropped);
}

typedef int64_t (*value_fn)(const struct status *s, const struct report_node *n);

/* One sample for each node. */
static void each_node(const struct status *s, const char *name, value_fn value, FILE *out)
{
	size_t i;

	for (i = 0; i < s->report.count; i++)
		fprintf(out, "tierbpf_%s{node=\"%d\"} %" PRId64 "\n", name, s->report.nodes[i].node,
			value(s, &s->report.nodes[i]));
}

static int64_t size(const struct status *s, const struct report_node *n)
{
	return (int64_t)s->memory[n->node].size;
}

static int64_t free_bytes(const struct status *s, const struct report_node *n)
{
	return (int64_t)s->memory[n->node].free;
}

static int64_t movable(const struct status *s, const struct report_node *n)
{
	return !node_memory_kernel(&s->memory[n->node]);
}

static int64_t tier(const struct status *s, const struct report_node *n)
{
	return n->tier; /* -1: in no tier */
}

static int64_t adistance(const struct status *s, const struct report_node *n)
{
	return n->adistance;
}

static int64_t drift(const struct status *s, const struct report_node *n)
{
	return report_drifts(n);
}

static int64_t demoted(const struct status *s, const struct report_node *n)
{
	return (int64_t)s->now.nodes[n->node].demoted;
}

static int64_t promoted(const struct status *s, const struct report_node *n)
{
	return (int64_t)s->now.nodes[n->node].promoted;
}

static void print_info(const struct status *s, FILE *out)
{
	size_t i;

	gauge(out, "node_info", NULL, "The name of a node's tier, and what decided; always 1.");
	for (i = 0; i < s->report.count; i++) {
		const struct report_node *n = &s->report.nodes[i];

		fprintf(out, "tierbpf_node_info{node=\"%d\"", n->node);
		label(out, ",", "tier_name", policy_tier_name(s->report.policy, n->adistance));
		label(out, ",", "decided_by", n->decided_by);
		fprintf(out, ",cpus=\"%s\"} 1\n", n->cpu ? "yes" : "no");
	}
}

static void print_nodes(const struct status *s, FILE *out)
{
	print_info(s, out);
	gauge(out, "node_tier", NULL, "The N of the memory_tierN that a node is in; -1: none.");
	each_node(s, "node_tier", tier, out);
	if (s->loaded) {
		gauge(out, "node_adistance", NULL, "The abstract distance that the policy wants.");
		each_node(s, "node_adistance", adistance, out);
		gauge(out, "node_drift", NULL,
		      "1: the kernel has the node in another tier than the policy wants.");
		each_node(s, "node_drift", drift, out);
	}
	gauge(out, "node_size_bytes", "bytes", "Memory of a node.");
	each_node(s, "node_size_bytes", size, out);
	gauge(out, "node_free_bytes", "bytes", "Memory of it that is free.");
	each_node(s, "node_free_bytes", free_bytes, out);
	gauge(out, "node_movable", NULL, "1: all memory of a node is in ZONE_MOVABLE.");
	each_node(s, "node_movable", movable, out);
}

static void print_activity(const struct status *s, FILE *out)
{
	if (s->now.source == ACTIVITY_NODES) {
		counter(out, "node_demoted_pages_total", "Pages demoted from a node.");
		each_node(s, "node_demoted_pages_total", demoted, out);
		counter(out, "node_promoted_pages_total", "Pages promoted to a node.");
		each_node(s, "node_promoted_pages_total", promoted, out);
	} else if (s->now.source == ACTIVITY_SYSTEM) {
		counter(out, "demoted_pages_total", "Pages demoted, in the whole system.");
		fprintf(out, "tierbpf_demoted_pages_total %" PRIu64 "\n", s->now.total.demoted);
		counter(out, "promoted_pages_total", "Pages promoted, in the whole system.");
		fprintf(out, "tierbpf_promoted_pages_total %" PRIu64 "\n", s->now.total.promoted);
	}
}

static void print_switches(const struct switches *s, FILE *out)
{
	struct switch_text texts[MAX_SWITCHES];
	size_t i, count = switches_text(s, texts);

	gauge(out, "switch_on", NULL,
	      "0: a switch of the kernel's keeps tiers from doing what they could.");
	for (i = 0; i < count; i++)
		fprintf(out, "tierbpf_switch_on{switch=\"%s\"} %d\n", texts[i].name, texts[i].on);
}

void status_print_metrics(const struct status *s, FILE *out)
{
	gauge(out, "policy_loaded", NULL, "1: a policy is in force.");
	fprintf(out, "tierbpf_policy_loaded %d\n", s->loaded);
	if (s->loaded) {
		print_policy(s, out);
		print_stats(&s->engine.stats, out);
	}
	print_nodes(s, out);
	print_activity(s, out);
	print_switches(&s->switches, out);
	fputs("# EOF\n", out);
}
