/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of this machine's nodes, said to others: to a guest as options of QEMU or XML of
 * libvirt (guest.c, qemu.c, libvirt.c), or to the next boot as an HMAT
 * (acpi.c). Units throughout: latency in ns, bandwidth in MB/s as sysfs shows it, which
 * QEMU and libvirt call MiB/s; sizes in bytes.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include <stdio.h>

#include "acpi/table.h"
#include "machine/machine.h"
#include "plan/plan.h"

/* ---- a guest ---- */

#define GUEST_MAX_NODES 128 /* QEMU's MAX_NODES */
#define GUEST_MIB ((uint64_t)1 << 20)

/* What the user asks for. Start from GUEST_WISH. */
struct guest_wish {
	int host[GUEST_MAX_NODES]; /* by guest node, the host node + 1; 0: not given */
	uint64_t size[GUEST_MAX_NODES]; /* by guest node; 0: @every_size */
	uint64_t every_size;  /* 0: as the host node's */
	unsigned int cpus;  /* for each node that has CPUs; at least 1 */
};

#define GUEST_WISH { .cpus = 1 }

struct guest_node {
	int host;
	bool cpu;
	unsigned int first_cpu, last_cpu; /* where @cpu */
	uint64_t size;     /* a multiple of 1 MiB; 0: no memory */
	struct perf perf;	  /* from the nearest CPUs; as QEMU can hold it */
	struct nodeset initiators; /* guest nodes, the nearest with CPUs; itself if it has any */
};

struct guest {
	struct guest_node nodes[GUEST_MAX_NODES];
	int count;
	unsigned int nr_cpus, nr_cpu_nodes;
	uint64_t size; /* of all nodes */
	bool hmat; /* something is known of a node's latency or bandwidth */
	bool distances; /* all are known */
	bool symmetric; /* and the same both ways */
	uint8_t distance[GUEST_MAX_NODES][GUEST_MAX_NODES];
};

/*
 * The guest that has the chosen nodes of @m; without a choice, all with memory or CPUs, in their
 * order. Notes say what a guest cannot have as the host has it. 0, and *guest is the caller's,
 * for guest_free(); -EINVAL where the choice cannot be, -ENOMEM, with a message.
 */
int guest_make(const struct machine *m, const struct guest_wish *wish, struct guest **guest);
void guest_free(struct guest *guest);

/*
 * Calls @print for each value that QEMU's -numa hmat-lb or libvirt's interconnects have to say.
 * @type: "access" where reading and writing are the same on all nodes, else "read" or "write".
 * One of these is said for all nodes or for none: Linux takes what a table leaves out as unknown.
 */
void guest_each_value(const struct guest *g,
		      void (*print)(int initiator, int target, enum coordinate c, const char *type,
				    int64_t value, FILE *out),
		      FILE *out);

/* The distance from @from to @to is to be said: they differ, and the way back does not say it. */
bool guest_says_distance(const struct guest *g, int from, int to);

/*
 * One option a line, which ends with @end ("" for $(…), " \\" to paste), but for the last. 0, or
 * -ENOMEM with a message.
 */
int guest_print_qemu(const struct guest *g, const char *end, FILE *out);

/* The <cpu> element of a domain, with nothing in it but <numa>. */
void guest_print_libvirt(const struct guest *g, FILE *out);

static inline void cleanup_guest(struct guest **g)
{
	guest_free(*g);
}

#endif
