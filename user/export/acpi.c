// SPDX-License-Identifier: GPL-2.0-only
/* Finds the values of an HMAT with which the kernel puts each node into its planned tier. */
#include "export/acpi.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>
#include <unistd.h>

#include "acpi/hmat-access.h"
#include "export/export.h"
#include "machine/facts.h"
#include "model/perf.h"
#include "util/cleanup.h"
#include "util/command-line.h"
#include "util/msg.h"
#include "util/number.h"

/*
 * Performance of a reference node of which nothing is known. Only the ratios to it matter. With
 * these values, a difference of 1 ns changes the adistance of another node by 3.
 */
static const struct perf assumed = { { 96, 96, 64000, 64000 } };

struct builder {
	const struct machine *m;
	const struct plan *plan; /* or NULL */
	struct acpi_export *export;
	struct acpi_node *reference;
	struct grid grid;
	struct acpi_table old; /* needed for its header even if Linux ignores the rest; may be empty */
};

static bool has_cpus(const struct machine *m, const struct acpi_node *n)
{
	return m->nodes[n->node].cpu;
}

static const struct plan_node *planned(const struct builder *b, const struct acpi_node *n)
{
	size_t i;

	for (i = 0; b->plan && i < b->plan->count; i++)
		if (b->plan->nodes[i].node == n->node)
			return &b->plan->nodes[i];
	return NULL;
}

/* ---- the nodes and their known performance ---- */

static int take_nodes(struct builder *b)
{
	const struct machine *m = b->m;
	struct acpi_export *e = b->export;
	int node, reference = perf_reference_node(m);

	e->nodes = calloc((size_t)m->nr_nodes + 1, sizeof(*e->nodes));
	if (!e->nodes)
		return no_memory();
	for (node = 0; node < m->nr_nodes; node++) {
		struct acpi_node *n = &e->nodes[e->count];

		if (!m->nodes[node].memory)
			continue;
		n->node = node;
		n->perf = perf_to_tell(&m->nodes[node]);
		if (node == reference)
			b->reference = n;
		e->count++;
	}
	if (!b->reference)
		return fail(-EINVAL,
			    "no node has both CPUs and memory, so the kernel has nothing to compare "
			    "others with and does not use HMAT; use tierbpf load");
	return 0;
}

static int check_srat(const struct machine *m, const char *root)
{
	if (m->srat)
		return 0;
	if (!*root && geteuid())
		return fail(-EACCES,
			    "HMAT names nodes by their proximity domains, from SRAT, which only "
			    "root can read: sudo %s",
			    command_line());
	return fail(-EINVAL, "HMAT names nodes by their proximity domains, but %s",
		    m->tables.srat.ignored ?: "there is no SRAT that gives them; use tierbpf load");
}

/*
 * The initiator of a node with CPUs is the node itself. For others it is what the kernel found, or
 * else what HMAT gives, or else the nearest nodes with CPUs by distance.
 */
static void find_initiators(const struct machine *m, struct acpi_node *n)
{
	const struct machine_node *node = &m->nodes[n->node];
	int i, best = UINT8_MAX + 1;

	if (node->cpu) {
		nodeset_add(&n->initiators, n->node);
		return;
	}
	n->initiators = nodeset_is_empty(&node->sysfs[CLASS_CPU].initiators) ?
				node->hmat[CLASS_CPU].initiators :
				node->sysfs[CLASS_CPU].initiators;
	if (!nodeset_is_empty(&n->initiators))
		return;
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].cpu && machine_distance(m, i, n->node) < best)
			best = machine_distance(m, i, n->node);
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].cpu && machine_distance(m, i, n->node) == best)
			nodeset_add(&n->initiators, i);
}

/* ---- numbers that the table can hold ---- */

static int64_t find_base(const struct builder *b, bool bandwidth)
{
	enum coordinate c, first = bandwidth ? READ_BANDWIDTH : READ_LATENCY;
	int64_t largest = 0, all = 0;
	size_t i;

	hmat_kept(b->m->hmat, bandwidth, &largest, &all);
	for (i = 0; i < b->export->count; i++)
		for (c = first; c <= first + 1; c++) {
			int64_t value = b->export->nodes[i].perf.value[c];

			largest = max_of(value, largest);
			all = gcd(all, value);
		}
	return grid_base(largest, all);
}

