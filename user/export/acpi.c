// SPDX-License-Identifier: GPL-2.0-only
/* What an HMAT has to say so that the kernel puts each node where it belongs. */
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
#include "util/msg.h"
#include "util/number.h"

/*
 * For a reference of which nothing is known. Only what others are in proportion to it counts;
 * with these, an ns more or less of another node is 3 of its adistance.
 */
static const struct perf assumed = { { 96, 96, 64000, 64000 } };

struct builder {
	const struct machine *m;
	const struct plan *plan; /* or NULL */
	struct acpi_export *export;
	struct acpi_node *reference;
	struct grid grid;
	struct acpi_table old; /* the header counts, also where Linux ignores the rest; no bytes: none */
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

/* ---- the nodes, and what is known of them ---- */

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
			    "no node has both CPUs and memory: the kernel has nothing to compare "
			    "others with, and makes no use of HMAT; use tierbpf load");
	return 0;
}

static int check_srat(const struct machine *m, const char *root)
{
	if (m->srat)
		return 0;
	if (!*root && geteuid())
		return fail(-EACCES,
			    "HMAT names nodes by their proximity domains, from SRAT, which only "
			    "root can read: sudo tierbpf export …");
	return fail(-EINVAL, "HMAT names nodes by their proximity domains, but %s",
		    m->tables.srat.ignored ?: "there is no SRAT that tells them; use tierbpf load");
}

/* Of a node's own, if it has CPUs; else as the kernel sees it, or as HMAT says, or by distance. */
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
				     ": an HMAT can't hold "
				     "it beside the others",
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

	if (*r || *w) /* the kernel adds them up */
		return;
	*r = *w = assumed.value[read];
	note("node %d: its %s are not known; %" PRId64
	     " %s are assumed. The kernel's tiers only depend on "
	     "what others are in proportion to it",
	     n->node, read == READ_LATENCY ? "latencies" : "bandwidths", *r, coordinate_unit(read));
}

static int prepare_reference(struct builder *b)
{
	const struct plan_node *p = planned(b, b->reference);

	if (!b->plan && !anything_known(b))
		return fail(-EINVAL,
			    "nothing is known of the nodes' latencies and bandwidths: name a POLICY "
			    "that says where they belong");
	if (p && tierbpf_tier(p->after.adistance) != tierbpf_tier(TIERBPF_ADISTANCE_DRAM))
		return fail(-EINVAL,
			    "node %d: the kernel measures all nodes by it, so an HMAT cannot move "
			    "it out of tier %d; plan the others around it, or use tierbpf load",
			    b->reference->node, (int)tierbpf_tier(TIERBPF_ADISTANCE_DRAM));
	fill(b->reference, READ_LATENCY);
	fill(b->reference, READ_BANDWIDTH);
	b->reference->said = true;
	return 0;
}

/* As the kernel's check, of one more than @reference: does it believe this DRAM? */
static bool is_believed(const struct perf *p, const struct perf *reference)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++) {
		int64_t value = p->value[c], of = reference->value[c];

		if (llabs(value - of) * 10 > of)
			return false;
	}
	return true;
}

static int prepare_node_with_cpus(struct builder *b, struct acpi_node *n)
{
	const struct plan_node *p = planned(b, n);
	const struct perf *r = &b->reference->perf;

	n->said = true;
	if (p && tierbpf_tier(p->after.adistance) != tierbpf_tier(TIERBPF_ADISTANCE_DRAM))
		return fail(-EINVAL,
			    "node %d has CPUs: the kernel uses no HMAT in which it differs from "
			    "node %d by more than 10 %%, so it cannot go to tier %u; plan the others around "
			    "it, or use tierbpf load",
			    n->node, b->reference->node, tierbpf_tier(p->after.adistance));
	if (!is_believed(&n->perf, r)) {
		note("node %d has CPUs and differs from node %d by more than 10 %%, for which the kernel "
		     "ignores all of HMAT: it gets node %d's latencies and bandwidths",
		     n->node, b->reference->node, b->reference->node);
		n->perf = *r;
	} else if (p && tierbpf_tier(perf_kernel_adistance(&n->perf, r)) !=
				tierbpf_tier(p->after.adistance)) {
		n->corrected = true;
		n->perf = *r;
	}
	return 0;
}

/* ---- memory alone ---- */

static int correct(struct builder *b, struct acpi_node *n, __s32 adistance)
{
	struct perf before = n->perf;

	if (!perf_for_adistance(adistance, &b->reference->perf, &b->grid, &n->perf))
		return fail(-EINVAL,
			    "node %d: no latency and bandwidth that an HMAT can hold makes the "
			    "kernel put it into tier %u (adistance %d); use tierbpf load",
			    n->node, tierbpf_tier(adistance), adistance);
	n->corrected = memcmp(&before, &n->perf, sizeof(before));
	n->said = true;
	if (machine_knows(&b->m->nodes[n->node], TIERBPF_FACT_CXL_REGION))
		note("node %d is a CXL region: where the kernel has read the card's own CDAT, it goes by "
		     "that instead of HMAT. If the node is not in tier %u after the boot, use tierbpf load",
		     n->node, tierbpf_tier(adistance));
	return 0;
}

