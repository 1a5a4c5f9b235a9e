// SPDX-License-Identifier: GPL-2.0-only
#include "show/event-text.h"

#include <string.h>
#include <tierbpf/adistance.h>
#include <time.h>

#include "util/array.h"
#include "util/number.h"

#define NS_PER_SECOND 1000000000LL
#define NS_PER_MS 1000000.0
#define WHO 96 /* size of the text that names who decided */
#define WHEN 48

const struct event_kind event_kinds[TIERBPF_EVENT_KINDS_END] = {
#define EVENT(SYMBOL, number, name, text, members, counter, help) \
	[number] = { name, text, members, counter, help },
	TIERBPF_EVENT_TABLE(EVENT)
#undef EVENT
};

/* A newer module may report kinds of events that are not known here. */
static const struct event_kind *kind_of(const struct tierbpf_event *e)
{
	static const struct event_kind unknown = {
		.name = "unknown",
		.text = "event {kind} of a newer module, {from} -> {to}",
	};

	return e->kind < TIERBPF_EVENT_KINDS_END && event_kinds[e->kind].name ?
		       &event_kinds[e->kind] :
		       &unknown;
}

bool event_begins(const struct tierbpf_meta *meta, const struct tierbpf_event *e)
{
	/* An object that was built with an older header does not report its generation. */
	return e->to == (__s32)meta->generation || (e->to < 0 && meta->object[0]);
}

