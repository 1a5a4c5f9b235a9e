// SPDX-License-Identifier: GPL-2.0-only
/* Writes an HMAT of revision 2 (ACPI 6.5, 5.2.28). */
#include "export/acpi.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "acpi/hmat-layout.h"
#include "export/export.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/number.h"

/* ---- the domains ---- */

struct domains {
	uint32_t *pxms; /* after domains_sort(), sorted and without duplicates */
	size_t count;
};

static int add(struct domains *d, uint32_t pxm)
{
	if (ARRAY_GROW(d->pxms, d->count))
		return -ENOMEM;
	d->pxms[d->count++] = pxm;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void domains_sort(struct domains *d)
{
	size_t i, count = 0;

	if (d->count)
		qsort(d->pxms, d->count, sizeof(*d->pxms), by_number);
	for (i = 0; i < d->count; i++)
		if (!count || d->pxms[count - 1] != d->pxms[i])
			d->pxms[count++] = d->pxms[i];
	d->count = count;
}

/* @pxm must be one of @d. */
static size_t index_of(const struct domains *d, uint32_t pxm)
{
	return (size_t)((uint32_t *)bsearch(&pxm, d->pxms, d->count, sizeof(pxm), by_number) -
			d->pxms);
}

/* All matrices share the lists of domains. Values are at [initiator * number of targets + target]. */
struct matrices {
	const struct hmat_content *content;
	struct domains initiators, targets;
	uint32_t *values[NR_COORDINATES];
	size_t left_out; /* values of the old table that other CPUs would win by */
};

static void matrices_free(struct matrices *m)
{
	enum coordinate kind;

	for (kind = 0; kind < NR_COORDINATES; kind++)
		free(m->values[kind]);
	free(m->initiators.pxms);
	free(m->targets.pxms);
}

static bool is_about_memory(const struct hmat_locality *l)
{
	return !(l->flags & HMAT_HIERARCHY) && l->type <= HMAT_WRITE_BANDWIDTH;
}

static int add_old(struct matrices *m)
{
	const struct hmat *h = m->content->old;
	size_t n;
	uint32_t i;
	int err = 0;

	for (n = 0; h && n < h->nr_localities; n++) {
		const struct hmat_locality *l = &h->localities[n];

		if (!is_about_memory(l))
			continue;
		for (i = 0; !err && i < l->nr_initiators; i++)
			err = add(&m->initiators, hmat_initiator(h, l, i));
		for (i = 0; !err && i < l->nr_targets; i++)
			err = add(&m->targets, hmat_target(h, l, i));
	}
	return err;
}

static int add_columns(struct matrices *m)
{
	const struct hmat_content *c = m->content;
	int node, err = 0;
	size_t n;

	for (n = 0; n < c->nr_columns; n++) {
		err = err ?: add(&m->targets, c->columns[n].target);
		for (node = 0; !err && node < c->srat->nr_nodes; node++)
			if (nodeset_has(&c->columns[n].initiators, node))
				err = add(&m->initiators, (uint32_t)c->srat->pxm[node]);
	}
	return err;
}

static int matrices_new(struct matrices *m)
{
	int err = add_old(m) ?: add_columns(m);
	enum coordinate kind;

	if (err)
		return err;
	domains_sort(&m->initiators);
	domains_sort(&m->targets);
	if (m->initiators.count > ACPI_TABLE_MAX / 2 / m->targets.count)
		return fail(-E2BIG, "the HMAT would be larger than %d bytes", ACPI_TABLE_MAX);
	for (kind = 0; kind < NR_COORDINATES; kind++) {
		/* Never zero bytes: a table has at least one target and one initiator. */
		m->values[kind] =
			calloc(m->initiators.count, m->targets.count * sizeof(**m->values));
		if (!m->values[kind])
			return -ENOMEM;
	}
	return 0;
}

static uint32_t *value_at(const struct matrices *m, enum coordinate kind, size_t initiator,
			  size_t target)
{
	return &m->values[kind][initiator * m->targets.count + target];
}

/* ---- values kept from the old table ---- */

/* Copies backwards, so that the first of a repeated domain wins, as in hmat_initiator_perf(). */
static void keep_locality(struct matrices *m, enum coordinate kind, const struct hmat_locality *l)
{
	const struct hmat *h = m->content->old;
	uint32_t i, j;

	for (i = l->nr_initiators; i-- > 0;) {
		size_t row = index_of(&m->initiators, hmat_initiator(h, l, i));

		for (j = l->nr_targets; j-- > 0;)
			*value_at(m, kind, row, index_of(&m->targets, hmat_target(h, l, j))) =
				hmat_value(h, l, hmat_entry(h, l, i, j));
	}
}

/* Keeps the last structure of a type, as hmat_add_locality() does. */
static void keep_values(struct matrices *m)
{
	const struct hmat *h = m->content->old;
	enum coordinate kind;
	size_t n;

	for (kind = 0; h && kind < NR_COORDINATES; kind++)
		for (n = h->nr_localities; n-- > 0;) {
			const struct hmat_locality *l = &h->localities[n];

			if (!is_about_memory(l) || !hmat_gives(l->type, kind))
				continue;
			keep_locality(m, kind, l);
			break;
		}
}

void hmat_kept(const struct hmat *h, bool bandwidth, int64_t *largest, int64_t *divisor)
{
	size_t n;
	uint32_t i, j;

	for (n = 0; h && n < h->nr_localities; n++) {
		const struct hmat_locality *l = &h->localities[n];

		if (!is_about_memory(l) || (l->type >= HMAT_ACCESS_BANDWIDTH) != bandwidth)
			continue;
		for (i = 0; i < l->nr_initiators; i++)
			for (j = 0; j < l->nr_targets; j++) {
				int64_t a = hmat_value(h, l, hmat_entry(h, l, i, j));

				*largest = max_of(a, *largest);
				*divisor = gcd(a, *divisor);
			}
	}
}

/* ---- new values ---- */

static bool has_cpus(const struct hmat_content *c, uint32_t pxm)
{
	return pxm < SRAT_MAX_PXM && c->srat->node[pxm] != SRAT_NO_NODE &&
	       nodeset_has(c->cpus, c->srat->node[pxm]);
}

static bool is_initiator(const struct hmat_content *c, const struct hmat_column *column,
			 uint32_t pxm)
{
	return pxm < SRAT_MAX_PXM && c->srat->node[pxm] != SRAT_NO_NODE &&
	       nodeset_has(&column->initiators, c->srat->node[pxm]);
}

/*
 * Linux compares the write latency first. Other CPUs with a larger one never win, so their values
 * stay. Those of nearer CPUs are cleared, as a value that is missing never wins either. Initiators
 * without CPUs stay too: they only count for the other access class.
 */
static void set_column(struct matrices *m, const struct hmat_column *column)
{
	const struct hmat_content *c = m->content;
	enum coordinate kind;
	size_t i, target = index_of(&m->targets, column->target);

	for (i = 0; i < m->initiators.count; i++) {
		bool nearest = is_initiator(c, column, m->initiators.pxms[i]);
		bool farther = *value_at(m, WRITE_LATENCY, i, target) >
				       column->perf.value[WRITE_LATENCY] &&
			       column->perf.value[WRITE_LATENCY];

		if (!nearest && (farther || !has_cpus(c, m->initiators.pxms[i])))
			continue;
		for (kind = 0; kind < NR_COORDINATES; kind++) {
			uint32_t *place = value_at(m, kind, i, target);

			m->left_out += !nearest && *place;
			*place = nearest ? (uint32_t)column->perf.value[kind] : 0;
		}
	}
}

/* ---- bytes ---- */

static void put16(FILE *out, uint64_t value)
{
	uint16_t le = htole16((uint16_t)value);

	fwrite(&le, sizeof(le), 1, out);
}

static void put32(FILE *out, uint64_t value)
{
	uint32_t le = htole32((uint32_t)value);

	fwrite(&le, sizeof(le), 1, out);
}

static void put64(FILE *out, uint64_t value)
{
	put32(out, value & UINT32_MAX);
	put32(out, value >> 32);
}

static void put_header(FILE *out, const struct hmat_content *c)
{
	fwrite("HMAT", 4, 1, out);
	put32(out, 0); /* finish() sets the length */
	put16(out, 2); /* revision 2; finish() sets the checksum */
	fwrite(c->oem_id, sizeof(c->oem_id), 1, out);
	fwrite(c->oem_table_id, sizeof(c->oem_table_id), 1, out);
	put32(out, c->oem_revision);
	fwrite("TBPF", 4, 1, out);
	put32(out, 1);
	put32(out, 0);
}

static const struct hmat_column *column_of(const struct hmat_content *c, uint32_t pxm)
{
	size_t n;

	for (n = 0; n < c->nr_columns; n++)
		if (c->columns[n].target == pxm)
			return &c->columns[n];
	return NULL;
}

/*
 * Keeps the structures that say which initiator memory is attached to. Revision 2 has no flag for a
 * valid memory domain: the kernel rejects a structure whose domain is not in SRAT
 * (hmat_parse_proximity_domain).
 */
static void put_memory(FILE *out, const struct hmat_content *c)
{
	size_t n;

	for (n = 0; c->old && n < c->old->nr_memory; n++) {
		const struct hmat_memory *m = &c->old->memory[n];
		const struct hmat_column *column = column_of(c, m->pxm);
		uint16_t flags = m->flags & HMAT_INITIATOR_VALID;

		if (!flags || (column && !is_initiator(c, column, m->initiator)))
			continue;
		put32(out, HMAT_MEMORY);
		put32(out, MEMORY_LENGTH);
		put32(out, flags);
		put32(out, m->initiator);
		put32(out, m->pxm);
		put32(out, 0);
		put64(out, 0);
		put64(out, 0);
	}
}

static void put_lists(FILE *out, const struct matrices *m)
{
	size_t i;

	for (i = 0; i < m->initiators.count; i++)
		put32(out, m->initiators.pxms[i]);
	for (i = 0; i < m->targets.count; i++)
		put32(out, m->targets.pxms[i]);
}

/*
 * Latencies are written in ps, as base times entry. Reading and writing always have structures of
 * their own, one for each type, so that the order in which Linux reads them does not matter.
 */
static void put_locality(FILE *out, const struct matrices *m, enum coordinate kind)
{
	bool latency = is_latency(kind);
	int64_t base = latency ? m->content->grid.latency : m->content->grid.bandwidth;
	size_t i, cells = m->initiators.count * m->targets.count;

	put32(out, HMAT_LOCALITY);
	put32(out, LOCALITY_LENGTH + LOCALITY_DOMAIN * (m->initiators.count + m->targets.count) +
			   LOCALITY_ENTRY * cells);
	put16(out, (uint64_t)hmat_type_of(kind) << 8 * (LOCALITY_DATA_TYPE - LOCALITY_FLAGS));
	put16(out, 0);
	put32(out, m->initiators.count);
	put32(out, m->targets.count);
	put32(out, 0);
	put64(out, (uint64_t)(latency ? base * 1000 : base));
	put_lists(out, m);
	for (i = 0; i < cells; i++)
		put16(out, (uint64_t)(grid_round(m->values[kind][i], base) / base));
}

static bool is_empty(const struct matrices *m, enum coordinate kind)
{
	size_t i;

	for (i = 0; i < m->initiators.count * m->targets.count; i++)
		if (m->values[kind][i])
			return false;
	return true;
}

/* Copies a structure, unless it extends beyond the end of the table. */
static void put_copy(FILE *out, const struct acpi_table *t, size_t at)
{
	uint32_t length = acpi_u32(t, at + HMAT_LENGTH);

	if (length <= t->length - at)
		fwrite(t->bytes + at, length, 1, out);
}

/* Copies what describes caches. Localities of revision 1 have other units, so they are dropped. */
static void put_caches(FILE *out, const struct hmat *h)
{
	size_t n;

	for (n = 0; h && h->table.revision > 1 && n < h->nr_localities; n++)
		if (!is_about_memory(&h->localities[n]))
			put_copy(out, &h->table, h->localities[n].at);
	for (n = 0; h && n < h->nr_caches; n++)
		put_copy(out, &h->table, h->caches[n].at);
}

/* What the table cannot keep of the old one. */
static void note_losses(const struct matrices *m)
{
	const struct hmat *h = m->content->old;
	int64_t base[] = { m->content->grid.latency, m->content->grid.bandwidth };
	size_t i, n, caches = 0, rounded = 0;
	enum coordinate kind;

	for (n = 0; h && h->table.revision == 1 && n < h->nr_localities; n++)
		caches += !is_about_memory(&h->localities[n]);
	for (kind = 0; kind < NR_COORDINATES; kind++)
		for (i = 0; i < m->initiators.count * m->targets.count; i++)
			rounded += m->values[kind][i] % base[!is_latency(kind)] != 0;
	if (m->left_out)
		note("values of the firmware's HMAT are left out (%zu): by them, other CPUs than the nearest would be as "
		     "near to a node",
		     m->left_out);
	if (caches)
		note("structures of the firmware's HMAT are left out (%zu): they give latency or bandwidth of side caches "
		     "in the units of revision 1",
		     caches);
	if (rounded)
		note("values of the firmware's HMAT are rounded (%zu): an HMAT cannot hold them together with the others",
		     rounded);
}

/* Sets the length, and the checksum with which the sum of all bytes is 0. */
static int finish(uint8_t *bytes, size_t length, struct acpi_table *t)
{
	uint32_t le = htole32((uint32_t)length);
	uint8_t sum = 0;
	size_t i;

	if (length > ACPI_TABLE_MAX)
		return fail(-E2BIG, "the HMAT would be larger than %d bytes", ACPI_TABLE_MAX);
	memcpy(bytes + ACPI_LENGTH, &le, sizeof(le));
	for (i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[ACPI_CHECKSUM] = (uint8_t)-sum;
	t->bytes = bytes;
	t->length = length;
	t->revision = 2;
	return 0;
}

static int put_all(const struct matrices *m, struct acpi_table *t)
{
	char *bytes = NULL;
	enum coordinate kind;
	size_t length;
	FILE *out = open_memstream(&bytes, &length);
	int err;

	if (!out)
		return -ENOMEM;
	put_header(out, m->content);
	put_memory(out, m->content);
	for (kind = 0; kind < NR_COORDINATES; kind++)
		if (!is_empty(m, kind))
			put_locality(out, m, kind);
	put_caches(out, m->content->old);
	if (fclose(out)) {
		free(bytes);
		return -ENOMEM;
	}
	err = finish((uint8_t *)bytes, length, t);
	if (err)
		free(bytes);
	return err;
}

int hmat_write(const struct hmat_content *c, struct acpi_table *table)
{
	struct matrices m = { .content = c };
	int err = matrices_new(&m);
	size_t n;

	if (!err) {
		keep_values(&m);
		for (n = 0; n < c->nr_columns; n++)
			set_column(&m, &c->columns[n]);
		err = put_all(&m, table);
		if (!err)
			note_losses(&m);
	}
	matrices_free(&m);
	return err == -ENOMEM ? no_memory() : err;
}
