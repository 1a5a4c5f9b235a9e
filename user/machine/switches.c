// SPDX-License-Identifier: GPL-2.0-only
#include "machine/switches.h"

#include <string.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

#define DEMOTION "/sys/kernel/mm/numa/demotion_enabled"
#define TRACING "/proc/sys/kernel/ftrace_enabled"
#define NUMA_BALANCING "/proc/sys/kernel/numa_balancing"

void switches_read(const char *root, const struct machine *m, const struct node_memory *memory,
		   struct switches *s)
{
	_cleanup_free_ char *demotion = NULL, *balancing = NULL, *tracing = NULL;
	int n;

	*s = (struct switches){ .demotion = NO_SWITCH,
				.numa_balancing = NO_SWITCH,
				.tracing = NO_SWITCH };
	if (!sysfs_text(&demotion, root, DEMOTION))
		s->demotion = !strcmp(demotion, "true");
	if (!sysfs_text(&balancing, root, NUMA_BALANCING))
		s->numa_balancing = atoi(balancing);
	if (!sysfs_text(&tracing, root, TRACING))
		s->tracing = strcmp(tracing, "0") != 0;
	s->guards = guards_read(root);
	for (n = 0; n < m->nr_nodes; n++) {
		if (!m->nodes[n].memory || m->nodes[n].cpu)
			continue;
		nodeset_add(&s->slow, n);
		if (node_memory_kernel(&memory[n]))
			nodeset_add(&s->kernel, n);
	}
}

static void demotion(const struct switches *s, struct switch_text *t)
{
	t->name = "demotion";
	t->on = s->demotion == 1;
	snprintf(t->state, sizeof(t->state), "demotion is %s", t->on ? "on" : "off");
	if (s->demotion == NO_SWITCH)
		snprintf(t->fix, sizeof(t->fix),
			 "this kernel does not support it; boot one with CONFIG_MIGRATION=y");
	else if (!t->on)
		snprintf(t->fix, sizeof(t->fix), "echo 1 > " DEMOTION);
}

/* The other bits of numa_balancing are other kinds of balancing, which are kept. */
static void promotion(const struct switches *s, struct switch_text *t)
{
	t->name = "promotion";
	t->on = s->numa_balancing != NO_SWITCH && s->numa_balancing & NUMA_BALANCING_TIERING;
	if (s->numa_balancing == NO_SWITCH) {
		snprintf(t->state, sizeof(t->state), "promotion is off");
		snprintf(t->fix, sizeof(t->fix),
			 "this kernel does not support it; boot one with CONFIG_NUMA_BALANCING=y");
		return;
	}
	snprintf(t->state, sizeof(t->state), "promotion is %s (numa_balancing %d)",
		 t->on ? "on" : "off", s->numa_balancing);
	if (!t->on)
		snprintf(t->fix, sizeof(t->fix), "echo %d > " NUMA_BALANCING,
			 s->numa_balancing | NUMA_BALANCING_TIERING);
}

static void zones(const struct switches *s, struct switch_text *t)
{
	_cleanup_free_ char *slow = nodeset_text(&s->slow);
	_cleanup_free_ char *kernel = nodeset_text(&s->kernel);

	t->name = "movable";
	t->on = nodeset_is_empty(&s->kernel);
	if (t->on) {
		snprintf(t->state, sizeof(t->state), "memory of node %.80s is in ZONE_MOVABLE",
			 slow ?: "?");
		return;
	}
	snprintf(t->state, sizeof(t->state),
		 "memory of node %.80s is outside of ZONE_MOVABLE (kernel data may land "
		 "there, and keep it from going offline)",
		 kernel ?: "?");
	snprintf(t->fix, sizeof(t->fix),
		 "online it as online_movable when it is added, or, if SRAT marks it as "
		 "hotpluggable, boot with movable_node");
}

/* Tiers work without the guards, but the kernel may crash (guards.h). */
static void guards(const struct switches *s, struct switch_text *t)
{
	t->name = "guards";
	t->on = s->guards == GUARDS_ON;
	t->silent = t->on;
	snprintf(t->state, sizeof(t->state),
		 t->on ? "kprobes are on" :
			 "kprobes are off: the module's guards against "
			 "kernel bugs do nothing, and the kernel may crash while nodes move");
	if (!t->on)
		snprintf(t->fix, sizeof(t->fix), "echo 1 > " GUARDS_SWITCH);
}

/*
 * Without ftrace the policy still decides, but events are not counted and changes of overrides
 * are noticed late.
 */
static void tracing(const struct switches *s, struct switch_text *t)
{
	t->name = "tracing";
	t->on = s->tracing;
	t->silent = t->on;
	snprintf(t->state, sizeof(t->state),
		 t->on ? "ftrace is on" :
			 "ftrace is off: overrides come late, and events are "
			 "not counted");
	if (!t->on)
		snprintf(t->fix, sizeof(t->fix), "echo 1 > " TRACING);
}

size_t switches_text(const struct switches *s, struct switch_text texts[MAX_SWITCHES])
{
	size_t count = 2;

	memset(texts, 0, MAX_SWITCHES * sizeof(*texts));
	demotion(s, &texts[0]);
	promotion(s, &texts[1]);
	if (!nodeset_is_empty(&s->slow))
		zones(s, &texts[count++]);
	if (s->guards != GUARDS_UNKNOWN)
		guards(s, &texts[count++]);
	if (s->tracing != NO_SWITCH)
		tracing(s, &texts[count++]);
	return count;
}

void switches_print(const struct switches *s, bool colors, FILE *out)
{
	struct switch_text texts[MAX_SWITCHES];
	size_t i, count = switches_text(s, texts);

	for (i = 0; i < count; i++) {
		const struct switch_text *t = &texts[i];
		bool stands_out = colors && !t->on;

		if (t->silent)
			continue;
		fprintf(out, "%s%s%s%s%s\n", stands_out ? "\033[33m" : "", t->state,
			stands_out ? "\033[0m" : "", *t->fix ? ": " : "", t->fix);
	}
}

json_t *switches_json(const struct switches *s)
{
	struct switch_text texts[MAX_SWITCHES];
	size_t i, count = switches_text(s, texts);
	json_t *list = json_array();

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s?}", "name", texts[i].name,
						      "on", texts[i].on, "state", texts[i].state,
						      "fix", *texts[i].fix ? texts[i].fix : NULL));
	return list;
}
