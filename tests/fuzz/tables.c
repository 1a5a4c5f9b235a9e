// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the readers of firmware tables, which may come from a capture of another machine: SRAT, and
 * HMAT, SLIT or CEDT with it. An input is
 *
 *	1 byte	which of HMAT, SLIT, CEDT (modulo 3)
 *	2 bytes	length of the SRAT, little-endian
 *	…	the SRAT, then the other table
 *
 * The signatures and lengths in the headers are corrected here, or else no table would be read.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/cedt.h"
#include "acpi/hmat-access.h"
#include "acpi/slit.h"
#include "util/cleanup.h"

/* Like assert(), which may be compiled out. */
#define must(condition)                                                                          \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                 \
		}                                                                                \
	} while (0)

#define MAX_NODES 12 /* nodes that are checked */

/* Copies the table into memory of exactly its size. Returns false if it is too short for a header. */
static bool take_table(struct acpi_table *t, const char *signature, const uint8_t *data, size_t size)
{
	uint32_t length = htole32((uint32_t)size);
	uint8_t *bytes;

	if (size < ACPI_HEADER)
		return false;
	bytes = malloc(size);
	memcpy(bytes, data, size);
	memcpy(bytes, signature, 4);
	memcpy(bytes + 4, &length, sizeof(length));
	must(!acpi_table_init(t, signature, bytes, size));
	return true;
}

static int nodes_of(const struct srat *s)
{
	return s->nr_nodes < MAX_NODES ? s->nr_nodes : MAX_NODES;
}

/* ---- SRAT ---- */

static void check_srat(const struct srat *s)
{
	int node, pxm, count = 0;
	size_t i;

	must(s->nr_nodes > 0 && s->nr_nodes <= SRAT_MAX_PXM && s->nr_ranges &&
	     s->nr_ranges <= SRAT_MAX_RANGES);
	for (node = 0; node < s->nr_nodes; node++)
		must(s->pxm[node] >= 0 && s->pxm[node] < SRAT_MAX_PXM &&
		     s->node[s->pxm[node]] == node);
	for (pxm = 0; pxm < SRAT_MAX_PXM; pxm++)
		count += s->node[pxm] != SRAT_NO_NODE;
	must(count == s->nr_nodes);
	for (i = 0; i < s->nr_ranges; i++) {
		must(s->ranges[i].node >= 0 && s->ranges[i].node < s->nr_nodes);
		must(s->ranges[i].base + s->ranges[i].length >= s->ranges[i].base);
		must(srat_has_target(s, s->ranges[i].pxm));
	}
	for (node = s->nr_nodes; node < SRAT_MAX_PXM; node++)
		must(!nodeset_has(&s->cpus, node) && !nodeset_has(&s->initiators, node));
}

static struct srat *take_srat(const uint8_t *data, size_t size)
{
	struct srat *s = NULL;
	const char *why = NULL;
	struct acpi_table t;
	size_t at = SIZE_MAX;
	int err;

	if (!take_table(&t, "SRAT", data, size))
		return NULL;
	err = srat_parse(&t, &s, &at, &why);
	must(err == 0 || err == -ENOENT || err == -EBADMSG);
	must((err == -EBADMSG) == !!why && !err == !!s);
	must(err != -EBADMSG || at < size);
	if (s)
		check_srat(s);
	acpi_table_free(&t);
	return s;
}

/* ---- HMAT ---- */

static void check_access(const struct access *a, const struct srat *s)
{
	enum coordinate c;
	int node;

	for (c = 0; c < NR_COORDINATES; c++)
		must(a->perf.value[c] >= 0 && a->perf.value[c] <= UINT32_MAX);
	for (node = 0; node < SRAT_MAX_PXM; node++)
		must(!nodeset_has(&a->initiators, node) || node < s->nr_nodes);
}

static void check_caches(const struct hmat *h, uint32_t pxm)
{
	const struct hmat_cache *c = NULL;
	uint32_t levels = 0;

	while ((c = hmat_next_cache(h, pxm, c))) {
		must(c->level < 16 && !(levels >> c->level & 1));
		levels |= 1U << c->level;
	}
}

