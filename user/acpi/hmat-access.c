// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/hmat-access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_PXM UINT32_MAX /* PXM_INVAL, -1, as an unsigned int */
#define NO_INDEX UINT32_MAX

/* The memory of a domain. */
struct target {
	bool exists;
	uint32_t attached; /* the PXM of its attached initiator, or NO_PXM */
	struct perf perf[NR_CLASSES]; /* as seen from the attached initiator */
};

/*
 * The locality that gives one coordinate (the kernel's localities_types[]), with an index of its
 * domains.
 */
struct slot {
	const struct hmat_locality *locality; /* NULL: none */
	uint32_t row[SRAT_MAX_PXM];	    /* first row of each PXM, or NO_INDEX */
	uint32_t column[SRAT_MAX_PXM];
};

/* The order in which the coordinates are compared to find the best initiator. */
static const enum coordinate tie_order[] = {
	WRITE_LATENCY,
	READ_LATENCY,
	WRITE_BANDWIDTH,
	READ_BANDWIDTH,
};

struct hmat_access {
	const struct hmat *hmat;
	const struct srat *srat;
	struct nodeset initiators; /* a set of PXMs, like the next one */
	struct nodeset with_cpu;
	struct target targets[SRAT_MAX_PXM];
	struct slot slots[NR_COORDINATES];
	bool any; /* there is a locality about memory */
};

static bool is_of_memory(const struct hmat_locality *l)
{
	return !(l->flags & HMAT_HIERARCHY);
}

void hmat_set_value(struct perf *p, uint8_t type, uint32_t value)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		if (hmat_gives(type, c))
			p->value[c] = value;
}

static bool has_cpu(const struct hmat_access *a, uint32_t pxm)
{
	return pxm < SRAT_MAX_PXM && nodeset_has(&a->with_cpu, (int)pxm);
}

/* ---- initiators and targets ---- */

/*
 * Localities of any hierarchy count, but only initiators that are nodes:
 * alloc_memory_initiator().
 */
static void add_initiators(struct hmat_access *a, const struct hmat_locality *l)
{
	uint32_t i, pxm;

	for (i = 0; i < l->nr_initiators; i++) {
		pxm = hmat_initiator(a->hmat, l, i);
		if (pxm < SRAT_MAX_PXM && a->srat->node[pxm] != SRAT_NO_NODE)
			nodeset_add(&a->initiators, (int)pxm);
	}
}

static void add_cpus(struct hmat_access *a, const struct nodeset *cpus)
{
	int node;

	for (node = 0; node < a->srat->nr_nodes; node++)
		if (nodeset_has(cpus, node))
			nodeset_add(&a->with_cpu, a->srat->pxm[node]);
}

/* Indexed by the full PXM; old SRAT revisions store only its low byte. */
static void add_targets(struct hmat_access *a)
{
	const struct srat *s = a->srat;
	size_t i;

	for (i = 0; i < SRAT_MAX_PXM; i++)
		a->targets[i].attached = NO_PXM;
	for (i = 0; i < s->nr_ranges; i++)
		if (s->ranges[i].pxm < SRAT_MAX_PXM)
			a->targets[s->ranges[i].pxm].exists = true;
	for (i = 0; i < s->nr_ports; i++)
		if (s->ports[i].pxm < SRAT_MAX_PXM)
			a->targets[s->ports[i].pxm].exists = true;
	for (i = 0; i < a->hmat->nr_memory; i++) {
		const struct hmat_memory *m = &a->hmat->memory[i];

		if (m->flags & HMAT_INITIATOR_VALID && m->pxm < SRAT_MAX_PXM)
			a->targets[m->pxm].attached = m->initiator;
	}
}

/* ---- the attached initiator's values: hmat_update_target() ---- */

/*
 * Values are stored in the order of the table, even if they are 0. In memory without an attached
 * initiator, the kernel stores the values of an initiator with PXM -1, which has no CPUs.
 */
