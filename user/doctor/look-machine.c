// SPDX-License-Identifier: GPL-2.0-only
/* Firmware tables and kernel settings that make nodes appear other than they are. tierbpf works all the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "machine/facts.h"
#include "machine/machine.h"
#include "model/perf.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

#define LOCAL 10 /* distance of a domain to itself: ACPI 6.5, 5.2.17 */

static void look_at_table(struct doctor *d, const char *name, const struct acpi_table_state *state,
			  const char *without)
{
	if (!state->found)
		doctor_finds(d, name, DOCTOR_ADVICE, "a table that can be read",
			     "run doctor as root, since other users cannot read tables; if firmware has none, a policy "
			     "can say it instead: tierbpf init",
			     "none: %s", without);
	else if (state->ignored)
		doctor_finds(d, name, DOCTOR_ADVICE, "a table that the kernel uses",
			     "ask the vendor for new firmware, or correct the table for the next boot: tierbpf export acpi",
			     "ignored by the kernel: %s", state->ignored);
	else
		doctor_finds(d, name, DOCTOR_FINE, "a table that the kernel uses", NULL,
			     "revision %u", state->revision);
}

static bool shows_performance(const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (perf_has_any(&m->nodes[node].sysfs[CLASS_CPU].perf) ||
		    perf_has_any(&m->nodes[node].sysfs[CLASS_ANY].perf) ||
		    perf_has_any(&m->nodes[node].region))
			return true;
	return false;
}

/* Without the table, sysfs may still show what the kernel has read from it. */
static void look_at_hmat(struct doctor *d, const struct machine *m)
{
	if (!m->tables.hmat.found && shows_performance(m))
		doctor_finds(d, "HMAT", m->tables.srat.found ? DOCTOR_FINE : DOCTOR_UNKNOWN,
			     "a table that can be read",
			     "run doctor as root, since other users cannot read tables",
			     "%s, but sysfs shows latency or bandwidth of nodes",
			     m->tables.srat.found ? "none" : "not known");
	else
		look_at_table(d, "HMAT", &m->tables.hmat, "no latency or bandwidth of any node");
}

static void finds_different(struct doctor *d, const struct machine *m, int odd)
{
	int first = perf_reference_node(m);
	struct perf p = perf_of(&m->nodes[odd].facts), r = perf_of(&m->nodes[first].facts);
	bool same = perf_knows_the_same(&p, &r);

	doctor_finds(d, "DRAM by firmware", DOCTOR_ADVICE,
		     "nodes with CPUs within 10 % of each other",
		     "\"from\": \"hmat\" in a policy uses the table all the same; tierbpf export acpi corrects it",
		     same ? "nodes %d and %d differ by more than 10 %%, so the kernel ignores HMAT" :
			    "not the same latencies and bandwidths are known of nodes %d and %d, so the kernel "
			    "ignores HMAT",
		     first, odd);
}

/* The kernel ignores a valid HMAT if the values of DRAM nodes in it differ too much. */
static void look_at_dram(struct doctor *d, const struct machine *m)
{
	int odd = -1, err = perf_kernel_reference(m, &odd);

	if (!err)
		doctor_finds(d, "DRAM by firmware", DOCTOR_FINE,
			     "nodes with CPUs within 10 % of each other", NULL, "known, and alike");
	else if (err == -ERANGE)
		finds_different(d, m, odd);
	else if (err == -ENOENT)
		doctor_finds(d, "DRAM by firmware", DOCTOR_ADVICE, "a node with CPUs and memory",
			     "use a policy, which can name the node that others are compared with: tierbpf init",
			     "no node has both, so the kernel compares nothing and puts every node into the tier of DRAM");
	else
		doctor_finds(d, "DRAM by firmware", DOCTOR_ADVICE,
			     "latency and bandwidth of the first node with CPUs",
			     "measure them with tierbpf measure, or use rules that need no speed: tierbpf init",
			     "not known, so the kernel places no node by latency and bandwidth");
}

/* Is the distance between @a and @b impossible? If so, *found says why. */
static bool is_odd(const struct machine *m, int a, int b, char *found, size_t size)
{
	int there = machine_distance(m, a, b), back = machine_distance(m, b, a);

	if (a == b && there != LOCAL)
		snprintf(found, size, "node %d has a distance of %d to itself", a, there);
	else if (a != b && (there <= LOCAL || back <= LOCAL))
		snprintf(found, size, "node %d is no farther from node %d than from itself",
			 there <= LOCAL ? a : b, there <= LOCAL ? b : a);
	else if (there != back)
		snprintf(found, size,
			 "the distance from node %d to node %d is %d, but %d the other way", b, a,
			 back, there);
	else
		return false;
	return true;
}

