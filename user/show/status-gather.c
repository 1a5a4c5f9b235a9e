// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <unistd.h>

#include "engine/pins.h"
#include "show/status.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* The report without a policy, when the kernel alone decides. */
static int report_stock(const struct machine *m, struct report *r)
{
	int n;

	*r = (struct report){ .nodes = calloc((size_t)m->nr_nodes + 1, sizeof(*r->nodes)) };
	if (!r->nodes)
		return no_memory();
	for (n = 0; n < m->nr_nodes; n++) {
		const struct machine_node *node = &m->nodes[n];
		__s32 centre = node->tier == NO_TIER ? 0 : tierbpf_tier_centre((__u32)node->tier);

		if (node->memory)
			r->nodes[r->count++] = (struct report_node){
				.node = n,
				.cpu = node->cpu,
				.before = node->tier,
				.tier = node->tier,
				.adistance = centre,
				.kernel_adistance = centre,
				.decided_by = "kernel",
			};
	}
	return 0;
}

static int by_node(const void *a, const void *b)
{
	const struct tierbpf_override *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

static void list_overrides(struct status *s)
{
	engine_list_overrides(s->engine.override_fd, &s->overrides);
	qsort(s->overrides.of, s->overrides.count, sizeof(s->overrides.of[0]), by_node);
}

/* Takes the lock and reads the policy in force. 0 also if there are no pins, and so no policy. */
static int ask_engine(struct status *s)
{
	_cleanup_close_ int lock = -1;
	int err = pins_lock(false, &lock);

	if (!err && !access(PIN_PATH(TIERBPF_PIN_LINK), F_OK) && !pins_policy_id())
		s->link = LINK_DETACHED; /* engine_open() removes the pin */
	err = err ?: engine_open(&s->engine);
	if (err == -ENOENT)
		return 0;
	s->loaded = !err;
	if (s->loaded)
		list_overrides(s);
	s->trial_seconds_left = s->loaded ? (trial_left(&s->engine.meta) + 999) / 1000 : 0;
	s->link = s->loaded ? LINK_ATTACHED : s->link;
	err = err ?: machine_read("", &s->machine);
	return err ?: report_gather(&s->engine, s->machine, NULL, &s->report);
}

static int gather_nodes(struct status *s)
{
	int64_t tiers[TIERBPF_MAX_NODES];
	int n, err = s->machine ? 0 : machine_read("", &s->machine);

	if (!err && !s->loaded)
		err = report_stock(s->machine, &s->report);
	if (err)
		return err;
	for (n = 0; n < TIERBPF_MAX_NODES; n++)
		tiers[n] = s->machine->nodes[n].tier;
	tiering_compute(s->machine, tiers, &s->tiering);
	node_memory_read("", s->machine, s->memory);
	switches_read("", s->machine, s->memory, &s->switches);
	activities_read("", s->machine, &s->now);
	s->complete = true;
	return 0;
}

int status_gather(struct status *s)
{
	int missing = engine_check(), err = 0;

	memset(s, 0, sizeof(*s));
	s->engine.ask_fd = s->engine.override_fd = -1;
	/* The nodes can be shown without the module. */
	if (missing && missing != -ENOPKG)
		return missing;
	if (!missing)
		err = ask_engine(s);
	if (!err)
		err = gather_nodes(s);
	return err ?: missing;
}

void status_count(struct status *s, const struct activities *before)
{
	if (before != &s->before)
		s->before = *before;
	s->seconds = s->before.source == s->now.source ? s->now.at - s->before.at : 0;
}

void status_free(struct status *s)
{
	report_free(&s->report);
	engine_close(&s->engine);
	machine_free(TAKE_PTR(s->machine));
}
