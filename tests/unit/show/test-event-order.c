// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "show/event-order.h"

#define FORMER 1
#define NEXT 2

/* Returns the events that are shown, as "1 2 (3 dropped) 6". */
static char shown[4096];

static void on_event(void *context, const struct tierbpf_record *r)
{
	size_t used = strlen(shown);

	snprintf(shown + used, sizeof(shown) - used, "%s%llu", used ? " " : "",
		 (unsigned long long)r->event.seq);
}

static void on_dropped(void *context, __u64 at, __u64 count)
{
	size_t used = strlen(shown);

	snprintf(shown + used, sizeof(shown) - used, "%s(%llu dropped)", used ? " " : "",
		 (unsigned long long)count);
}

static const struct event_sink sink = { .event = on_event, .dropped = on_dropped };

static struct event_order begin(unsigned int generation)
{
	struct event_order o = { .sink = &sink };
	struct tierbpf_meta meta = { .generation = generation };

	*shown = 0;
	event_order_follow(&o, &meta, true);
	return o;
}

static void follow(struct event_order *o, unsigned int generation)
{
	struct tierbpf_meta meta = { .generation = generation };

	event_order_follow(o, &meta, false);
}

static bool add(struct event_order *o, __u64 seq)
{
	const struct tierbpf_record r = { .event = { .kind = TIERBPF_EVENT_RETIERED, .seq = seq } };

	return event_order_add(o, &r);
}

/* The event that policy @generation comes into force, or 0: that the one in force goes. */
static void add_policy(struct event_order *o, __u64 seq, int generation)
{
	const struct tierbpf_record r = {
		.event = { .kind = TIERBPF_EVENT_POLICY, .seq = seq, .to = generation }
	};

	event_order_add(o, &r);
}

#define expect_shown(text) cr_expect_str_eq(shown, text)

Test(event_order, gaps_are_dropped)
{
	struct event_order o = begin(FORMER);

	add(&o, 5);
	add(&o, 6);
	add(&o, 9);
	expect_shown("5 6 (2 dropped) 9");
	event_order_find_dropped(&o, 0, 10);
	expect_shown("5 6 (2 dropped) 9");
	event_order_find_dropped(&o, 0, 12);
	event_order_find_dropped(&o, 0, 12);
	expect_shown("5 6 (2 dropped) 9 (2 dropped)");
}

/* An event that was reported as dropped may still come. */
Test(event_order, late)
{
	struct event_order o = begin(FORMER);

	add(&o, 1);
	event_order_find_dropped(&o, 0, 4);
	add(&o, 2);
	add(&o, 4);
	expect_shown("1 (2 dropped) 2 4");
}

/* Both rings have 3 to 5: they are shown once, from the ring of the next policy. */
Test(event_order, replaced)
{
	struct event_order o = begin(FORMER);

	add(&o, 1);
	add(&o, 2);
	add_policy(&o, 3, NEXT);
	add(&o, 4);
	add(&o, 5);
	expect_shown("1 2");
	cr_expect(o.replaced);
	cr_expect_eq(o.generation, FORMER);
	follow(&o, NEXT);
	cr_expect_not(o.in_force);
	add_policy(&o, 3, NEXT);
	add(&o, 4);
	cr_expect(o.in_force);
	cr_expect_eq(o.generation, NEXT);
	expect_shown("1 2 3 4");
	add(&o, 5);
	add(&o, 6);
	expect_shown("1 2 3 4 5 6");
}

/* The next ring begins later: what only the former one has comes first. */
Test(event_order, held_come_first)
{
	struct event_order o = begin(FORMER);

	add(&o, 1);
	add_policy(&o, 2, NEXT);
	add(&o, 3);
	follow(&o, NEXT);
	add(&o, 4);
	expect_shown("1 2 3 4");
	cr_expect_eq(o.nr_held, 0);
}

/* The load was taken back: the former policy is in force again, and its ring goes on. */
Test(event_order, back_again)
{
	struct event_order o = begin(FORMER);

	add(&o, 1);
	add_policy(&o, 2, NEXT);
	add(&o, 3);
	add_policy(&o, 4, FORMER);
	expect_shown("1 2 3 4");
	cr_expect_eq(o.generation, FORMER);
	cr_expect(o.in_force);
}

/* After an unload no other ring comes, and the nodes that move back are shown at once. */
Test(event_order, unloaded)
{
	struct event_order o = begin(FORMER);

	add(&o, 1);
	add_policy(&o, 2, 0);
	add(&o, 3);
	expect_shown("1 2 3");
	cr_expect_eq(o.generation, FORMER);
	cr_expect_not(o.in_force);
}

Test(event_order, full)
{
	struct event_order o = begin(FORMER);
	unsigned int i;

	add(&o, 1);
	add_policy(&o, 2, NEXT);
	for (i = 1; i < EVENT_ORDER_HELD - 1; i++)
		cr_expect(add(&o, 2 + i), "%u", i);
	cr_expect_not(event_order_is_full(&o));
	cr_expect_not(add(&o, 2 + i));
	cr_expect(event_order_is_full(&o));
	expect_shown("1");
	event_order_release(&o);
	cr_expect_eq(o.nr_held, 0);
	cr_expect_eq(o.shown, 2 + i);
}

/* The ring of the next policy is read even if the former one filled what can be held. */
Test(event_order, follow_when_full)
{
	struct event_order o = begin(FORMER);
	unsigned int i;

	add(&o, 1);
	add_policy(&o, 2, NEXT);
	for (i = 1; i < EVENT_ORDER_HELD; i++)
		add(&o, 2 + i);
	cr_expect(event_order_is_full(&o));
	follow(&o, NEXT);
	cr_expect_not(event_order_is_full(&o));
	cr_expect_eq(o.generation, NEXT);
	cr_expect(add(&o, 2 + i));
	cr_expect_eq(o.shown, 2 + i);
}

/* Another module counts from 1 again, and nothing of it was dropped or shown before. */
Test(event_order, restart)
{
	struct event_order o = begin(FORMER);

	add(&o, 7);
	add_policy(&o, 8, NEXT);
	event_order_restart(&o);
	follow(&o, NEXT);
	add(&o, 2);
	add(&o, 3);
	expect_shown("7 8 2 3");
}
