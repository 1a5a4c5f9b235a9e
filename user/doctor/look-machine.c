// SPDX-License-Identifier: GPL-2.0-only
/* What makes nodes look other than they are. None of it keeps tierbpf from working: it may be why it is needed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "machine/machine.h"
#include "model/perf.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define LOCAL 10 /* ACPI 6.5, 5.2.17: of a domain to itself */

static void look_at_table(struct doctor *d, const char *name, const struct acpi_table_state *state,
			  const char *without)
{
	if (!state->found)
		doctor_finds(d, name, DOCTOR_ADVICE, "a table that can be read",
			     "as root, tables are read that other users may not see; where firmware has none, a policy "
			     "says it instead: tierbpf init",
			     "none: %s", without);
	else if (state->ignored)
		doctor_finds(d, name, DOCTOR_ADVICE, "a table that the kernel uses",
			     "ask for new firmware, or correct it for the next boot: tierbpf export acpi",
			     "ignored by the kernel: %s", state->ignored);
	else
		doctor_finds(d, name, DOCTOR_FINE, "a table that the kernel uses", NULL,
			     "revision %u", state->revision);
}

/* HMAT may be sound, and be switched off by what it says of DRAM. */
static void look_at_dram(struct doctor *d, const struct machine *m)
{
	int odd = -1, err = perf_kernel_believes(m, &odd);

	if (!err)
		doctor_finds(d, "DRAM by firmware", DOCTOR_FINE,
			     "nodes with CPUs within 10 % of each other", NULL,
			     "known, and of one speed");
	else if (err == -ERANGE)
		doctor_finds(d, "DRAM by firmware", DOCTOR_ADVICE,
			     "nodes with CPUs within 10 % of each other",
			     "from \"hmat\" in a policy goes by the table all the same; tierbpf export acpi corrects it",
			     "nodes %d and %d differ by more than 10 %%: the kernel uses nothing of HMAT",
			     perf_reference_node(m), odd);
	else
		doctor_finds(d, "DRAM by firmware", DOCTOR_ADVICE,
			     "latency and bandwidth of the first node with CPUs",
			     "tierbpf measure finds them; or rules that name no speed: tierbpf init",
			     "not known: the kernel puts every node into the tier of DRAM");
}

/* A distance that no machine has: false, or the finding in @found. */
static bool is_odd(const struct machine *m, int a, int b, char *found, size_t size)
{
	int there = machine_distance(m, a, b), back = machine_distance(m, b, a);

	if (a == b && there != LOCAL)
		snprintf(found, size, "node %d is %d from itself", a, there);
	else if (a != b && (there <= LOCAL || back <= LOCAL))
		snprintf(found, size, "node %d is no farther from node %d than from itself",
			 there <= LOCAL ? a : b, there <= LOCAL ? b : a);
	else if (there != back)
		snprintf(found, size, "node %d is %d from node %d, and the other way it is %d", b,
			 back, a, there);
	else
		return false;
	return true;
}

/* Or that tells nothing. */
static bool are_odd(const struct machine *m, char *found, size_t size)
{
	int a, b, nodes = 0, first = 0;
	bool differ = false;

	for (a = 0; a < m->nr_nodes; a++) {
		if (!m->nodes[a].memory)
			continue;
		nodes++;
		for (b = 0; b <= a; b++) {
			if (!m->nodes[b].memory)
				continue;
			if (is_odd(m, a, b, found, size))
				return true;
			if (a == b)
				continue;
			first = first ?: machine_distance(m, a, b);
			differ |= machine_distance(m, a, b) != first;
		}
	}
	snprintf(found, size, "all nodes are equally far, so that the kernel demotes to any");
	return nodes > 2 && !differ;
}

static void look_at_distances(struct doctor *d, const struct machine *m)
{
	const char *ignored = m->tables.slit.ignored;
	char found[160];
	bool odd = true;

	if (ignored)
		snprintf(found, sizeof(found), "the kernel ignores SLIT: %s", ignored);
	else
		odd = are_odd(m, found, sizeof(found));
	doctor_finds(d, "distances", odd ? DOCTOR_ADVICE : DOCTOR_FINE,
		     "those of the machine, in SLIT",
		     "demotion goes to the nearest node of the next tier: tierbpf plan shows what comes of it; ask for "
		     "new firmware",
		     "%s", odd ? found : "plausible");
}

static void look_at_demotion(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;
	bool on = false;

	if (!sysfs_text(&text, d->root, "/sys/kernel/mm/numa/demotion_enabled"))
		on = !strcmp(text, "true");
	doctor_finds(d, "demotion",
		     on	  ? DOCTOR_FINE :
		     text ? DOCTOR_ADVICE :
			    DOCTOR_UNKNOWN,
		     "on, or tiers do nothing",
		     text ? "echo 1 > /sys/kernel/mm/numa/demotion_enabled" :
			    "boot a kernel with CONFIG_MIGRATION=y",
		     "%s",
		     on	  ? "on" :
		     text ? "off" :
			    "not known");
}

static void look_at_promotion(struct doctor *d)
{
	_cleanup_free_ char *text = NULL;
	int mode = 0;

	if (!sysfs_text(&text, d->root, "/proc/sys/kernel/numa_balancing"))
		mode = atoi(text);
	/* The other bit is another kind of balancing, and stays as it is. */
	doctor_finds(d, "promotion",
		     mode & 2 ? DOCTOR_FINE :
		     text     ? DOCTOR_ADVICE :
				DOCTOR_UNKNOWN,
		     "on, or tiers do nothing",
		     !text ? "boot a kernel with CONFIG_NUMA_BALANCING=y" :
		     mode  ? "echo 3 > /proc/sys/kernel/numa_balancing" :
			     "echo 2 > /proc/sys/kernel/numa_balancing",
		     "%s",
		     mode & 2 ? "on" :
		     text     ? "off" :
				"not known");
}

void doctor_look_at_machine(struct doctor *d)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;

	if (sysfs_exists(d->root, "/sys/devices/virtual/memory_tiering") &&
	    !machine_read(d->root, &m)) {
		look_at_table(d, "SRAT", &m->tables.srat, "proximity domains are not known");
		look_at_table(d, "HMAT", &m->tables.hmat, "no latency or bandwidth of any node");
		look_at_dram(d, m);
		look_at_distances(d, m);
	}
	doctor_look_at_memory(d, m);
	look_at_demotion(d);
	look_at_promotion(d);
}