static void fit(struct builder *b)
{
	struct acpi_export *e = b->export;
	enum coordinate c;
	size_t i;

	for (i = 0; i < e->count; i++)
		for (c = READ_LATENCY; c <= WRITE_LATENCY; c++)
			if (e->nodes[i].perf.value[c] > HMAT_LATENCY_MAX)
				e->nodes[i].perf.value[c] = HMAT_LATENCY_MAX;
	b->grid.latency = find_base(b, false);
	b->grid.bandwidth = find_base(b, true);
	for (i = 0; i < e->count; i++)
		for (c = 0; c < NR_COORDINATES; c++) {
			int64_t *value = &e->nodes[i].perf.value[c], before = *value;

			*value = grid_round(before,
					    is_latency(c) ? b->grid.latency : b->grid.bandwidth);
			if (*value != before)
				note("node %d: %s of %" PRId64 " %s becomes %" PRId64
				     ": an HMAT cannot hold it together with the other values",
				     e->nodes[i].node, coordinate_name(c), before,
				     coordinate_unit(c), *value);
		}
}

/* ---- the reference, and other DRAM ---- */

static bool anything_known(const struct builder *b)
{
	enum coordinate c;
	size_t i;

	for (i = 0; i < b->export->count; i++)
		for (c = 0; c < NR_COORDINATES; c++)
			if (b->export->nodes[i].perf.value[c])
				return true;
	return false;
}

static void fill(struct acpi_node *n, enum coordinate read)
{
	int64_t *r = &n->perf.value[read], *w = &n->perf.value[read + 1];

	if (*r || *w) /* one is enough, as the kernel uses their sum */
		return;
	*r = *w = assumed.value[read];
	note("node %d: its %s are not known, so %" PRId64
	     " %s are assumed; the kernel's tiers depend only "
	     "on how the other nodes compare with it",
	     n->node, read == READ_LATENCY ? "latencies" : "bandwidths", *r, coordinate_unit(read));
}

static int prepare_reference(struct builder *b)
{
	const struct plan_node *p = planned(b, b->reference);

	if (!b->plan && !anything_known(b))
		return fail(-EINVAL,
			    "no latency or bandwidth of any node is known; give a POLICY that says "
			    "where the nodes belong");
	if (p && tierbpf_tier(p->after.adistance) != tierbpf_tier(TIERBPF_ADISTANCE_DRAM))
		return fail(-EINVAL,
			    "node %d: the kernel compares all nodes with it, so an HMAT cannot move "
			    "it out of tier %d; plan the other nodes around it, or use tierbpf load",
			    b->reference->node, (int)tierbpf_tier(TIERBPF_ADISTANCE_DRAM));
	fill(b->reference, READ_LATENCY);
	fill(b->reference, READ_BANDWIDTH);
	b->reference->in_table = true;
	return 0;
}

/*
 * The kernel's check of another node with CPUs: it ignores all of HMAT if the node differs from the
 * @reference by more than 10 %.
 */
static bool passes_dram_check(const struct perf *p, const struct perf *reference)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		int64_t value = p->value[c], of = reference->value[c];

		if (llabs(value - of) * 10 > of)
			return false;
	}
	return true;
}

/*
 * To the kernel, a value that is known of one node only differs too. Takes those of the reference
 * there; returns whether there are any.
 */
static bool take_what_lacks(struct perf *p, const struct perf *reference)
{
	enum coordinate c;
	bool any = false;

	for (c = 0; c < NR_COORDINATES; c++)
		if (!p->value[c] != !reference->value[c]) {
			p->value[c] = reference->value[c];
			any = true;
		}
	return any;
}

