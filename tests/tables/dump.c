// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints what the tool's readers find in a table, for tests/tables/iasl to compare.
 *
 *	dump FILE	HMAT, SRAT or SLIT; exit status 1 where the reader refuses it
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/hmat.h"
#include "acpi/slit.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

static int refuse(size_t at, const char *why)
{
	printf("at offset 0x%zx: %s\n", at, why);
	return 1;
}

/* ---- HMAT: in the order of the table ---- */

static void print_memory(const struct hmat *h, const struct hmat_memory *m)
{
	printf("memory %04x %08x %08x\n", acpi_u16(&h->table, m->at + 8), m->initiator, m->pxm);
}

static void print_locality(const struct hmat *h, const struct hmat_locality *l)
{
	uint32_t i, j;

	printf("locality %02x %02x %08x %08x %016" PRIx64 "\n", l->flags, l->type, l->nr_initiators,
	       l->nr_targets, l->base);
	for (i = 0; i < l->nr_initiators; i++)
		printf("initiator %08x\n", hmat_initiator(h, l, i));
	for (j = 0; j < l->nr_targets; j++)
		printf("target %08x\n", hmat_target(h, l, j));
	for (i = 0; i < l->nr_initiators; i++)
		for (j = 0; j < l->nr_targets; j++)
			printf("entry %04x\n", hmat_entry(h, l, i, j));
}

static void print_cache(const struct hmat_cache *c)
{
	printf("cache %08x %016" PRIx64 " %08x\n", c->pxm, c->size, c->attributes);
	printf("level %x line %04x\n", c->level, c->line);
}

static int dump_hmat(const struct acpi_table *t)
{
	_cleanup_(cleanup_hmat) struct hmat *h = NULL;
	size_t at, i = 0, j = 0, k = 0;
	const char *why;

	if (hmat_parse(t, NULL, &h, &at, &why))
		return refuse(at, why);
	printf("revision %02x\n", h->table.revision);
	for (at = 0; at < t->length; at++) {
		if (i < h->nr_memory && h->memory[i].at == at)
			print_memory(h, &h->memory[i++]);
		if (j < h->nr_localities && h->localities[j].at == at)
			print_locality(h, &h->localities[j++]);
		if (k < h->nr_caches && h->caches[k].at == at)
			print_cache(&h->caches[k++]);
	}
	return 0;
}

/* ---- SRAT: only enabled entries; of processors only the domains ---- */

static int dump_srat(const struct acpi_table *t)
{
	_cleanup_(cleanup_srat) struct srat *s = NULL;
	const char *why;
	size_t at, i;
	int node;

	if (srat_parse(t, &s, &at, &why))
		return refuse(at, why ?: "no memory");
	for (i = 0; i < s->nr_ranges; i++) {
		const struct srat_range *r = &s->ranges[i];

		printf("range %08x %016" PRIx64 " %016" PRIx64 " %08x\n", r->pxm, r->base,
		       r->length, r->flags);
	}
	for (node = 0; node < s->nr_nodes; node++) {
		if (nodeset_has(&s->cpus, node))
			printf("processor %08x\n", (uint32_t)s->pxm[node]);
		if (nodeset_has(&s->initiators, node))
			printf("generic initiator %08x\n", (uint32_t)s->pxm[node]);
	}
	return 0;
}

/* ---- SLIT ---- */

static int dump_slit(const struct acpi_table *t)
{
	_cleanup_free_ struct slit *s = NULL;
	const char *why;
	size_t at, i;

	if (slit_parse(t, &s, &at, &why))
		return refuse(at, why);
	for (i = 0; i < s->count * s->count; i++)
		printf("distance %02x\n", s->distances[i]);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *signature;
		int (*dump)(const struct acpi_table *t);
	} kinds[] = { { "HMAT", dump_hmat }, { "SRAT", dump_srat }, { "SLIT", dump_slit } };
	_cleanup_free_ char *bytes = NULL;
	size_t length, i;
	struct acpi_table t;
	const char *why;

	if (argc != 2 || sysfs_bytes("", argv[1], ACPI_TABLE_MAX, &bytes, &length))
		return 2;
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strncmp(bytes, kinds[i].signature, 4))
			continue;
		why = acpi_table_init(&t, kinds[i].signature, (uint8_t *)bytes, length);
		return why ? refuse(0, why) : kinds[i].dump(&t);
	}
	return 2;
}
