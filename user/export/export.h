/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exports what is known about this machine's nodes: to a guest, as options of QEMU or XML of
 * libvirt (guest.c, guest-values.c, qemu.c, libvirt.c), or to the next boot, as an HMAT (acpi.c). Latency is in ns
 * everywhere, size in bytes, and bandwidth in MB/s as sysfs shows it; QEMU and libvirt call that
 * MiB/s.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include <stdio.h>

#include "acpi/hmat.h"
#include "acpi/table.h"
#include "machine/machine.h"
#include "plan/plan.h"

/* ---- a guest ---- */

#define GUEST_MAX_NODES 128 /* QEMU's MAX_NODES */
#define GUEST_MIB ((uint64_t)1 << 20)

/* The guest that the user asks for. Start from GUEST_WISH. */
struct guest_wish {
	int host[GUEST_MAX_NODES]; /* indexed by guest node: the host node + 1; 0: not given */
	uint64_t size[GUEST_MAX_NODES]; /* indexed by guest node; 0: @every_size */
	uint64_t every_size;  /* 0: the size of the host node */
	unsigned int cpus;  /* number in each node that has CPUs; at least 1 */
};

#define GUEST_WISH { .cpus = 1 }

#define GUEST_LEVELS 4 /* 0: memory; 1 to 3: its side caches, as in QEMU's hierarchy= */

struct guest_node {
	int host;
	bool cpu;
	bool generic_initiator;
	unsigned int first_cpu, last_cpu; /* only if @cpu */
	uint64_t size;     /* a multiple of 1 MiB; 0: no memory */
	struct perf perf;	  /* as seen from @initiators; rounded to what QEMU can hold */
	struct nodeset initiators; /* guest nodes: itself if it has CPUs, else the nearest that have */
	bool apart; /* the CPUs nearest to the host's node are not in the guest; @initiators are others */
	int attached; /* the only one of @initiators, if no generic initiator is nearer; -1: none */
	struct hmat_cache caches[GUEST_LEVELS - 1]; /* by level, from 1 on */
	int nr_caches;
};

struct guest {
	struct guest_node nodes[GUEST_MAX_NODES];
	int count;
	unsigned int nr_cpus, nr_cpu_nodes;
	uint64_t size; /* of all nodes together */
	bool hmat; /* a latency or bandwidth of some node is known */
	bool distances; /* all distances are known */
	bool symmetric; /* distances are the same both ways */
	uint8_t distance[GUEST_MAX_NODES][GUEST_MAX_NODES];
	struct perf *values; /* guest_values() */
};

/*
 * Makes a guest with the chosen nodes of @m; without a choice, with all nodes that have memory or
 * CPUs, in the host's order. Prints a note for whatever differs from the host. Returns 0, or -EINVAL
 * if no guest can have this choice, or -ENOMEM, with a message. The caller frees *guest with
 * guest_free().
 */
int guest_make(const struct machine *m, const struct guest_wish *wish, struct guest **guest);
void guest_free(struct guest *guest);

/* ---- guest-values.c: latencies and bandwidths ---- */

/* What @initiator sees of @target, at @level. */
struct perf *guest_values(const struct guest *g, int level, int initiator, int target);

/*
 * Collects all values and side caches that the guest can have: those of the nearest initiators, which
 * @g->nodes have, and from HMAT those of the other ones and of side caches. Prints a note for whatever
 * has to differ or be left out. Returns 0, or -ENOMEM with a message.
 */
int guest_collect_values(const struct machine *m, struct guest *g);

/* A value that belongs into QEMU's -numa hmat-lb or libvirt's interconnects. */
struct guest_value {
	int level, initiator, target;
	enum coordinate coordinate;
	const char *type; /* "access" if all of a level are equal for reading and writing, else "read", "write" */
	int64_t value;
};

/*
 * Calls @print for each value. All nodes use the same types, because Linux treats a value that a table
 * leaves out as unknown.
 */
void guest_each_value(const struct guest *g, void (*print)(const struct guest_value *v, void *arg),
		      void *arg);

/* ---- printing ---- */

/* Lists the guest's nodes with a generic initiator, "2-8"; the caller frees. NULL: out of memory. */
char *guest_devices(const struct guest *g);

/* True if the distance must be given: the nodes differ, and the reverse distance does not imply it. */
bool guest_needs_distance(const struct guest *g, int from, int to);

/*
 * Prints one option a line. All lines but the last end with @end: "" for use in $(…), " \\" for
 * pasting into a shell. Returns 0, or -ENOMEM with a message.
 */
int guest_print_qemu(const struct guest *g, const char *end, FILE *out);

/*
 * Prints a <cpu> element for a domain that contains only <numa>, and a note for whatever libvirt cannot
 * express.
 */
void guest_print_libvirt(const struct guest *g, FILE *out);

static inline void cleanup_guest(struct guest **g)
{
	guest_free(*g);
}

#endif
