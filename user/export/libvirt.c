// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a guest as XML for libvirt 6.6 and later. See "CPU model and topology" in the description
 * of its domain format.
 */
#include <inttypes.h>

#include "export/export.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/number.h"

/* Names the elements outside <cpu> that must agree with it. @devices: as guest_devices() has them, or NULL. */
static void print_header(const struct guest *g, const char *devices, FILE *out)
{
	fprintf(out,
		"<!-- For the domain's <cpu>. With it go <memory unit='KiB'>%" PRIu64
		"</memory> and\n"
		"     <vcpu>%u</vcpu>. Latency is in ns, bandwidth per second.",
		g->size / 1024, g->nr_cpus);
	if (devices && *devices)
		fprintf(out, "\n     Into the <hostdev> of the device: <acpi nodeset='%s'/>.",
			devices);
	fputs(" -->\n", out);
}

static void print_distances(const struct guest *g, int from, FILE *out)
{
	int to;

	fputs("      <distances>\n", out);
	for (to = 0; to < g->count; to++)
		fprintf(out, "        <sibling id='%d' value='%d'/>\n", to, g->distance[from][to]);
	fputs("      </distances>\n", out);
}

static void print_caches(const struct guest_node *n, FILE *out)
{
	static const char *const associativity[] = { "direct", "full", "none" };
	static const char *const policy[] = { "writeback", "writethrough", "none" };
	int i;

	for (i = 0; i < n->nr_caches; i++) {
		const struct hmat_cache *c = &n->caches[i];
		bool kib = c->size % 1024 == 0;

		fprintf(out, "      <cache level='%u' associativity='%s' policy='%s'>\n", c->level,
			associativity[c->indexing], policy[c->policy]);
		fprintf(out, "        <size value='%" PRIu64 "' unit='%s'/>\n",
			kib ? c->size / 1024 : c->size, kib ? "KiB" : "B");
		fprintf(out, "        <line value='%u' unit='B'/>\n      </cache>\n", c->line);
	}
}

static void print_cell(const struct guest *g, int i, FILE *out)
{
	const struct guest_node *n = &g->nodes[i];
	bool empty = !g->distances && !n->nr_caches;

	fprintf(out, "    <cell id='%d'", i);
	if (n->cpu)
		fprintf(out, " cpus='%u", n->first_cpu);
	if (n->cpu && n->last_cpu > n->first_cpu)
		fprintf(out, "-%u", n->last_cpu);
	fprintf(out, "%s memory='%" PRIu64 "' unit='KiB'%s>\n", n->cpu ? "'" : "", n->size / 1024,
		empty ? "/" : "");
	if (empty)
		return;
	if (g->distances)
		print_distances(g, i, out);
	print_caches(n, out);
	fputs("    </cell>\n", out);
}

/* ---- what virDomainNumaDefValidate() refuses ---- */

struct printer {
	const struct guest *g;
	FILE *out;
	size_t devices, caches, backwards, nearer; /* values that are left out, by reason */
};

static bool is_linked(const struct guest *g, int initiator, int target)
{
	int level;

	for (level = 0; level <= g->nodes[target].nr_caches; level++)
		if (perf_has_any(guest_values(g, level, initiator, target)))
			return true;
	return false;
}

/* ---- which initiator libvirt attaches ---- */

/* What virDomainNumaGetNodeInitiator() compares: the best of all types and levels. 0: there is none. */
struct best {
	int64_t latency, bandwidth;
};

static void take_better(struct best *b, const struct perf *p)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		int64_t value = p->value[c];

		if (!is_latency(c))
			b->bandwidth = max_of(value, b->bandwidth);
		else if (value && (!b->latency || value < b->latency))
			b->latency = value;
	}
}

static struct best best_of(const struct guest *g, int initiator, int target)
{
	struct best b = {};
	int level;

	for (level = 0; level <= g->nodes[target].nr_caches; level++)
		take_better(&b, guest_values(g, level, initiator, target));
	return b;
}

