// SPDX-License-Identifier: GPL-2.0-only
/* The parts of `tierbpf status` that need no kernel; tests/vm/cases/status.sh has the rest. */
#include "unit.h"

#include "show/status.h"

Test(status, age)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} ages[] = {
		{ -5, "0 s" },	       { 0, "0 s" },	   { 59, "59 s" },
		{ 60, "1 min" },       { 3599, "59 min" }, { 3600, "1 h" },
		{ 7379, "2 h 2 min" }, { 86400, "1 d" },   { 2 * 86400 + 4 * 3600 + 1, "2 d 4 h" },
	};
	char text[32];
	size_t i;

	for (i = 0; i < sizeof(ages) / sizeof(*ages); i++)
		cr_expect_str_eq(status_age(ages[i].seconds, text, sizeof(text)), ages[i].text);
}

Test(status, activity)
{
	struct activity a;

	cr_expect(activity_parse("nr_free_pages 5\npgpromote_success 7\npgpromote_candidate 100\n"
				 "pgdemote_kswapd 1\npgdemote_direct 20\npgdemote_khugepaged 300\n"
				 "pgdemote_proactive 4000\n",
				 &a));
	cr_expect_eq(a.demoted, 4321);
	cr_expect_eq(a.promoted, 7);
	cr_expect_not(activity_parse("nr_free_pages 5\npgpromote_success 7\n", &a),
		      "no demotion is counted");
	cr_expect_not(activity_parse("pgdemote_kswapd 1\n", &a), "no promotion is counted");
	cr_expect_not(activity_parse("", &a));
	cr_expect_float_eq(activity_rate(100, 150, 0.5), 100, 1e-9);
	cr_expect_eq(activity_rate(150, 100, 1), 0, "a node that was away");
	cr_expect_eq(activity_rate(100, 150, 0), 0);
}

Test(status, memory)
{
	static struct node_memory memory[TIERBPF_MAX_NODES];

	node_memory_parse("Node 1 MemTotal:  2048 kB\nNode 1 MemFree:  1024 kB\nNode 1 MemUsed: 1024 kB\n",
			  &memory[1]);
	cr_expect_eq(memory[1].size, 2048 << 10);
	cr_expect_eq(memory[1].free, 1024 << 10);
	/* 7.3 has a line of the node before the first zone; what has no page is no zone. */
	node_memory_parse_zones("Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 5\n  pages free     3\n"
				"        spanned  4095\n        present  10\n        managed  9\n"
				"Node 0, zone  Movable\n        present  0\n"
				"Node 1, zone   Normal\n        present  4\nNode 1, zone  Movable\n        present  6\n"
				"Node 1, zone   Device\n        present  8\nNode 4096, zone Normal\n        present  1\n",
				4096, memory);
	cr_assert_eq(memory[0].nr_zones, 1);
	cr_expect_str_eq(memory[0].zones[0].name, "DMA");
	cr_expect_eq(memory[0].zones[0].size, 40960);
	cr_assert_eq(memory[1].nr_zones, 3);
	cr_expect_eq(node_memory_kernel(&memory[1]), 4 * 4096);
}

static struct switch_text texts[MAX_SWITCHES];

static void expect_switch(size_t i, bool on, const char *state, const char *fix)
{
	cr_expect_eq(texts[i].on, on, "%s", texts[i].name);
	cr_expect_str_eq(texts[i].state, state);
	cr_expect_str_eq(texts[i].fix, fix);
}

