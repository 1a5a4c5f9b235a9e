// SPDX-License-Identifier: GPL-2.0-only
/* What makes nodes look other than they are. None of it keeps tierbpf from working: it may be why it is needed. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "doctor.h"
#include "machine.h"
#include "perf.h"
#include "sysfs.h"

#define LOCAL 10 /* ACPI 6.5, 5.2.17: of a domain to itself */

static void look_at_table(struct doctor *d, const char *name, const struct table_state *state,
			  const char *without)
{
	if (!state->found)
		doctor_finds(d, name, VERDICT_ADVICE, "a table that can be read",
			     "as root, tables are read that other users may not see; where firmware has none, a policy "
			     "says it instead: tierbpf init", "none: %s", without);
	else if (state->ignored)
		doctor_finds(d, name, VERDICT_ADVICE, "a table that the kernel uses",
			     "ask for new firmware, or correct it for the next boot: tierbpf export acpi",
			     "ignored by the kernel: %s", state->ignored);
	else
		doctor_finds(d, name, VERDICT_FINE, NULL, NULL, "revision %u", state->revision);
}

/* HMAT may be sound, and be switched off by what it says of DRAM. */
static void look_at_dram(struct doctor *d, const struct machine *m)
{
	int odd = -1, err = perf_kernel_believes(m, &odd);

	if (!err)
		doctor_finds(d, "DRAM by firmware", VERDICT_FINE, NULL, NULL, "known, and of one speed");
	else if (err == -ERANGE)
		doctor_finds(d, "DRAM by firmware", VERDICT_ADVICE, "nodes with CPUs within 10 % of each other",
			     "from \"hmat\" in a policy goes by the table all the same; tierbpf export acpi corrects it",
			     "nodes %d and %d differ by more than 10 %%: the kernel uses nothing of HMAT",
			     perf_reference_node(m), odd);
	else
		doctor_finds(d, "DRAM by firmware", VERDICT_ADVICE, "latency and bandwidth of the first node with CPUs",
			     "tierbpf measure finds them; or rules that name no speed: tierbpf init",
			     "not known: the kernel puts every node into the tier of DRAM");
}

/* Distances that no machine has, or that tell nothing. */
static void look_at_distances(struct doctor *d, const struct machine *m)
{
	int a, b, nodes = 0, first = 0;
	const char *odd = NULL;
	bool differ = false;

	for (a = 0; a < m->nr_nodes && !odd; a++) {
		if (!m->nodes[a].memory)
			continue;
		nodes++;
		if (machine_distance(m, a, a) != LOCAL)
			odd = "a node's to itself is not 10";
		for (b = 0; b < a && !odd; b++) {
			if (!m->nodes[b].memory)
				continue;
			if (machine_distance(m, a, b) != machine_distance(m, b, a))
				odd = "one way is farther than the other";
			first = first ?: machine_distance(m, a, b);
			differ |= machine_distance(m, a, b) != first;
		}
	}
	if (!odd && nodes > 2 && !differ)
		odd = "all nodes are equally far, so that the kernel demotes to any";
	doctor_finds(d, "distances", odd ? VERDICT_ADVICE : VERDICT_FINE, "those of the machine",
		     "demotion goes to the nearest node of the next tier: tierbpf plan shows what comes of it", "%s",
		     odd ?: "plausible");
}

struct blocks {
	const char *root;
	unsigned int offline;
};

static void count_block(const char *name, void *arg)
{
	_cleanup_free_ char *state = NULL;
	struct blocks *b = arg;

	if (!sysfs_text(&state, "%s/sys/devices/system/memory/%s/state", b->root, name))
		b->offline += strcmp(state, "online") != 0;
}

/* Memory that is there and belongs to no node. */
static void look_at_lost_memory(struct doctor *d)
{
	char path[512], line[256];
	struct blocks blocks = { .root = d->root };
	_cleanup_fclose_ FILE *f = NULL;
	unsigned int reserved = 0;

	snprintf(path, sizeof(path), "%s/sys/devices/system/memory", d->root);
	sysfs_each(path, "memory", count_block, &blocks);
	doctor_finds(d, "memory blocks", blocks.offline ? VERDICT_ADVICE : VERDICT_FINE, "all online",
		     "daxctl online-memory, or: echo online_movable > /sys/devices/system/memory/memoryN/state",
		     blocks.offline ? "%u are offline" : "all are online", blocks.offline);
	snprintf(path, sizeof(path), "%s/proc/iomem", d->root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		reserved += strstr(line, ": Soft Reserved") != NULL;
	doctor_finds(d, "soft-reserved memory", reserved ? VERDICT_ADVICE : VERDICT_FINE, "memory that is a node's",
		     "daxctl reconfigure-device --mode=system-ram daxX.Y makes it one; or boot with efi=nosoftreserve",
		     reserved ? "%u ranges, which the kernel leaves to drivers" : "none", reserved);
}

static void look_at_switch(struct doctor *d, const char *what, const char *file, int wanted, const char *cure)
{
	_cleanup_free_ char *text = NULL;
	bool on;

	if (sysfs_text(&text, "%s%s", d->root, file)) {
		doctor_finds(d, what, VERDICT_UNKNOWN, "on", NULL, "no %s", file);
		return;
	}
	on = wanted ? atoi(text) & wanted : !strcmp(text, "true");
	doctor_finds(d, what, on ? VERDICT_FINE : VERDICT_ADVICE, "on, or tiers do nothing", cure, "%s",
		     on ? "on" : "off");
}

void doctor_look_at_machine(struct doctor *d)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;

	if (sysfs_exists("%s/sys/devices/virtual/memory_tiering", d->root) && !machine_read(d->root, &m)) {
		look_at_table(d, "SRAT", &m->tables.srat, "proximity domains are not known");
		look_at_table(d, "HMAT", &m->tables.hmat, "no latency or bandwidth of any node");
		look_at_dram(d, m);
		look_at_distances(d, m);
	}
	look_at_lost_memory(d);
	look_at_switch(d, "demotion", "/sys/kernel/mm/numa/demotion_enabled", 0,
		       "echo 1 > /sys/kernel/mm/numa/demotion_enabled");
	look_at_switch(d, "promotion", "/proc/sys/kernel/numa_balancing", 2,
		       "echo 2 > /proc/sys/kernel/numa_balancing");
}