/* Everything that the reader found must be inside the table. */
static void check_structures(const struct hmat *h)
{
	size_t i;

	for (i = 0; i < h->nr_localities; i++) {
		const struct hmat_locality *l = &h->localities[i];
		uint64_t size = 32 + 4ULL * l->nr_initiators + 4ULL * l->nr_targets;

		must(size <= h->table.length - l->at);
		size += 2ULL * l->nr_initiators * l->nr_targets;
		must(size <= h->table.length - l->at);
	}
	must(h->nr_memory + h->nr_localities + h->nr_caches <= h->table.length / 32);
}

static void check_search(const struct hmat *h, const struct srat *s)
{
	_cleanup_(cleanup_hmat_access) struct hmat_access *a = NULL;
	struct access found[NR_CLASSES], again[NR_CLASSES];
	size_t i;
	int node;

	must(!hmat_access_new(h, s, &s->cpus, &a));
	for (node = 0; node < nodes_of(s); node++) {
		hmat_access_node(a, node, found);
		hmat_access_node(a, node, again);
		must(!memcmp(found, again, sizeof(found)));
		check_access(&found[CLASS_ANY], s);
		check_access(&found[CLASS_CPU], s);
		check_caches(h, (uint32_t)s->pxm[node]);
	}
	for (i = 0; i < s->nr_ports && i < MAX_NODES; i++) {
		hmat_access_port(a, &s->ports[i], found);
		check_access(&found[CLASS_ANY], s);
		check_access(&found[CLASS_CPU], s);
	}
}

static void fuzz_hmat(const struct acpi_table *t, const struct srat *s)
{
	_cleanup_(cleanup_hmat) struct hmat *h = NULL;
	const char *why = NULL;
	size_t at = SIZE_MAX;
	int err = hmat_parse(t, s, &h, &at, &why);

	must(err == 0 || err == -EBADMSG);
	must(!err == !!h && !err == !why);
	if (err) {
		must(at < t->length);
		return;
	}
	check_structures(h);
	check_search(h, s);
}

/* ---- SLIT ---- */

static void fuzz_slit(const struct acpi_table *t, const struct srat *s)
{
	_cleanup_free_ struct slit *slit = NULL;
	const char *why = NULL;
	size_t at = SIZE_MAX;
	int from, to, distance, err = slit_parse(t, &slit, &at, &why);

	must(err == 0 || err == -EBADMSG);
	must(!err == !!slit && !err == !why);
	if (err)
		return;
	for (from = 0; from < nodes_of(s); from++)
		for (to = 0; to < nodes_of(s); to++) {
			distance = slit_distance(slit, s, from, to);
			must(!distance || (from == to ? distance == 10 : distance > 10));
			must(distance <= UINT8_MAX);
		}
}

/* ---- CEDT ---- */

static void fuzz_cedt(const struct acpi_table *t, const struct srat *s)
{
	_cleanup_free_ struct cedt *c = NULL;
	int next = s->nr_nodes;
	const char *why;
	size_t at, i;

	must(!cedt_parse(t, s, &c, &at, &why) && c);
	must(c->nr_windows <= t->length / 36);
	for (i = 0; i < c->nr_windows; i++) {
		must(c->windows[i].nr_targets >= 0 && c->windows[i].nr_targets <= CEDT_MAX_TARGETS);
		must(c->windows[i].node == CEDT_NO_NODE || c->windows[i].node == next++);
	}
	must(next <= SRAT_MAX_PXM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *signature;
		void (*fuzz)(const struct acpi_table *t, const struct srat *s);
	} kinds[] = { { "HMAT", fuzz_hmat }, { "SLIT", fuzz_slit }, { "CEDT", fuzz_cedt } };
	struct srat *s;
	struct acpi_table t;
	size_t length, kind;

	if (size < 3)
		return 0;
	kind = data[0] % 3;
	length = (size_t)(data[1] | data[2] << 8);
	data += 3;
	size -= 3;
	if (length > size)
		length = size;
	s = take_srat(data, length);
	if (s && take_table(&t, kinds[kind].signature, data + length, size - length)) {
		kinds[kind].fuzz(&t, s);
		acpi_table_free(&t);
	}
	srat_free(s);
	return 0;
}
