/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts the events of one policy after the other into one sequence. Each policy has a ring of its own,
 * and the module numbers events across all of them. When a policy is replaced, both rings get some of
 * the events, and the ring of the new policy names them better, as its rules are known: so what comes
 * after the replacement in the old ring is held back until the new ring has been read. Events that
 * both rings have are shown once, and gaps in the numbers are reported as dropped events.
 */
#ifndef EVENT_ORDER_H
#define EVENT_ORDER_H

#include <stdbool.h>
#include <tierbpf/abi.h>

#define EVENT_ORDER_HELD 256

/* Where the sequence goes. @context is that of struct event_order. */
struct event_sink {
	void (*event)(void *context, const struct tierbpf_record *r);
	/* @count events were dropped before @at (CLOCK_BOOTTIME, ns) */
	void (*dropped)(void *context, __u64 at, __u64 count);
};

struct event_order {
	const struct event_sink *sink;
	void *context;
	struct tierbpf_meta meta; /* of the policy whose ring is read */
	__u32 generation; /* of the policy that was in force at the event that is shown */
	bool in_force; /* @meta's policy is the one in force */
	bool replaced; /* by a policy whose ring is to be read next */
	struct tierbpf_record held[EVENT_ORDER_HELD];
	unsigned int nr_held;
	__u64 shown; /* number of the last event that was shown, 0: none */
	__u64 last; /* the same, or the last that was reported as dropped */
};

/* The ring of the policy of @meta is read from now on; @was_read: somebody has read its beginning. */
void event_order_follow(struct event_order *o, const struct tierbpf_meta *meta, bool was_read);

/* The next record of the ring. False: nothing more can be held back, so stop reading. */
bool event_order_add(struct event_order *o, const struct tierbpf_record *r);

/* All events before number @next have been added: the missing ones were dropped before @at. */
void event_order_find_dropped(struct event_order *o, __u64 at, __u64 next);

bool event_order_is_full(const struct event_order *o);

/* No other ring will show what is held back: shows it. */
void event_order_release(struct event_order *o);

/* Another module numbers the events from 1 again. */
void event_order_restart(struct event_order *o);

#endif