/* "2026-11-23 23:10:01.123", or in JSON "2026-11-23T22:10:01.123456Z". */
static const char *when(const struct event_context *c, uint64_t at, bool json, char *text)
{
	int64_t ns = c->epoch + (int64_t)at;
	time_t seconds = ns / NS_PER_SECOND;
	struct tm tm;
	size_t length;

	if (json || c->utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	length = strftime(text, WHEN, json ? "%FT%T" : "%F %T", &tm);
	ns %= NS_PER_SECOND;
	if (json)
		snprintf(text + length, WHEN - length, ".%06dZ", (int)(ns / 1000));
	else
		snprintf(text + length, WHEN - length, ".%03d%s", (int)(ns / 1000000),
			 c->utc ? "Z" : "");
	return text;
}

/* Returns who decided, in the words of `tierbpf status`, or "" if that is not known. */
static const char *decider(const struct event_context *c, const struct tierbpf_record *r, char *text)
{
	if (!c->in_force)
		return "";
	switch (r->by) {
	case TIERBPF_BY_OVERRIDE:
		return "override";
	case TIERBPF_BY_UNKNOWN:
		return c->policy ? "" : c->meta->object;
	}
	return r->by < TIERBPF_BY_OVERRIDE ?
		       "" :
		       policy_rule_name(c->policy, r->by == TIERBPF_BY_DEFAULT ? -1 : r->by - 1,
					text, WHO);
}

/* Prints the end of a line, such as ", by far". */
static void print_decider(const struct event_context *c, const struct tierbpf_record *r, FILE *out)
{
	char text[WHO];
	const char *by = decider(c, r, text);

	if (*by)
		fprintf(out, ", by %s", by);
}

/* Prints the number and name of a tier, such as "10 far". */
static void print_tier(const struct event_context *c, __s32 adistance, FILE *out)
{
	const char *name = policy_tier_name(c->policy, adistance);

	fprintf(out, "%u%s%s", tierbpf_tier(adistance), *name ? " " : "", name);
}

static void print_move(const struct event_context *c, const struct tierbpf_event *e, FILE *out)
{
	fputs("tier ", out);
	print_tier(c, e->from, out);
	fputs(" -> ", out);
	print_tier(c, e->to, out);
	fprintf(out, ", adistance %d -> %d", e->from, e->to);
}

static void print_policy(const struct event_context *c, const struct tierbpf_event *e, FILE *out)
{
	char digest[2 * 6 + 1];

	if (!e->to) {
		fprintf(out, "generation %u is detached, no policy is in force\n",
			c->meta->generation);
		return;
	}
	if (e->to > 0)
		fprintf(out, "generation %d is in force", e->to);
	else
		fputs("an object is in force", out);
	if (e->from > 0)
		fprintf(out, ", in the place of generation %d", e->from);
	if (!event_begins(c->meta, e)) {
		putc('\n', out);
		return;
	}
	if (c->policy)
		fprintf(out, ": %s (%u rule%s, sha256 ",
			c->policy->description ?: "(no description)", c->meta->nr_rules,
			c->meta->nr_rules == 1 ? "" : "s");
	else
		fprintf(out, ": BPF object %s (sha256 ", c->meta->object);
	fprintf(out, "%s)\n", hex(c->meta->digest, 6, digest));
}

/* Prints the value for a {part} of a text in event-table.h. */
static void print_part(const struct event_context *c, const struct tierbpf_record *r,
		       const char *part, FILE *out)
{
	const struct tierbpf_event *e = &r->event;

	if (!strcmp(part, "from"))
		fprintf(out, "%d", e->from);
	else if (!strcmp(part, "to"))
		fprintf(out, "%d", e->to);
	else if (!strcmp(part, "from_tier"))
		print_tier(c, e->from, out);
	else if (!strcmp(part, "to_tier"))
		print_tier(c, e->to, out);
	else if (!strcmp(part, "move"))
		print_move(c, e, out);
	else if (!strcmp(part, "by"))
		print_decider(c, r, out);
	else if (!strcmp(part, "ms"))
		fprintf(out, "%.1f ms", (double)e->ns / NS_PER_MS);
	else if (!strcmp(part, "error"))
		fputs(strerror(-e->to), out);
	else if (!strcmp(part, "kind"))
		fprintf(out, "%u", e->kind);
}

static void print_text(const struct event_context *c, const struct tierbpf_record *r, FILE *out)
{
	const char *text = kind_of(&r->event)->text;
	char part[16];

	while (*text) {
		if (sscanf(text, "{%15[a-z_]}", part) == 1) {
			print_part(c, r, part, out);
			text += strlen(part) + strlen("{}");
		} else {
			putc(*text++, out);
		}
	}
	putc('\n', out);
}

void event_print(const struct event_context *c, const struct tierbpf_record *r, FILE *out)
{
	const struct tierbpf_event *e = &r->event;
	char text[WHEN];

	fprintf(out, "%s %-8s ", when(c, r->at, false, text), kind_of(e)->name);
	if (e->kind == TIERBPF_EVENT_POLICY) {
		print_policy(c, e, out);
		return;
	}
	fprintf(out, "node %d: ", e->node);
	print_text(c, r, out);
}

void event_print_dropped(const struct event_context *c, uint64_t at, uint64_t count, FILE *out)
{
	char text[WHEN];

	fprintf(out,
		"%s dropped  %llu events are lost: the buffer was full, or no policy was there to record them\n",
		when(c, at, false, text), (unsigned long long)count);
}

static json_t *head(const struct event_context *c, uint64_t at, const char *event)
{
	char text[WHEN];

	return json_pack("{s:s, s:s, s:i}", "time", when(c, at, true, text), "event", event,
			 "generation", (int)c->generation);
}

static json_t *tier(const struct event_context *c, __s32 adistance)
{
	return json_pack("{s:I, s:s, s:i}", "tier", (json_int_t)tierbpf_tier(adistance), "name",
			 policy_tier_name(c->policy, adistance), "adistance", adistance);
}

static json_t *json_decider(const struct event_context *c, const struct tierbpf_record *r)
{
	char text[WHO];
	const char *by = decider(c, r, text);

	return *by ? json_string(by) : json_null();
}

static json_t *json_generation(__s32 generation)
{
	return generation > 0 ? json_integer(generation) : json_null();
}

/* Only the ring buffer of the policy itself comes with its description, so other events lack it. */
static json_t *json_policy(const struct event_context *c, const struct tierbpf_event *e)
{
	json_t *out = json_pack("{s:b, s:o, s:o}", "in_force", e->to != 0, "generation",
				json_generation(e->to), "former", json_generation(e->from));
	char digest[65];

	if (!event_begins(c->meta, e))
		return out;
	json_object_set_new(out, "generation", json_integer(c->meta->generation));
	json_object_set_new(out, "description",
			    c->policy && c->policy->description ?
				    json_string(c->policy->description) :
				    json_null());
	json_object_set_new(out, "object", c->policy ? json_null() : json_string(c->meta->object));
	json_object_set_new(out, "rules", json_integer(c->meta->nr_rules));
	json_object_set_new(out, "digest",
			    json_string(hex(c->meta->digest, sizeof(c->meta->digest), digest)));
	return out;
}

/*
 * Returns the value of a member that event-table.h names, or NULL if memory is short or the name
 * is unknown.
 */
static json_t *member(const struct event_context *c, const struct tierbpf_record *r,
		      const char *name)
{
	const struct tierbpf_event *e = &r->event;

	if (!strcmp(name, "from") || !strcmp(name, "kernel"))
		return tier(c, e->from);
	if (!strcmp(name, "to"))
		return tier(c, e->to);
	if (!strcmp(name, "answer") || !strcmp(name, "to_mib"))
		return json_integer(e->to);
	if (!strcmp(name, "from_mib"))
		return json_integer(e->from);
	if (!strcmp(name, "decided_by"))
		return json_decider(c, r);
	if (!strcmp(name, "ns"))
		return json_integer((json_int_t)e->ns);
	if (!strcmp(name, "error"))
		return json_string(strerror(-e->to));
	return NULL;
}

/* Returns the members that only events of this kind have. */
static json_t *details(const struct event_context *c, const struct tierbpf_record *r)
{
	const struct tierbpf_event *e = &r->event;
	const char *names = kind_of(e)->members;
	json_t *out;
	char name[16];
	int length, err = 0;

	if (!names)
		return json_pack("{s:i, s:i, s:i}", "kind", (int)e->kind, "from", e->from, "to",
				 e->to);
	out = json_object();
	for (; !err && sscanf(names, " %15[a-z_]%n", name, &length) == 1; names += length)
		err = json_object_set_new(out, name, member(c, r, name));
	if (!err)
		return out;
	json_decref(out);
	return NULL;
}

json_t *event_json(const struct event_context *c, const struct tierbpf_record *r)
{
	json_t *out = head(c, r->at, kind_of(&r->event)->name), *more;

	if (r->event.kind == TIERBPF_EVENT_POLICY) {
		more = json_policy(c, &r->event);
	} else {
		more = details(c, r);
		json_object_set_new(out, "node", json_integer(r->event.node));
	}
	if (!more || json_object_update(out, more)) {
		json_decref(out);
		out = NULL;
	}
	json_decref(more);
	return out;
}

json_t *event_json_dropped(const struct event_context *c, uint64_t at, uint64_t count)
{
	json_t *out = head(c, at, "dropped");

	json_object_set_new(out, "count", json_integer((json_int_t)count));
	return out;
}