static void store_row(struct hmat_access *a, const struct hmat_locality *l, uint32_t i)
{
	uint32_t initiator = hmat_initiator(a->hmat, l, i), pxm, value, j;

	for (j = 0; j < l->nr_targets; j++) {
		pxm = hmat_target(a->hmat, l, j);
		if (pxm >= SRAT_MAX_PXM || !a->targets[pxm].exists ||
		    a->targets[pxm].attached != initiator)
			continue;
		value = hmat_value(a->hmat, l, hmat_entry(a->hmat, l, i, j));
		hmat_set_value(&a->targets[pxm].perf[CLASS_ANY], l->type, value);
		if (has_cpu(a, initiator))
			hmat_set_value(&a->targets[pxm].perf[CLASS_CPU], l->type, value);
	}
}

static void store(struct hmat_access *a, const struct hmat_locality *l)
{
	uint32_t i;

	for (i = 0; i < l->nr_initiators; i++)
		store_row(a, l, i);
}

/* ---- the best of all initiators: hmat_update_target_attrs() ---- */

static void index_slot(const struct hmat *h, struct slot *s)
{
	const struct hmat_locality *l = s->locality;
	uint32_t i, pxm;

	memset(s->row, 0xff, sizeof(s->row));
	memset(s->column, 0xff, sizeof(s->column));
	for (i = l ? l->nr_initiators : 0; i-- > 0;) {
		pxm = hmat_initiator(h, l, i);
		if (pxm < SRAT_MAX_PXM)
			s->row[pxm] = i;
	}
	for (i = l ? l->nr_targets : 0; i-- > 0;) {
		pxm = hmat_target(h, l, i);
		if (pxm < SRAT_MAX_PXM)
			s->column[pxm] = i;
	}
}

/*
 * hmat_add_locality(): the last locality of a type counts; an "access" type counts for reading
 * and for writing.
 */
static void fill_slots(struct hmat_access *a, const struct hmat_locality *l)
{
	enum coordinate c;

	a->any = true;
	for (c = 0; c < NR_COORDINATES; c++)
		if (hmat_gives(l->type, c))
			a->slots[c].locality = l;
}

static uint32_t column_of(const struct hmat *h, const struct slot *s, uint32_t pxm)
{
	uint32_t j;

	if (pxm < SRAT_MAX_PXM)
		return s->column[pxm];
	for (j = 0; j < s->locality->nr_targets; j++) /* a generic port may have such a PXM */
		if (hmat_target(h, s->locality, j) == pxm)
			return j;
	return NO_INDEX;
}

/* hmat_initiator_perf() */
static uint32_t value_at(const struct hmat *h, const struct slot *s, int initiator, uint32_t column)
{
	uint32_t row = s->row[initiator];

	if (row == NO_INDEX || column == NO_INDEX)
		return 0;
	return hmat_value(h, s->locality, hmat_entry(h, s->locality, row, column));
}

/* hmat_update_best() */
static bool is_better(uint8_t type, uint32_t value, uint32_t best)
{
	if (!value || !best)
		return value;
	return type <= HMAT_WRITE_LATENCY ? value < best : value > best;
}

static void remove_below(struct nodeset *s, int end)
{
	memset(s->bits, 0, (size_t)end / 64 * sizeof(*s->bits));
	s->bits[end / 64] &= ~0ULL << (end % 64);
}

/* Keeps only the initiators of @left that are best by this slot; later slots compare only these. */
static void narrow(const struct hmat_access *a, const struct slot *s, uint32_t target,
		   enum access_class class, struct nodeset *left, struct perf *perf)
{
	uint32_t column = column_of(a->hmat, s, target), value, best = 0;
	int pxm;