static int prepare_node_with_cpus(struct builder *b, struct acpi_node *n)
{
	const struct plan_node *p = planned(b, n);
	const struct perf *r = &b->reference->perf;

	n->in_table = true;
	if (p && tierbpf_tier(p->after.adistance) != tierbpf_tier(TIERBPF_ADISTANCE_DRAM))
		return fail(-EINVAL,
			    "node %d has CPUs: the kernel uses no HMAT in which it differs from "
			    "node %d by more than 10 %%, so it cannot go to tier %u; plan the other nodes "
			    "around it, or use tierbpf load",
			    n->node, b->reference->node, tierbpf_tier(p->after.adistance));
	if (take_what_lacks(&n->perf, r))
		note("node %d has CPUs, and not the same latencies and bandwidths are known of it as of node %d, and "
		     "the kernel would therefore ignore all of HMAT: it gets those of node %d where only one is "
		     "known",
		     n->node, b->reference->node, b->reference->node);
	if (!passes_dram_check(&n->perf, r)) {
		note("node %d has CPUs and differs from node %d by more than 10 %%, and the kernel would "
		     "therefore ignore all of HMAT: it gets node %d's latencies and bandwidths",
		     n->node, b->reference->node, b->reference->node);
		n->perf = *r;
	} else if (p && tierbpf_tier(perf_kernel_adistance(&n->perf, r)) !=
				tierbpf_tier(p->after.adistance)) {
		n->corrected = true;
		n->perf = *r;
	}
	return 0;
}

/* ---- nodes without CPUs ---- */

static int correct(struct builder *b, struct acpi_node *n, __s32 adistance)
{
	struct perf before = n->perf;

	if (!perf_for_adistance(adistance, &b->reference->perf, &b->grid, &n->perf))
		return fail(-EINVAL,
			    "node %d: no latency and bandwidth that an HMAT can hold makes the "
			    "kernel put it into tier %u (adistance %d); use tierbpf load",
			    n->node, tierbpf_tier(adistance), adistance);
	n->corrected = memcmp(&before, &n->perf, sizeof(before));
	n->in_table = true;
	if (machine_knows(&b->m->nodes[n->node], TIERBPF_FACT_CXL_REGION))
		note("node %d is a CXL region: if the kernel can read the card's own CDAT, it uses that "
		     "instead of HMAT; if the node is not in tier %u after the boot, use tierbpf load",
		     n->node, tierbpf_tier(adistance));
	return 0;
}

static int prepare_memory(struct builder *b, struct acpi_node *n)
{
	const struct plan_node *p = planned(b, n);
	__s32 computed = perf_kernel_adistance(&n->perf, &b->reference->perf);
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		n->in_table |= n->perf.value[c] > 0;
	/* Without values in the table the kernel keeps its default, which may be what is planned. */
	if (p && p->after.adistance != computed &&
	    (perf_has_both(&n->perf) || p->after.tier != p->kernel_tier))
		return correct(b, n, p->after.adistance);
	return 0;
}

/* ---- proximity domains ---- */

static int name_target(struct builder *b, struct acpi_node *n)
{
	const struct machine *m = b->m;
	const struct plan_node *p = planned(b, n);
	const struct machine_node *node = &m->nodes[n->node];

	if (!n->in_table)
		return 0;
	n->pxm = (uint32_t)node->facts.value[TIERBPF_FACT_PXM];
	if (machine_knows(node, TIERBPF_FACT_PXM) && srat_has_target(m->srat, n->pxm))
		return 0;
	if (has_cpus(m, n) || (p && p->after.tier != p->kernel_tier))
		return fail(-EINVAL,
			    "node %d: SRAT has no proximity domain with memory for it, so HMAT "
			    "cannot name it (the kernel adds nodes of its own for CXL windows); use tierbpf "
			    "load",
			    n->node);
	note("node %d is left out: SRAT has no proximity domain with memory for it (the kernel adds nodes "
	     "of its own for CXL windows)",
	     n->node);
	n->in_table = n->corrected = false;
	return 0;
}

static int name_initiators(const struct builder *b, struct acpi_node *n)
{
	int node;

	for (node = 0; n->in_table && node < b->m->nr_nodes; node++)
		if (nodeset_has(&n->initiators, node) &&
		    !machine_knows(&b->m->nodes[node], TIERBPF_FACT_PXM))
			return fail(-EINVAL,
				    "node %d, the initiator of node %d: SRAT does not give its proximity "
				    "domain, so HMAT cannot name it; use tierbpf load",
				    node, n->node);
	return 0;
}