/* The other bits of the mode are kept; a setting that the kernel lacks has a different fix. */
Test(status, switches)
{
	struct switches s = { .demotion = 0, .numa_balancing = 1, .tracing = NO_SWITCH };

	cr_assert_eq(switches_text(&s, texts), 2, "no slow node, no zone to speak of");
	expect_switch(0, false, "demotion is off", "echo 1 > /sys/kernel/mm/numa/demotion_enabled");
	expect_switch(1, false, "promotion is off (numa_balancing 1)",
		      "echo 3 > /proc/sys/kernel/numa_balancing");
	s = (struct switches){ .guards = GUARDS_ON, .tracing = NO_SWITCH };
	cr_assert_eq(switches_text(&s, texts), 3);
	expect_switch(2, true, "kprobes are on", "");
	s = (struct switches){ .guards = GUARDS_OFF, .tracing = NO_SWITCH };
	cr_assert_eq(switches_text(&s, texts), 3);
	expect_switch(2, false,
		      "kprobes are off: the module's guards against kernel bugs do nothing, and the kernel "
		      "may crash while nodes move",
		      "echo 1 > /sys/kernel/debug/kprobes/enabled");
	s = (struct switches){ .tracing = 1 };
	cr_assert_eq(switches_text(&s, texts), 3);
	expect_switch(2, true, "ftrace is on", "");
	s = (struct switches){};
	cr_assert_eq(switches_text(&s, texts), 3);
	expect_switch(2, false, "ftrace is off: overrides come late, and events are not counted",
		      "echo 1 > /proc/sys/kernel/ftrace_enabled");
	s = (struct switches){ .demotion = NO_SWITCH,
			       .numa_balancing = NO_SWITCH,
			       .tracing = NO_SWITCH };
	switches_text(&s, texts);
	expect_switch(0, false, "demotion is off",
		      "this kernel does not support it; boot one with CONFIG_MIGRATION=y");
	expect_switch(1, false, "promotion is off",
		      "this kernel does not support it; boot one with CONFIG_NUMA_BALANCING=y");
	s = (struct switches){ .demotion = 1, .numa_balancing = 3, .tracing = NO_SWITCH };
	nodeset_add(&s.slow, 2);
	cr_assert_eq(switches_text(&s, texts), 3);
	expect_switch(0, true, "demotion is on", "");
	expect_switch(1, true, "promotion is on (numa_balancing 3)", "");
	expect_switch(2, true, "memory of node 2 is in ZONE_MOVABLE", "");
	nodeset_add(&s.kernel, 2);
	switches_text(&s, texts);
	cr_expect_not(texts[2].on);
	cr_expect(strstr(texts[2].state, "node 2 is outside of ZONE_MOVABLE"), "%s", texts[2].state);
	cr_expect(strstr(texts[2].fix, "online_movable"), "%s", texts[2].fix);
}

static const struct column columns[] = { { "NODE", SCOLS_FL_RIGHT, true },
					 { "FREE", SCOLS_FL_RIGHT, true },
					 { "NAME", 0, false } };

Test(status, layout)
{
	struct layout l = { .chosen = { 0 }, .nr_chosen = 1, .sort = -1 };
	const char *bad;

	cr_assert_eq(layout_choose(&l, columns, 3, "+name,FREE", &bad), 0);
	cr_assert_eq(l.nr_chosen, 3);
	cr_expect(l.chosen[0] == 0 && l.chosen[1] == 2 && l.chosen[2] == 1);
	cr_assert_eq(layout_choose(&l, columns, 3, "Free", &bad), 0);
	cr_expect(l.nr_chosen == 1 && l.chosen[0] == 1);
	cr_expect_not(layout_has(&l, 2));
	cr_expect_eq(layout_choose(&l, columns, 3, "NODE,FRE", &bad), -EINVAL);
	cr_expect_str_eq(bad, "FRE");
	cr_expect_eq(layout_choose(&l, columns, 3, "NODE,", &bad), -EINVAL);
	cr_expect_eq(layout_choose(&l, columns, 3, "", &bad), -EINVAL);
	cr_expect_eq(layout_sort(&l, columns, 3, "-name"), 0);
	cr_expect(l.sort == 2 && l.descending && layout_has(&l, 2));
	cr_expect_eq(layout_sort(&l, columns, 3, "names"), -EINVAL);
}

/* @rows of the three columns, printed by @l. */
static void expect_print(const struct layout *l, const char *expected)
{
	struct cell cells[] = { { "0", NULL, 0 }, { "9", NULL, 9 },   { "x y", "red", 0 },
				{ "1", NULL, 1 }, { "10", NULL, 10 }, { "", NULL, 0 } };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cr_assert_eq(layout_print(l, columns, 3, cells, 2, f), 0);
	fclose(f);
	cr_expect_str_eq(text, expected);
	free(text);
}

Test(status, print)
{
	struct layout l = { .chosen = { 0, 1, 2 }, .nr_chosen = 3, .sort = -1 };

	expect_print(&l, "NODE FREE NAME\n   0    9 x y\n   1   10 \n");
	l.sort = 1; /* as numbers: 10 is above 9 */
	l.descending = true;
	l.nr_chosen = 1;
	expect_print(&l, "NODE\n   1\n   0\n");
	l.raw = l.noheadings = true;
	l.nr_chosen = 3;
	expect_print(&l, "1 10 \n0 9 x\\x20y\n");
	l = (struct layout){
		.chosen = { 2 }, .nr_chosen = 1, .sort = -1, .colors = true, .noheadings = true
	};
	expect_print(&l, "\033[31mx y\033[0m\n\n");
}
