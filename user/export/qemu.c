// SPDX-License-Identifier: GPL-2.0-only
/* Prints a guest as options of QEMU, one a line. See -numa in qemu-system-x86_64(1). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "export/export.h"
#include "util/cleanup.h"
#include "util/msg.h"

static void print_size(uint64_t size, FILE *out)
{
	if (size % (GUEST_MIB << 10))
		fprintf(out, "%" PRIu64 "M", size / GUEST_MIB);
	else
		fprintf(out, "%" PRIu64 "G", size / (GUEST_MIB << 10));
}

/* Gives each node with CPUs a socket: topology_sane() in Linux warns if two share one. */
static void print_machine(const struct guest *g, FILE *out)
{
	if (g->hmat)
		fputs("-machine hmat=on\n", out);
	fputs("-m ", out);
	print_size(g->size, out);
	fprintf(out, "\n-smp %u,sockets=%u,cores=%u,threads=1\n", g->nr_cpus, g->nr_cpu_nodes,
		g->nr_cpus / g->nr_cpu_nodes);
}

/*
 * With initiator= the guest's kernel looks at no other initiator. So it is left out where several
 * are equally near, or a device is nearer: the kernel finds them in the HMAT. A node with CPUs is its
 * own initiator.
 */
static void print_initiator(const struct guest *g, const struct guest_node *n, FILE *out)
{
	if (g->hmat && !n->cpu && n->size && n->attached >= 0)
		fprintf(out, ",initiator=%d", n->attached);
}

/* QEMU wants a PCI device for it; this one does nothing and stands for the user's own. */
static void print_generic_initiator(const struct guest_node *n, int i, FILE *out)
{
	if (n->generic_initiator)
		fprintf(out,
			"-device pci-testdev,id=device-node%d\n"
			"-object acpi-generic-initiator,id=initiator-node%d,pci-dev=device-node%d,node=%d\n",
			i, i, i, i);
}

static void print_node(const struct guest *g, int i, FILE *out)
{
	const struct guest_node *n = &g->nodes[i];

	if (n->size) {
		fprintf(out, "-object memory-backend-ram,id=ram-node%d,size=", i);
		print_size(n->size, out);
		fputc('\n', out);
	}
	fprintf(out, "-numa node,nodeid=%d", i);
	if (n->cpu)
		fprintf(out, ",cpus=%u", n->first_cpu);
	if (n->cpu && n->last_cpu > n->first_cpu)
		fprintf(out, "-%u", n->last_cpu);
	if (n->size)
		fprintf(out, ",memdev=ram-node%d", i);
	print_initiator(g, n, out);
	fputc('\n', out);
	print_generic_initiator(n, i, out);
}

static void print_distances(const struct guest *g, FILE *out)
{
	int i, j;

	for (i = 0; i < g->count; i++)
		for (j = 0; j < g->count; j++)
			if (guest_needs_distance(g, i, j))
				fprintf(out, "-numa dist,src=%d,dst=%d,val=%d\n", i, j,
					g->distance[i][j]);
}

/* QEMU wants bandwidths in bytes per second; its suffix M is the unit of HMAT. */
static void print_value(const struct guest_value *v, void *out)
{
	static const char *const hierarchy[GUEST_LEVELS] = { "memory", "first-level",
							     "second-level", "third-level" };
	bool latency = is_latency(v->coordinate);
	const char *what = latency ? "latency" : "bandwidth";

	fprintf(out,
		"-numa hmat-lb,initiator=%d,target=%d,hierarchy=%s,"
		"data-type=%s-%s,%s=%" PRId64 "%s\n",
		v->initiator, v->target, hierarchy[v->level], v->type, what, what, v->value,
		latency ? "" : "M");
}

static void print_caches(const struct guest_node *n, int node, FILE *out)
{
	static const char *const associativity[] = { "direct", "complex", "none" };
	static const char *const policy[] = { "write-back", "write-through", "none" };
	int i;

	for (i = 0; i < n->nr_caches; i++)
		fprintf(out,
			"-numa hmat-cache,node-id=%d,size=%" PRIu64
			",level=%u,associativity=%s,policy=%s,line=%u\n",
			node, n->caches[i].size, n->caches[i].level,
			associativity[n->caches[i].indexing], policy[n->caches[i].policy],
			n->caches[i].line);
}

static void note_devices(const struct guest *g)
{
	_cleanup_free_ char *nodes = guest_devices(g);

	if (nodes && *nodes)
		note("a pci-testdev stands for the device of each generic initiator (guest nodes: %s): replace it by "
		     "your own, which several nodes may share",
		     nodes);
}

/* @text must end with a newline. */
static void print_lines(const char *text, const char *end, FILE *out)
{
	for (;;) {
		const char *stop = strchr(text, '\n');

		fprintf(out, "%.*s%s\n", (int)(stop - text), text, stop[1] ? end : "");
		if (!stop[1])
			return;
		text = stop + 1;
	}
}

int guest_print_qemu(const struct guest *g, const char *end, FILE *out)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *lines = open_memstream(&text, &size);
	int i;

	if (!lines)
		return no_memory();
	print_machine(g, lines);
	for (i = 0; i < g->count; i++)
		print_node(g, i, lines);
	print_distances(g, lines);
	guest_each_value(g, print_value, lines);
	for (i = 0; i < g->count; i++)
		print_caches(&g->nodes[i], i, lines);
	if (fclose(lines))
		return no_memory();
	print_lines(text, end, out);
	note_devices(g);
	return 0;
}