	for (pxm = 0; pxm < SRAT_MAX_PXM; pxm++) {
		if (class == CLASS_CPU && !nodeset_has(&a->with_cpu, pxm))
			nodeset_remove(left, pxm);
		if (!nodeset_has(left, pxm))
			continue;
		value = value_at(a->hmat, s, pxm, column);
		if (is_better(s->locality->type, value, best)) {
			best = value;
			remove_below(left, pxm);
		}
		if (value != best)
			nodeset_remove(left, pxm);
	}
	if (best)
		hmat_set_value(perf, s->locality->type, best);
}

static void add_nodes(const struct hmat_access *a, const struct nodeset *pxms, struct nodeset *nodes)
{
	int pxm;

	for (pxm = 0; pxm < SRAT_MAX_PXM; pxm++)
		if (nodeset_has(pxms, pxm))
			nodeset_add(nodes, a->srat->node[pxm]);
}

static void search(const struct hmat_access *a, uint32_t target, enum access_class class,
		   struct access *found)
{
	struct nodeset left = a->initiators;
	int i;

	if (!a->any)
		return;
	for (i = 0; i < NR_COORDINATES; i++) {
		const struct slot *s = &a->slots[tie_order[i]];

		if (s->locality)
			narrow(a, s, target, class, &left, &found->perf);
	}
	add_nodes(a, &left, &found->initiators);
}

/* ---- the interface ---- */

int hmat_access_new(const struct hmat *h, const struct srat *srat, const struct nodeset *cpus,
		    struct hmat_access **access)
{
	struct hmat_access *a = calloc(1, sizeof(*a));
	size_t i;

	if (!a)
		return -ENOMEM;
	a->hmat = h;
	a->srat = srat;
	add_cpus(a, cpus);
	add_targets(a);
	for (i = 0; i < h->nr_localities; i++) {
		const struct hmat_locality *l = &h->localities[i];

		add_initiators(a, l);
		if (is_of_memory(l)) {
			store(a, l);
			fill_slots(a, l);
		}
	}
	for (i = 0; i < NR_COORDINATES; i++)
		index_slot(h, &a->slots[i]);
	*access = a;
	return 0;
}

void hmat_access_free(struct hmat_access *access)
{
	free(access);
}

void hmat_access_node(const struct hmat_access *a, int node, struct access found[NR_CLASSES])
{
	const struct target *t;
	int class, pxm;

	memset(found, 0, NR_CLASSES * sizeof(*found));
	pxm = node >= 0 && node < a->srat->nr_nodes ? a->srat->pxm[node] : SRAT_NO_NODE;
	if (pxm == SRAT_NO_NODE || !a->targets[pxm].exists)
		return;
	t = &a->targets[pxm];
	for (class = 0; class < NR_CLASSES; class ++) {
		found[class].perf = t->perf[class];
		if (t->attached != NO_PXM && (class == CLASS_ANY || has_cpu(a, t->attached)))
			nodeset_add(&found[class].initiators, a->srat->node[t->attached]);
		else
			search(a, (uint32_t)pxm, class, &found[class]);
	}
}

/* A port may be in any domain, even above 1023. The last structure that attaches it counts. */
static uint32_t attached_to(const struct hmat_access *a, uint32_t pxm)
{
	size_t i;

	for (i = a->hmat->nr_memory; i-- > 0;)
		if (a->hmat->memory[i].flags & HMAT_INITIATOR_VALID && a->hmat->memory[i].pxm == pxm)
			return a->hmat->memory[i].initiator;
	return NO_PXM;
}

/*
 * If the port's attached initiator has CPUs, the kernel does not search for others, and stores no
 * values of this one either.
 */
void hmat_access_port(const struct hmat_access *a, const struct srat_port *port,
		      struct access found[NR_CLASSES])
{
	int class;

	memset(found, 0, NR_CLASSES * sizeof(*found));
	if ((!port->handle[0] && !port->handle[1]) || has_cpu(a, attached_to(a, port->pxm)))
		return;
	for (class = 0; class < NR_CLASSES; class ++)
		search(a, port->pxm, class, &found[class]);
}
