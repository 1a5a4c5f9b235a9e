// SPDX-License-Identifier: GPL-2.0-only
#include "show/event-order.h"

#include <stdint.h>

#include "show/event-text.h"

/* With an event that loads a policy, that policy comes into force; one that unloads it changes nothing
 * here, since the moves back that follow are still its own. */
static void follow_generation(struct event_order *o, const struct tierbpf_event *e)
{
	if (e->kind == TIERBPF_EVENT_POLICY && e->to)
		o->generation = e->to > 0 ? (__u32)e->to : o->meta.generation;
}

void event_order_find_dropped(struct event_order *o, __u64 at, __u64 next)
{
	__u64 count = o->last && next > o->last ? next - o->last - 1 : 0;

	if (!count)
		return;
	o->sink->dropped(o->context, at, count);
	o->last = next - 1;
}

static void show(struct event_order *o, const struct tierbpf_record *r)
{
	event_order_find_dropped(o, r->at, r->event.seq);
	follow_generation(o, &r->event);
	o->sink->event(o->context, r);
	o->shown = r->event.seq;
	if (o->last < o->shown)
		o->last = o->shown;
}

/* Shows the held events that come before number @seq. */
static void release_before(struct event_order *o, __u64 seq)
{
	unsigned int i;

	for (i = 0; i < o->nr_held; i++)
		if (o->held[i].event.seq > o->shown && o->held[i].event.seq < seq)
			show(o, &o->held[i]);
	if (o->nr_held && o->held[o->nr_held - 1].event.seq < seq)
		o->nr_held = 0;
}

void event_order_release(struct event_order *o)
{
	release_before(o, UINT64_MAX);
}

void event_order_restart(struct event_order *o)
{
	event_order_release(o);
	o->shown = o->last = 0;
}

void event_order_follow(struct event_order *o, const struct tierbpf_meta *meta, bool was_read)
{
	/* No more could be held: the next policy came into force too late for its ring to be followed. */
	if (event_order_is_full(o))
		event_order_release(o);
	o->meta = *meta;
	o->replaced = false;
	/* Held events still belong to the former policy. */
	if (!o->nr_held)
		o->generation = meta->generation;
	/* A ring that nobody has read begins with the event that its policy comes into force. */
	o->in_force = was_read && !o->nr_held;
}

static void follow_policy(struct event_order *o, const struct tierbpf_event *e)
{
	o->in_force = event_begins(&o->meta, e);
	o->replaced = e->to && !o->in_force;
}

bool event_order_add(struct event_order *o, const struct tierbpf_record *r)
{
	if (r->event.kind == TIERBPF_EVENT_POLICY)
		follow_policy(o, &r->event);
	if (o->replaced) {
		o->held[o->nr_held++] = *r;
		return !event_order_is_full(o);
	}
	/* The ring of the former policy had it too. */
	if (r->event.seq && r->event.seq <= o->shown)
		return true;
	release_before(o, r->event.seq);
	show(o, r);
	return true;
}

bool event_order_is_full(const struct event_order *o)
{
	return o->nr_held == EVENT_ORDER_HELD;
}