static int prepare(struct builder *b)
{
	struct acpi_export *e = b->export;
	int err = prepare_reference(b);
	size_t i;

	if (err)
		return err;
	fit(b);
	for (i = 0; !err && i < e->count; i++) {
		struct acpi_node *n = &e->nodes[i];

		find_initiators(b->m, n);
		if (n != b->reference)
			err = has_cpus(b->m, n) ? prepare_node_with_cpus(b, n) :
						  prepare_memory(b, n);
		err = err ?: name_target(b, n);
		err = err ?: name_initiators(b, n);
	}
	return err;
}

/* ---- the table ---- */

/*
 * To replace a table, the kernel wants its ids and a higher revision; otherwise it would install
 * ours next to the old one.
 */
static int set_ids(const struct builder *b, struct hmat_content *c)
{
	uint32_t revision;

	if (!b->old.bytes) {
		memcpy(c->oem_id, "TIERBP", sizeof(c->oem_id));
		memcpy(c->oem_table_id, "TIERBPF ", sizeof(c->oem_table_id));
		c->oem_revision = 1;
		return 0;
	}
	revision = acpi_u32(&b->old, ACPI_OEM_REVISION);
	if (revision == UINT32_MAX)
		return fail(-EINVAL,
			    "the firmware's HMAT has the OEM revision 0xffffffff, and the kernel replaces "
			    "it only by a higher one, which does not exist; use tierbpf load");
	memcpy(c->oem_id, b->old.bytes + ACPI_OEM_ID, sizeof(c->oem_id));
	memcpy(c->oem_table_id, b->old.bytes + ACPI_OEM_TABLE_ID, sizeof(c->oem_table_id));
	c->oem_revision = revision + 1;
	return 0;
}

static void find_cpus(const struct machine *m, struct nodeset *cpus)
{
	int node;

	for (node = 0; node < m->nr_nodes; node++)
		if (m->nodes[node].cpu)
			nodeset_add(cpus, node);
}

static int write_table(struct builder *b, const struct nodeset *cpus)
{
	struct acpi_export *e = b->export;
	_cleanup_free_ struct hmat_column *columns = calloc(e->count, sizeof(*columns));
	struct hmat_content c = { .old = b->m->hmat,
				  .srat = b->m->srat,
				  .cpus = cpus,
				  .grid = b->grid,
				  .columns = columns };
	size_t i;
	int err;

	if (!columns)
		return no_memory();
	for (i = 0; i < e->count; i++)
		if (e->nodes[i].in_table)
			columns[c.nr_columns++] = (struct hmat_column){ e->nodes[i].pxm,
									e->nodes[i].perf,
									e->nodes[i].initiators };
	err = set_ids(b, &c);
	e->overrides = b->old.bytes;
	return err ?: hmat_write(&c, &e->hmat);
}

/* A node for which the kernel computes nothing stays where the kernel alone has it. */
static bool is_as_planned(const struct builder *b, const struct acpi_node *n)
{
	const struct plan_node *p = planned(b, n);
	int64_t tier = n->adistance ? (int64_t)tierbpf_tier(n->adistance) : p ? p->kernel_tier : 0;

	return !p || tier == p->after.tier;
}

static int check_node(const struct builder *b, struct acpi_node *n, const struct hmat_access *access)
{
	struct access found[NR_CLASSES];
	enum coordinate c;

	hmat_access_node(access, n->node, found);
	n->adistance = perf_kernel_adistance(&found[CLASS_CPU].perf, &b->reference->perf);
	for (c = 0; n->in_table && c < NR_COORDINATES; c++)
		if (found[CLASS_CPU].perf.value[c] != n->perf.value[c])
			return fail(-EPROTO,
				    "node %d: the kernel would read another %s from this HMAT than "
				    "%" PRId64
				    " %s; please report this with tierbpf topology --save",
				    n->node, coordinate_name(c), n->perf.value[c],
				    coordinate_unit(c));
	if (!is_as_planned(b, n))
		return fail(-EPROTO,
			    "node %d: the kernel would not put it into tier %lld with this HMAT; please "
			    "report this with tierbpf topology --save",
			    n->node, (long long)planned(b, n)->after.tier);
	return 0;
}