static int prepare_memory(struct builder *b, struct acpi_node *n)
{
	const struct plan_node *p = planned(b, n);
	__s32 computed = perf_kernel_adistance(&n->perf, &b->reference->perf);
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		n->said |= n->perf.value[c] > 0;
	/* Of what the table does not tell, the kernel's default stays. */
	if (p && p->after.adistance != computed &&
	    (perf_has_both(&n->perf) || p->after.tier != p->now.tier))
		return correct(b, n, p->after.adistance);
	return 0;
}

/* ---- proximity domains ---- */

static int name_target(struct builder *b, struct acpi_node *n)
{
	const struct machine *m = b->m;
	const struct plan_node *p = planned(b, n);
	const struct machine_node *node = &m->nodes[n->node];

	if (!n->said)
		return 0;
	n->pxm = (uint32_t)node->facts.value[TIERBPF_FACT_PXM];
	if (machine_knows(node, TIERBPF_FACT_PXM) && srat_has_target(m->srat, n->pxm))
		return 0;
	if (has_cpus(m, n) || (p && p->after.tier != p->now.tier))
		return fail(-EINVAL,
			    "node %d: SRAT has no proximity domain with memory for it, so HMAT "
			    "cannot name it (the kernel makes nodes of its own for CXL windows): use tierbpf "
			    "load",
			    n->node);
	note("node %d is left out: SRAT has no proximity domain with memory for it (the kernel makes nodes "
	     "of its own for CXL windows)",
	     n->node);
	n->said = n->corrected = false;
	return 0;
}

static int name_initiators(const struct builder *b, struct acpi_node *n)
{
	int node;

	for (node = 0; n->said && node < b->m->nr_nodes; node++)
		if (nodeset_has(&n->initiators, node) &&
		    !machine_knows(&b->m->nodes[node], TIERBPF_FACT_PXM))
			return fail(-EINVAL,
				    "node %d, from which node %d is reached: its proximity domain "
				    "is not known from SRAT, so HMAT cannot name it: use tierbpf load",
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

/* An upgrade has the ids of the table that it replaces, and a higher revision; else both are there. */
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
			    "the firmware's HMAT has the OEM revision 0xffffffff: the kernel only "
			    "takes a higher one, and there is none; use tierbpf load");
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
		if (e->nodes[i].said)
			columns[c.nr_columns++] = (struct hmat_column){ e->nodes[i].pxm,
									e->nodes[i].perf,
									e->nodes[i].initiators };
	err = set_ids(b, &c);
	e->overrides = b->old.bytes;
	return err ?: hmat_write(&c, &e->hmat);
}

static int check_node(const struct builder *b, struct acpi_node *n, const struct hmat_access *access)
{
	struct access found[NR_CLASSES];
	enum coordinate c;

	hmat_access_node(access, n->node, found);
	n->adistance = perf_kernel_adistance(&found[CLASS_CPU].perf, &b->reference->perf);
	for (c = 0; n->said && c < NR_COORDINATES; c++)
		if (found[CLASS_CPU].perf.value[c] != n->perf.value[c])
			return fail(-EPROTO,
				    "node %d: the kernel would read another %s from this HMAT than "
				    "%" PRId64
				    " %s: please report this with tierbpf topology --save",
				    n->node, coordinate_name(c), n->perf.value[c],
				    coordinate_unit(c));
	return 0;
}

/* Reads the table as the kernel will, and sees that it says what it is to say. */
static int prove(struct builder *b, const struct nodeset *cpus)
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
	if (acpi_table_read(root, "HMAT", &b->old))
		b->old.bytes = NULL;
	find_cpus(b->m, &cpus);
	err = prepare(b);
	err = err ?: write_table(b, &cpus);
	err = err ?: prove(b, &cpus);
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

	if (!n->said) {
		fprintf(out, "  node %d: nothing, as before\n", n->node);
		return;
	}
	fprintf(out, "  node %d (PXM %u): %" PRId64 "/%" PRId64 " ns, %" PRId64 "/%" PRId64 " MB/s",
		n->node, n->pxm, p->value[READ_LATENCY], p->value[WRITE_LATENCY],
		p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH]);
	if (n->adistance)
		fprintf(out, ": adistance %d, tier %u", n->adistance, tierbpf_tier(n->adistance));
	fputs(n->corrected ? ", made up for the policy\n" : "\n", out);
}

void acpi_print(const struct acpi_export *e, const char *path, FILE *out)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t i;

	fprintf(out, "%s: an archive with an HMAT that %s, of reading/writing:\n", path,
		e->overrides ? "replaces the firmware's" : "the firmware does not have");
	for (i = 0; i < e->count; i++)
		print_node(&e->nodes[i], out);
	fprintf(out,
		"The kernel takes it from the front of the initrd, without any module. To try it once, boot\n"
		"  cat %s /boot/initrd.img-$(uname -r) >/boot/initrd.img-hmat\n"
		"For every boot from now on, with GRUB on Debian:\n"
		"  cp %s /boot/%s\n"
		"  echo 'GRUB_EARLY_INITRD_LINUX_CUSTOM=\"%s\"' >>/etc/default/grub && update-grub\n"
		"Then dmesg says \"Table Upgrade: %s [HMAT\". The kernel needs CONFIG_ACPI_TABLE_UPGRADE\n"
		"(Debian's have it), and takes no tables while it is locked down, as with Secure Boot.\n",
		path, path, name, name, e->overrides ? "override" : "install");
}
