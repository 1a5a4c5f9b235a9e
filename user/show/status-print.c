// SPDX-License-Identifier: GPL-2.0-only
/* Prints what is above and below the table of the nodes. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "show/overrides.h"
#include "show/status.h"
#include "util/number.h"

const char *status_age(int64_t seconds, char *buffer, size_t size)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {
		{ "d", 86400 },
		{ "h", 3600 },
		{ "min", 60 },
		{ "s", 1 },
	};
	size_t i = 0, used;

	seconds = seconds < 0 ? 0 : seconds; /* the clock was set back */
	while (i < 3 && seconds < units[i].seconds)
		i++;
	used = (size_t)snprintf(buffer, size, "%" PRId64 " %s", seconds / units[i].seconds,
				units[i].name);
	seconds %= units[i].seconds;
	/* Days with hours, and hours with minutes. */
	if (i < 2 && seconds >= units[i + 1].seconds)
		snprintf(buffer + used, size - used, " %" PRId64 " %s",
			 seconds / units[i + 1].seconds, units[i + 1].name);
	return buffer;
}

static void print_times(const struct tierbpf_meta *meta, FILE *out)
{
	time_t at = (time_t)meta->loaded_at;
	char when[32], age[32];

	strftime(when, sizeof(when), "%F %T", localtime(&at));
	fprintf(out, "generation %u, loaded %s (%s ago)", meta->generation, when,
		status_age((int64_t)(time(NULL) - at), age, sizeof(age)));
}

static void print_policy(const struct status *s, bool colors, FILE *out)
{
	const struct engine *e = &s->engine;
	const __u64 *count = e->stats.count;
	const char *bold = colors ? "\033[1m" : "", *end = colors ? "\033[0m" : "";
	char digest[2 * 6 + 1];

	if (e->policy)
		fprintf(out, "policy: %s%s%s\n", bold, e->policy->description ?: "(no description)",
			end);
	else
		fprintf(out, "policy: BPF object %s%s%s\n", bold, e->meta.object, end);
	print_times(&e->meta, out);
	if (e->policy)
		fprintf(out, ", %u rule%s", e->meta.nr_rules, e->meta.nr_rules == 1 ? "" : "s");
	fprintf(out, ", sha256 %s\n", hex(e->meta.digest, 6, digest));
	if (e->meta.trial_until)
		fprintf(out, "on trial, %u s left: tierbpf confirm keeps it\n",
			s->trial_seconds_left);
	else if (e->meta.returned)
		fputs("back after a trial of another policy that was not confirmed in time\n", out);
	fprintf(out,
		"retiers: %llu, held back: %llu, failed: %llu; answers rejected: %llu, slow: %llu\n",
		(unsigned long long)count[TIERBPF_EVENT_RETIERED],
		(unsigned long long)count[TIERBPF_EVENT_HELD],
		(unsigned long long)count[TIERBPF_EVENT_FAILED],
		(unsigned long long)count[TIERBPF_EVENT_REJECTED],
		(unsigned long long)count[TIERBPF_EVENT_SLOW]);
}

/* The table has no line for these nodes. */
static void print_waiting_overrides(const struct status *s, FILE *out)
{
	__u32 i;

	for (i = 0; i < s->overrides.count; i++) {
		const struct tierbpf_override *o = &s->overrides.of[i];

		if (o->node >= TIERBPF_MAX_NODES)
			fprintf(out, "override: there can be no node %u\n", o->node);
		else if (!s->machine->nodes[o->node].memory)
			override_print_waiting(o, out);
	}
}

static void print_head(const struct status *s, bool colors, FILE *out)
{
	if (s->loaded) {
		print_policy(s, colors, out);
		print_waiting_overrides(s, out);
		return;
	}
	if (s->link == LINK_DETACHED)
		fputs("somebody has detached the policy that was in force\n", out);
	fputs("no policy is loaded: tierbpf load POLICY\n", out);
}

static void print_rates(const struct status *s, FILE *out)
{
	if (s->now.source == ACTIVITY_UNKNOWN)
		fputs("this kernel does not count demoted and promoted pages\n", out);
	else if (s->seconds > 0)
		fprintf(out, "%.0f pages/s demoted, %.0f promoted, counted %s over %.1f s\n",
			activity_rate(s->before.total.demoted, s->now.total.demoted, s->seconds),
			activity_rate(s->before.total.promoted, s->now.total.promoted, s->seconds),
			activity_source_name(s->now.source), s->seconds);
}

int status_print(const struct status *s, const struct layout *l, bool bytes, FILE *out)
{
	int err;

	if (l->raw || l->noheadings)
		return status_print_table(s, l, bytes, out);
	print_head(s, l->colors, out);
	if (s->seconds > 0 || s->now.source == ACTIVITY_UNKNOWN)
		print_rates(s, out);
	fputc('\n', out);
	err = status_print_table(s, l, bytes, out);
	fputc('\n', out);
	switches_print(&s->switches, l->colors, out);
	return err;
}