/* Are distances impossible, or all equal, so that they say nothing? */
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
	snprintf(found, size,
		 "all nodes are equally far apart, so the kernel may demote to any of them");
	return nodes > 2 && !differ;
}

static bool knows_distances(const struct machine *m)
{
	int from, to;

	for (from = 0; from < m->nr_nodes; from++)
		for (to = 0; to < m->nr_nodes; to++)
			if (from != to && machine_knows_distance(m, from, to))
				return true;
	return m->nr_nodes < 2;
}

static void look_at_distances(struct doctor *d, const struct machine *m)
{
	const char *ignored = m->tables.slit.ignored;
	char found[160];
	bool odd = true;

	if (ignored) {
		snprintf(found, sizeof(found), "the kernel ignores SLIT: %s", ignored);
	} else if (!knows_distances(m)) {
		doctor_finds(d, "distances", DOCTOR_UNKNOWN,
			     "a SLIT with the distances of the machine", NULL, "not known");
		return;
	} else {
		odd = are_odd(m, found, sizeof(found));
	}
	doctor_finds(d, "distances", odd ? DOCTOR_ADVICE : DOCTOR_FINE,
		     "a SLIT with the distances of the machine",
		     "demotion goes to the nearest node of the next tier, and tierbpf plan shows to which; ask the vendor "
		     "for new firmware",
		     "%s", odd ? found : "plausible");
}

/* The nodes with CPUs that are nearest to @node by SLIT. */
static struct nodeset nearest_by_slit(const struct machine *m, int node)
{
	struct nodeset nearest = {};
	int from, distance, best = 0;

	for (from = 0; from < m->nr_nodes; from++) {
		if (!m->nodes[from].cpu || !machine_knows_distance(m, from, node))
			continue;
		distance = machine_distance(m, from, node);
		if (best && distance > best)
			continue;
		if (distance < best)
			nearest = (struct nodeset){};
		best = distance;
		nodeset_add(&nearest, from);
	}
	return nearest;
}

/* The same by HMAT: the initiators that the kernel shows, or that it would choose. */
static struct nodeset nearest_by_hmat(const struct machine_node *n)
{
	return nodeset_is_empty(&n->sysfs[CLASS_CPU].initiators) ? n->hmat[CLASS_CPU].initiators :
								   n->sysfs[CLASS_CPU].initiators;
}

static bool share_a_node(const struct nodeset *a, const struct nodeset *b)
{
	int node;

	for (node = 0; node < TIERBPF_MAX_NODES; node++)
		if (nodeset_has(a, node) && nodeset_has(b, node))
			return true;
	return false;
}

/* Demotion goes by SLIT, but the latency and bandwidth of a node are those from HMAT's initiators. */
static void look_at_nearest(struct doctor *d, const struct machine *m)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++) {
		struct nodeset slit = nearest_by_slit(m, node);
		struct nodeset hmat = nearest_by_hmat(&m->nodes[node]);
		_cleanup_free_ char *by_slit = nodeset_text(&slit);
		_cleanup_free_ char *by_hmat = nodeset_text(&hmat);

		if (m->nodes[node].cpu || !m->nodes[node].memory || !by_slit || !*by_slit ||
		    !by_hmat || !*by_hmat || share_a_node(&slit, &hmat))
			continue;
		doctor_finds(d, "nearest CPUs", DOCTOR_ADVICE, "the same nodes by SLIT and by HMAT",
			     "demotion goes by SLIT, so correct the distances: ask the vendor for new firmware, or "
			     "for a guest, give them with -numa dist of QEMU",
			     "node %d is nearest to node %s by SLIT, but to node %s by HMAT", node,
			     by_slit, by_hmat);
	}
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
		     "on; otherwise tiers have no effect",
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
	/* Bit 0 is NUMA balancing between nodes of one tier, which the fix leaves as it is. */
	doctor_finds(d, "promotion",
		     mode & 2 ? DOCTOR_FINE :
		     text     ? DOCTOR_ADVICE :
				DOCTOR_UNKNOWN,
		     "on; otherwise tiers have no effect",
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
		look_at_hmat(d, m);
		look_at_dram(d, m);
		look_at_distances(d, m);
		look_at_nearest(d, m);
	}
	doctor_look_at_memory(d, m);
	if (m)
		doctor_look_at_devices(d, m);
	look_at_demotion(d);
	look_at_promotion(d);
}
