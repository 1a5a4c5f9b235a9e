/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows an event that the module reported as a line of text, or as JSON (watch.schema.json). */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/policy.h"

/* One line of event-table.h, which describes the members. */
struct event_kind {
	const char *name;
	const char *text, *members; /* text: NULL for TIERBPF_EVENT_POLICY, which has its own code */
	const char *counter, *help; /* NULL: status does not count events of this kind */
};

/* Indexed by enum tierbpf_event_kind. The name of an unused number is NULL. */
extern const struct event_kind event_kinds[TIERBPF_EVENT_KINDS_END];

/* Context of the events that are shown: the policy that recorded them, and how to print times. */
struct event_context {
	const struct tierbpf_meta *meta;
	const struct policy *policy; /* for names of tiers and rules; NULL: the policy is a BPF object */
	__u32 generation; /* of the policy in force at the event: this one or its predecessor */
	bool in_force; /* this policy decides, not the kernel or another policy */
	int64_t epoch; /* the time when CLOCK_BOOTTIME was 0, in ns since 1970 */
	bool utc; /* show times in lines in UTC; times in JSON always are */
};

/* Does @e report that the policy of @meta came into force? */
bool event_begins(const struct tierbpf_meta *meta, const struct tierbpf_event *e);

/* Prints the event as one line, including the newline. */
void event_print(const struct event_context *c, const struct tierbpf_record *r, FILE *out);

/* Returns the event as a JSON object, or NULL if memory is short. */
json_t *event_json(const struct event_context *c, const struct tierbpf_record *r);

/* Show that @count events were not recorded. @at: when this was noticed (CLOCK_BOOTTIME, ns). */
void event_print_dropped(const struct event_context *c, uint64_t at, uint64_t count, FILE *out);
json_t *event_json_dropped(const struct event_context *c, uint64_t at, uint64_t count);

#endif
