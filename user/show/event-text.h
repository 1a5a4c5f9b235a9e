/* SPDX-License-Identifier: GPL-2.0-only */
/* An event of the kernel's half as a line for people, or as JSON (watch.schema.json). */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/policy.h"

/* As event-table.h says. */
struct event_kind {
	const char *name;
	const char *text, *members; /* text is NULL for TIERBPF_EVENT_POLICY, which has its own */
	const char *counter, *help; /* NULL: status does not show how many there were */
};

/* By enum tierbpf_event_kind; what is between them has no name. */
extern const struct event_kind event_kinds[TIERBPF_EVENT_KINDS_END];

/* The policy whose events they are. */
struct event_context {
	const struct tierbpf_meta *meta;
	const struct policy *policy; /* for names; NULL: an object decides */
	__u32 generation; /* of the policy that was in force: this one, or its predecessor */
	bool in_force; /* what happens is its doing, and not the kernel's or another policy's */
	int64_t epoch; /* when CLOCK_BOOTTIME was 0: ns since 1970 */
	bool utc; /* of times in lines; in JSON they always are */
};

/* Does the policy of @meta come into force with it? */
bool event_begins(const struct tierbpf_meta *meta, const struct tierbpf_event *e);

/* One line, with its end. */
void event_print(const struct event_context *c, const struct tierbpf_record *r, FILE *out);

/* The same as an object; NULL: out of memory. */
json_t *event_json(const struct event_context *c, const struct tierbpf_record *r);

/* @count events that had no place in the ring, noticed @at (CLOCK_BOOTTIME, ns). */
void event_print_dropped(const struct event_context *c, uint64_t at, uint64_t count, FILE *out);
json_t *event_json_dropped(const struct event_context *c, uint64_t at, uint64_t count);

#endif