/* libvirt looks at bandwidths only where a node has no latency. */
static bool is_as_good(const struct best *other, const struct best *nearest)
{
	if (other->latency)
		return !nearest->latency || other->latency <= nearest->latency;
	return !nearest->latency && other->bandwidth >= nearest->bandwidth;
}

/*
 * A domain cannot say which initiator is attached to a node. True if libvirt would attach @initiator
 * although others are the nearest.
 */
static bool would_be_attached(const struct guest *g, int initiator, int target)
{
	const struct nodeset *nearest = &g->nodes[target].initiators;
	const struct best other = best_of(g, initiator, target);
	int i;

	if (g->nodes[target].cpu || nodeset_has(nearest, initiator))
		return false;
	for (i = 0; i < g->count; i++) {
		const struct best b = best_of(g, i, target);

		if (nodeset_has(nearest, i) && !is_as_good(&other, &b))
			return false;
	}
	return true;
}

/* Counts the reason, if there is one. */
static bool is_refused(struct printer *p, const struct guest_value *v)
{
	const struct guest_node *from = &p->g->nodes[v->initiator], *to = &p->g->nodes[v->target];
	size_t *why = NULL;

	if (!from->cpu)
		why = &p->devices;
	else if (v->level > to->nr_caches)
		why = &p->caches;
	else if (v->initiator > v->target && to->cpu && is_linked(p->g, v->target, v->initiator))
		why = &p->backwards;
	else if (would_be_attached(p->g, v->initiator, v->target))
		why = &p->nearer;
	if (why)
		++*why;
	return why;
}

static void note_refused(const struct printer *p)
{
	if (p->devices)
		note("values as seen from devices are left out (%zu): libvirt has no initiators without CPUs",
		     p->devices);
	if (p->caches)
		note("values of side caches are left out (%zu): libvirt wants a <cache> of that level, and firmware "
		     "describes none",
		     p->caches);
	if (p->backwards)
		note("values between two nodes with CPUs are left out (%zu): libvirt takes only those of one "
		     "direction",
		     p->backwards);
	if (p->nearer)
		note("values of nodes as seen from other CPUs than the nearest are left out (%zu): they are not worse, "
		     "and libvirt would take these CPUs for the nearest",
		     p->nearer);
}

static void note_devices(const char *nodes)
{
	if (nodes && *nodes)
		note("libvirt's <numa> cannot express generic initiators (guest nodes: %s); put into the <hostdev> of "
		     "the device: <acpi nodeset='%s'/>; an older libvirt does not know that, so for each, give QEMU "
		     "-object acpi-generic-initiator,id=ID,pci-dev=DEVICE,node=NODE",
		     nodes, nodes);
}

/* In KiB as libvirt itself writes it, unless that exceeds the 32 bits of its schema. */
static void print_value(const struct guest_value *v, void *arg)
{
	struct printer *p = arg;
	bool latency = is_latency(v->coordinate), kib = v->value <= UINT32_MAX / 1024;

	if (is_refused(p, v))
		return;
	fprintf(p->out, "      <%s initiator='%d' target='%d'", latency ? "latency" : "bandwidth",
		v->initiator, v->target);
	if (v->level)
		fprintf(p->out, " cache='%d'", v->level);
	fprintf(p->out, " type='%s' value='%" PRId64 "'", v->type,
		latency || !kib ? v->value : v->value * 1024);
	fputs(latency ? "/>\n" : kib ? " unit='KiB'/>\n" : " unit='MiB'/>\n", p->out);
}

void guest_print_libvirt(const struct guest *g, FILE *out)
{
	_cleanup_free_ char *devices = guest_devices(g);
	struct printer p = { .g = g, .out = out };
	int i;

	print_header(g, devices, out);
	fputs("<cpu>\n  <numa>\n", out);
	for (i = 0; i < g->count; i++)
		print_cell(g, i, out);
	if (g->hmat) {
		fputs("    <interconnects>\n", out);
		guest_each_value(g, print_value, &p);
		fputs("    </interconnects>\n", out);
	}
	fputs("  </numa>\n</cpu>\n", out);
	note_refused(&p);
	note_devices(devices);
}