/* Reads the table as the kernel will, and fails unless that gives the values it was made from. */
static int check_table(struct builder *b, const struct nodeset *cpus)
{
	_cleanup_(cleanup_hmat) struct hmat *h = NULL;
	_cleanup_(cleanup_hmat_access) struct hmat_access *access = NULL;
	const char *why = "out of memory";
	size_t i, at = 0;
	int err = hmat_parse(&b->export->hmat, b->m->srat, &h, &at, &why);

	if (err)
		return fail(err == -EBADMSG ? -EPROTO : err,
			    "the kernel would not use this HMAT: offset "
			    "%zu: %s",
			    at, why);
	err = hmat_access_new(h, b->m->srat, cpus, &access);
	if (err)
		return no_memory();
	for (i = 0; !err && i < b->export->count; i++)
		err = check_node(b, &b->export->nodes[i], access);
	return err;
}

static int make(struct builder *b, const char *root)
{
	struct nodeset cpus = {};
	int err = check_srat(b->m, root);

	err = err ?: take_nodes(b);
	if (err)
		return err;
	/* Reading a broken table again would only repeat the note. */
	b->export->beside = b->m->tables.hmat.broken;
	if (b->export->beside || acpi_table_read(root, "HMAT", &b->old))
		b->old.bytes = NULL;
	find_cpus(b->m, &cpus);
	err = prepare(b);
	err = err ?: write_table(b, &cpus);
	err = err ?: check_table(b, &cpus);
	acpi_table_free(&b->old);
	return err;
}

int acpi_make(const char *root, const struct machine *m, const struct plan *plan,
	      struct acpi_export **export)
{
	_cleanup_(cleanup_acpi) struct acpi_export *e = calloc(1, sizeof(*e));
	struct builder b = { .m = m, .plan = plan, .export = e };
	int err;

	if (!e)
		return no_memory();
	err = make(&b, root);
	if (!err)
		*export = TAKE_PTR(e);
	return err;
}

void acpi_free(struct acpi_export *e)
{
	if (!e)
		return;
	acpi_table_free(&e->hmat);
	free(e->nodes);
	free(e);
}

/* ---- for people ---- */

static void print_node(const struct acpi_node *n, FILE *out)
{
	const struct perf *p = &n->perf;

	if (!n->in_table) {
		fprintf(out, "  node %d: no values, so it stays where the kernel alone puts it\n",
			n->node);
		return;
	}
	fprintf(out, "  node %d (PXM %u): %" PRId64 "/%" PRId64 " ns, %" PRId64 "/%" PRId64 " MB/s",
		n->node, n->pxm, p->value[READ_LATENCY], p->value[WRITE_LATENCY],
		p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH]);
	if (n->adistance)
		fprintf(out, ": adistance %d, tier %u", n->adistance, tierbpf_tier(n->adistance));
	fputs(n->corrected ? ", changed to follow the policy\n" : "\n", out);
}

void acpi_print(const struct acpi_export *e, const char *path, FILE *out)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t i;

	fprintf(out, "%s: an archive with an HMAT that %s; values for reading/writing:\n", path,
		e->overrides ? "replaces the firmware's" :
		e->beside    ? "the firmware has only in a broken form" :
			       "the firmware does not have");
	for (i = 0; i < e->count; i++)
		print_node(&e->nodes[i], out);
	fprintf(out,
		"The kernel reads it from the front of the initrd, without any module. To try it once, boot\n"
		"  cat %s /boot/initrd.img-$(uname -r) >/boot/initrd.img-hmat\n"
		"To use it for every boot, with GRUB on Debian:\n"
		"  cp %s /boot/%s\n"
		"  echo 'GRUB_EARLY_INITRD_LINUX_CUSTOM=\"%s\"' >>/etc/default/grub && update-grub\n"
		"Then dmesg says \"Table Upgrade: %s [HMAT\". The kernel needs CONFIG_ACPI_TABLE_UPGRADE\n"
		"(Debian's kernels have it), and accepts no tables under lockdown, for example with Secure Boot.\n",
		path, path, name, name, e->overrides ? "override" : "install");
}
