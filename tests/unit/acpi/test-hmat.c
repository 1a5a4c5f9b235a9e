// SPDX-License-Identifier: GPL-2.0-only
#include "unit-tables.h"

#include <tierbpf/adistance.h>

#include "acpi/hmat-access.h"
#include "model/perf.h"

#define OURS "tests/data/hmat"

static struct draft d;

static void start(uint8_t revision)
{
	draft_start(&d, "HMAT", revision, 40);
}

static size_t add(uint16_t type, uint32_t length)
{
	size_t at = draft_add(&d, length);

	draft_put16(&d, at, type);
	draft_put32(&d, at + 4, length);
	return at;
}

static size_t add_memory(uint16_t flags, uint32_t initiator, uint32_t memory)
{
	size_t at = add(0, 40);

	draft_put16(&d, at + 8, flags);
	draft_put32(&d, at + 12, initiator);
	draft_put32(&d, at + 16, memory);
	return at;
}

/* @numbers: the initiators, the targets, the entries row by row. */
static size_t add_locality(uint8_t flags, uint8_t type, uint64_t base, uint32_t i, uint32_t j,
			   const uint32_t *numbers)
{
	size_t at = add(1, 32 + 4 * i + 4 * j + 2 * i * j), k;

	draft_put8(&d, at + 8, flags);
	draft_put8(&d, at + 9, type);
	draft_put32(&d, at + 12, i);
	draft_put32(&d, at + 16, j);
	draft_put64(&d, at + 24, base);
	for (k = 0; k < i + j; k++)
		draft_put32(&d, at + 32 + 4 * k, numbers[k]);
	for (k = 0; k < (size_t)i * j; k++)
		draft_put16(&d, at + 32 + 4 * (i + j) + 2 * k, (uint16_t)numbers[i + j + k]);
	return at;
}

#define LOCALITY(flags, type, base, i, j, ...) \
	add_locality(flags, type, base, i, j, (const uint32_t[]){ __VA_ARGS__ })

static size_t add_cache(uint32_t pxm, uint64_t size, uint32_t attributes)
{
	size_t at = add(2, 32);

	draft_put32(&d, at + 8, pxm);
	draft_put64(&d, at + 16, size);
	draft_put32(&d, at + 24, attributes);
	return at;
}

static struct hmat *parse(const struct srat *srat)
{
	struct acpi_table t = draft_table(&d, "HMAT");
	struct hmat *h = NULL;
	const char *why;
	size_t at;
	int err = hmat_parse(&t, srat, &h, &at, &why);

	acpi_table_free(&t);
	cr_assert_eq(err, 0, "%d: %s", err, err == -EBADMSG ? why : "");
	cr_assert_null(why);
	return h;
}

static void expect_refused(const struct srat *srat, size_t offset, const char *reason)
{
	struct acpi_table t = draft_table(&d, "HMAT");
	struct hmat *untouched = (struct hmat *)1, *h = untouched;
	const char *why = NULL;
	size_t at = 0;

	cr_expect_eq(hmat_parse(&t, srat, &h, &at, &why), -EBADMSG, "%s", reason);
	cr_assert(why, "%s", reason);
	cr_expect_str_eq(why, reason);
	cr_expect_eq(at, offset, "%s: at %zu", reason, at);
	cr_expect_eq(h, untouched);
	acpi_table_free(&t);
}

/* ---- structures ---- */

#define BEHIND "a structure that extends beyond the end of the table"

Test(hmat, revisions)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	int revision;

	for (revision = 0; revision < 256; revision++) {
		start((uint8_t)revision);
		if (revision == 1 || revision == 2)
			hmat_free(parse(s));
		else
			expect_refused(s, 8, "neither revision 1 nor 2");
	}
	srat_free(s);
}

Test(hmat, unknown_and_last)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct hmat *h;

	start(2);
	add(3, 8);
	add(0xffff, 300);
	add_memory(1, 0, 0);
	draft_add(&d, 8); /* its length is 0, but a header alone is not read */
	h = parse(s);
	cr_expect_eq(h->nr_memory, 1);
	hmat_free(h);
	draft_add(&d, 1);
	expect_refused(s, 40 + 8 + 300 + 40, "a memory domain structure that is not 40 bytes long");
	draft_put16(&d, 40 + 8 + 300 + 40, 7);
	expect_refused(s, 40 + 8 + 300 + 40, "a structure of length 0");
	draft_put32(&d, 40 + 8 + 300 + 40 + 4, 0xfffffff8);
	h = parse(s);
	cr_expect_eq(h->nr_memory, 1);
	hmat_free(h);
	srat_free(s);
}

/* A structure that the kernel reads must be within the table as far as it is read. */
Test(hmat, behind_the_end)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct hmat *h;
	size_t at;

	start(2);
	at = LOCALITY(0, 0, 1, 1, 1, 0, 0, 7);
	draft_put32(&d, at + 4, 0xffffffff);
	h = parse(s);
	cr_expect_eq(hmat_entry(h, h->localities, 0, 0), 7);
	hmat_free(h);
	d.length--;
	expect_refused(s, at, BEHIND);
	d.length = at + 9;
	expect_refused(s, at, BEHIND);
	start(2);
	at = add_memory(0, 0, 0);
	d.length--;
	expect_refused(s, at, BEHIND);
	start(2);
	at = add_cache(0, 0, 0);
	d.length--;
	expect_refused(s, at, BEHIND);
	srat_free(s);
}

Test(hmat, lengths)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	size_t at;

	start(2);
	at = add_memory(0, 0, 0);
	draft_add(&d, 8);
	draft_put32(&d, at + 4, 48);
	expect_refused(s, at, "a memory domain structure that is not 40 bytes long");
	draft_put32(&d, at + 4, 39);
	expect_refused(s, at, "a memory domain structure that is not 40 bytes long");
	start(2);
	at = LOCALITY(0, 0, 1, 2, 2, 0, 1, 0, 1, 1, 2, 3, 4);
	draft_put32(&d, at + 4, 55);
	expect_refused(s, at, "a locality structure too short for its domains");
	start(2);
	at = add(1, 32);
	draft_put32(&d, at + 4, 31);
	expect_refused(s, at, "a locality structure shorter than 32 bytes");
	start(2);
	at = add_cache(0, 0, 0);
	draft_put32(&d, at + 4, 31);
	expect_refused(s, at, "a cache structure shorter than 32 bytes");
	srat_free(s);
}

/* Twice the product of the numbers is a multiple of 2^32, or a little more. */
Test(hmat, numbers_that_overflow)
{
	static const uint32_t table[][3] = {
		{ 0xffffffff, 0xffffffff, 32 }, { 0x80000000, 0x80000000, 32 },
		{ 0x40000000, 0x40000000, 32 }, { 0x10000, 0x8000, 0x60020 },
		{ 0, 0x40000000, 32 },		{ 0x40000000, 0, 32 },
	};
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		start(2);
		at = add(1, 32);
		draft_put32(&d, at + 4, table[i][2]);
		draft_put32(&d, at + 12, table[i][0]);
		draft_put32(&d, at + 16, table[i][1]);
		expect_refused(s, at,
			       "a locality structure with so many domains that their number overflows: "
			       "Linux crashes on it at boot (6.12 to 7.3)");
	}
	start(2);
	at = add(1, 32);
	draft_put32(&d, at + 4, 0xffffffff);
	draft_put32(&d, at + 12, 30000);
	draft_put32(&d, at + 16, 60000);
	expect_refused(s, at, BEHIND);
	srat_free(s);
}

Test(hmat, domains)
{
	struct srat *s = srat_of(PXMS(4), PXMS(4, 5));
	struct hmat *h;

	start(2);
	add_memory(1, 77, 4);
	expect_refused(s, 40, "memory attached to an initiator that is not in SRAT");
	hmat_free(parse(NULL));
	start(2);
	add_memory(1, 0xffffffff, 4);
	expect_refused(s, 40, "memory attached to an initiator that is not in SRAT");
	start(2);
	add_memory(0, 77, 4);
	add_memory(0, 4, 77);
	expect_refused(s, 80, "memory of a domain that has none in SRAT");
	draft_put8(&d, 8, 1);
	h = parse(s);
	cr_expect_eq(h->nr_memory, 2);
	hmat_free(h);
	draft_put16(&d, 48, 3);
	expect_refused(s, 40, "memory attached to an initiator that is not in SRAT");
	draft_put16(&d, 48, 1);
	hmat_free(parse(s));
	srat_free(s);
}

/* Errors are found type by type, not in the order of the table. */
Test(hmat, three_passes)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	size_t cache, locality;

	start(2);
	cache = add_cache(0, 0, 0);
	draft_put32(&d, cache + 4, 31);
	d.length--;
	locality = add(1, 32);
	draft_put32(&d, locality + 12, 1);
	expect_refused(s, locality, "a locality structure too short for its domains");
	draft_put32(&d, locality + 12, 0);
	expect_refused(s, cache, "a cache structure shorter than 32 bytes");
	srat_free(s);
}

/* ---- entries ---- */

static void expect_value(uint8_t revision, uint8_t type, uint64_t base, uint16_t entry,
			 uint32_t value)
{
	struct hmat_locality l = { .type = type, .base = base };
	struct hmat h = { .table.revision = revision };
	uint32_t is = hmat_value(&h, &l, entry);

	cr_expect_eq(is, value, "revision %d, type %d: %u * %llu: %u", revision, type, entry,
		     (unsigned long long)base, is);
}

Test(hmat, values)
{
	expect_value(2, HMAT_READ_LATENCY, 1000, 0, 0);
	expect_value(2, HMAT_READ_LATENCY, 1000, 0xffff, 0);
	expect_value(2, HMAT_READ_LATENCY, 1000, 0xfffe, 0xfffe);
	expect_value(2, HMAT_WRITE_LATENCY, 100, 907, 91);
	expect_value(2, HMAT_ACCESS_LATENCY, 1, 1, 1);
	expect_value(2, HMAT_ACCESS_BANDWIDTH, 100, 2621, 262100);
	expect_value(2, HMAT_ACCESS_LATENCY, 0, 5, 0);
	/* values that exceed 32 bits */
	expect_value(2, HMAT_READ_BANDWIDTH, 0xffffffff, 1, 0xffffffff);
	expect_value(2, HMAT_READ_BANDWIDTH, 0x100000000, 1, 0);
	expect_value(2, HMAT_READ_BANDWIDTH, 65538, 65534, 4294967292);
	expect_value(2, HMAT_READ_BANDWIDTH, 65539, 65534, 0);
	expect_value(2, HMAT_READ_BANDWIDTH, UINT64_MAX, 2, 0);
	expect_value(2, HMAT_READ_BANDWIDTH, 1ULL << 63, 2, 0);
	expect_value(2, HMAT_READ_LATENCY, 4294966296, 1, 4294967);
	expect_value(2, HMAT_READ_LATENCY, 4294966297, 1, 0);
	expect_value(2, HMAT_READ_LATENCY, 1431655765, 3, 0);
	/* revision 1 has another unit for all */
	expect_value(1, HMAT_READ_LATENCY, 100, 760, 7600);
	expect_value(1, HMAT_READ_BANDWIDTH, 1, 9, 0);
	expect_value(1, HMAT_READ_BANDWIDTH, 1, 10, 1);
	expect_value(1, HMAT_READ_LATENCY, 1, 11, 2);
	expect_value(1, HMAT_READ_LATENCY, 0xffffffff, 1, 0);
}

/* ---- caches ---- */

static void expect_cache(const struct hmat_cache *c, int level, int line,
			 enum hmat_indexing indexing, enum hmat_policy policy)
{
	cr_assert(c);
	cr_expect(c->level == level && c->line == line && c->indexing == indexing &&
			  c->policy == policy,
		  "level %d, line %d, indexing %d, policy %d", c->level, c->line, c->indexing,
		  c->policy);
}

Test(hmat, caches)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1));
	const struct hmat_cache *c = NULL;
	struct hmat *h;
	size_t at;

	start(2);
	add_cache(1, 1 << 20, 0x00401112);
	add_cache(0, 1 << 21, 0x00802222);
	add_cache(1, 1 << 22, 0x00402222);
	add_cache(1, 1 << 23, 0x00801112); /* a level that exists already */
	at = add_cache(1, UINT64_MAX, 0xffff0101);
	draft_put16(&d, at + 28, 1);
	at = add_cache(1, 0, 0xffffffff);
	draft_put16(&d, at + 28, 1);
	add_cache(77, 1, 0);
	h = parse(s);
	cr_expect_eq(h->nr_caches, 7);
	c = hmat_next_cache(h, 1, c);
	expect_cache(c, 1, 64, HMAT_DIRECT_MAPPED, HMAT_WRITE_BACK);
	cr_expect(c->size == 1 << 20 && !c->extended_linear);
	c = hmat_next_cache(h, 1, c);
	expect_cache(c, 2, 64, HMAT_INDEXED, HMAT_WRITE_THROUGH);
	c = hmat_next_cache(h, 1, c);
	expect_cache(c, 0, 0xffff, HMAT_DIRECT_MAPPED, HMAT_POLICY_OTHER);
	cr_expect(c->size == UINT64_MAX && c->extended_linear);
	c = hmat_next_cache(h, 1, c);
	expect_cache(c, 15, 0xffff, HMAT_INDEXING_OTHER, HMAT_POLICY_OTHER);
	cr_expect(!c->extended_linear, "only what is direct mapped");
	cr_expect_null(hmat_next_cache(h, 1, c));
	cr_expect_null(hmat_next_cache(h, 77, NULL));
	cr_expect_eq(hmat_next_cache(h, 0, NULL)->size, 1 << 21);
	hmat_free(h);
	srat_free(s);
}

/* ---- the search ---- */

static void expect_access(const struct access *a, const char *where, int64_t rl, int64_t wl,
			  int64_t rb, int64_t wb, const char *initiators)
{
	char *nodes = nodeset_text(&a->initiators);
	const struct perf *p = &a->perf;

	cr_expect(p->value[READ_LATENCY] == rl && p->value[WRITE_LATENCY] == wl &&
			  p->value[READ_BANDWIDTH] == rb && p->value[WRITE_BANDWIDTH] == wb,
		  "%s: %d %d %d %d", where, (int)p->value[READ_LATENCY],
		  (int)p->value[WRITE_LATENCY], (int)p->value[READ_BANDWIDTH],
		  (int)p->value[WRITE_BANDWIDTH]);
	cr_expect_str_eq(nodes, initiators, "%s: initiators %s", where, nodes);
	free(nodes);
}

static void find(const struct srat *s, const struct nodeset *cpus, int node,
		 struct access found[NR_CLASSES])
{
	struct hmat_access *a = NULL;
	struct hmat *h = parse(s);

	cr_assert_eq(hmat_access_new(h, s, cpus ?: &s->cpus, &a), 0);
	hmat_access_node(a, node, found);
	hmat_access_free(a);
	hmat_free(h);
}

/* A quirk of the kernel: the access table serves as that of read latency, and sets both values. */
Test(hmat_access, access_then_write)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct access found[NR_CLASSES];

	start(2);
	LOCALITY(0, HMAT_ACCESS_LATENCY, 1000, 1, 1, 0, 0, 100);
	LOCALITY(0, HMAT_WRITE_LATENCY, 1000, 1, 1, 0, 0, 300);
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_CPU], "searched", 100, 100, 0, 0, "0");
	add_memory(1, 0, 0);
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_CPU], "attached", 100, 300, 0, 0, "0");
	srat_free(s);
}

/*
 * The first table that differs breaks the tie; later tables compare only the initiators that
 * remain.
 */
Test(hmat_access, ties)
{
	struct srat *s = srat_of(PXMS(0, 1, 2, 3), PXMS(0, 9));
	struct access found[NR_CLASSES];

	start(2);
	LOCALITY(0, HMAT_READ_LATENCY, 1000, 4, 1, 0, 1, 2, 3, 9, 9, 5, 5, 5);
	find(s, NULL, 4, found);
	expect_access(&found[CLASS_ANY], "by latency", 5, 0, 0, 0, "1-3");
	LOCALITY(0, HMAT_READ_BANDWIDTH, 1, 3, 1, 0, 1, 2, 9, 9999, 10, 10);
	find(s, NULL, 4, found);
	expect_access(&found[CLASS_ANY], "and by bandwidth", 5, 0, 10, 0, "1-2");
	LOCALITY(0x30, HMAT_WRITE_LATENCY, 1000, 1, 1, 3, 9, 4);
	find(s, NULL, 4, found);
	expect_access(&found[CLASS_ANY], "writes come first", 5, 4, 0, 0, "3");
	LOCALITY(1, HMAT_WRITE_LATENCY, 1000, 1, 1, 0, 9, 1);
	find(s, NULL, 4, found);
	expect_access(&found[CLASS_ANY], "caches do not count", 5, 4, 0, 0, "3");
	LOCALITY(0, HMAT_WRITE_LATENCY, 1000, 1, 1, 0, 9, 0);
	find(s, NULL, 4, found);
	expect_access(&found[CLASS_ANY], "the last table counts", 5, 0, 10, 0, "1-2");
	srat_free(s);
}

/*
 * An initiator that only values of a side cache name is one of memory too. Where nothing is known, it
 * ties with the others; where something is, it loses.
 */
Test(hmat_access, initiators_of_side_caches)
{
	struct srat *s = srat_of(PXMS(0, 1), PXMS(0, 1));
	struct access found[NR_CLASSES];
	struct nodeset cpus = {};

	start(2);
	LOCALITY(0, HMAT_ACCESS_LATENCY, 1000, 1, 2, 0, 0, 1, 10, 0);
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_CPU], "of memory only", 0, 0, 0, 0, "0");
	LOCALITY(1, HMAT_ACCESS_LATENCY, 1000, 2, 2, 0, 1, 0, 1, 5, 6, 6, 5);
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_ANY], "any", 0, 0, 0, 0, "0-1");
	expect_access(&found[CLASS_CPU], "CPU", 0, 0, 0, 0, "0-1");
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_ANY], "with a value", 10, 10, 0, 0, "0");
	nodeset_add(&cpus, 0);
	find(s, &cpus, 1, found);
	expect_access(&found[CLASS_ANY], "without CPUs, any", 0, 0, 0, 0, "0-1");
	expect_access(&found[CLASS_CPU], "without CPUs, CPU", 0, 0, 0, 0, "0");
	srat_free(s);
}

/* Class CPU ignores initiators without CPUs; both classes ignore those without a node. */
Test(hmat_access, classes)
{
	struct srat *s = srat_of(PXMS(0, 1), PXMS(0, 1));
	struct nodeset cpus = {};
	struct access found[NR_CLASSES];

	nodeset_add(&cpus, 1);
	start(2);
	LOCALITY(0, HMAT_ACCESS_LATENCY, 1000, 3, 1, 77, 0, 1, 1, 1, 5, 9);
	find(s, &cpus, 1, found);
	expect_access(&found[CLASS_ANY], "any", 5, 5, 0, 0, "0");
	expect_access(&found[CLASS_CPU], "CPU", 9, 9, 0, 0, "1");
	add_memory(1, 0, 1);
	find(s, &cpus, 1, found);
	expect_access(&found[CLASS_ANY], "attached", 5, 5, 0, 0, "0");
	expect_access(&found[CLASS_CPU], "not by its CPUs", 9, 9, 0, 0, "1");
	srat_free(s);
}

Test(hmat_access, no_values)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1));
	struct access found[NR_CLASSES];

	start(2);
	LOCALITY(2, HMAT_ACCESS_LATENCY, 1000, 1, 1, 0, 0, 5);
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_CPU], "of a cache only", 0, 0, 0, 0, "");
	LOCALITY(0, 200, 1000, 1, 1, 0, 0, 5);
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_CPU], "of an unknown type", 0, 0, 0, 0, "0");
	find(s, NULL, 2, found);
	expect_access(&found[CLASS_CPU], "no such node", 0, 0, 0, 0, "");
	find(s, NULL, -1, found);
	expect_access(&found[CLASS_CPU], "no node", 0, 0, 0, 0, "");
	srat_free(s);
}

/* Zeros are stored too, and the last row of an initiator; the search takes the first. */
Test(hmat_access, attached)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1));
	struct access found[NR_CLASSES];

	start(2);
	add_memory(1, 0, 1);
	add_memory(0, 0, 1);
	LOCALITY(0, HMAT_ACCESS_LATENCY, 1000, 2, 2, 0, 0, 0, 1, 5, 6, 7, 8);
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_CPU], "searched", 5, 5, 0, 0, "0");
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_CPU], "attached", 8, 8, 0, 0, "0");
	LOCALITY(0, HMAT_READ_LATENCY, 1000, 1, 1, 0, 1, 0xffff);
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_CPU], "a zero", 0, 8, 0, 0, "0");
	srat_free(s);
}

/*
 * PXM -1 means "none" to the kernel, so it counts as attached to memory without initiator, as
 * 6.12 showed.
 */
Test(hmat_access, initiator_ffffffff)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1));
	struct access found[NR_CLASSES];

	start(2);
	LOCALITY(0, HMAT_ACCESS_LATENCY, 1000, 2, 2, 0xffffffff, 0, 0, 1, 5, 6, 100, 0);
	LOCALITY(0, HMAT_ACCESS_BANDWIDTH, 1, 2, 2, 0xffffffff, 0, 0, 1, 77, 78, 20000, 5000);
	find(s, NULL, 0, found);
	expect_access(&found[CLASS_ANY], "node 0, any", 100, 100, 20000, 20000, "0");
	expect_access(&found[CLASS_CPU], "node 0, CPU", 100, 100, 20000, 20000, "0");
	find(s, NULL, 1, found);
	expect_access(&found[CLASS_ANY], "node 1, any", 6, 6, 5000, 5000, "0");
	expect_access(&found[CLASS_CPU], "node 1, CPU", 0, 0, 5000, 5000, "0");
	srat_free(s);
}

/*
 * A port's domain belongs to no node; its coordinates are part of the path to the memory behind
 * it.
 */
Test(hmat_access, ports)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct srat_port port = { .pxm = 5000, .handle = "ACPI0016" };
	struct access found[NR_CLASSES];
	struct hmat_access *a = NULL;
	struct hmat *h;

	s->ports = malloc(sizeof(port));
	s->ports[s->nr_ports++] = port;
	start(2);
	LOCALITY(0, HMAT_READ_LATENCY, 1000, 1, 2, 0, 0, 5000, 5, 7);
	LOCALITY(0, HMAT_READ_BANDWIDTH, 1, 1, 1, 0, 0, 9);
	h = parse(s);
	cr_assert_eq(hmat_access_new(h, s, &s->cpus, &a), 0);
	hmat_access_port(a, &port, found);
	expect_access(&found[CLASS_CPU], "port", 7, 0, 0, 0, "0");
	port.handle[0] = port.handle[1] = 0;
	hmat_access_port(a, &port, found);
	expect_access(&found[CLASS_CPU], "port without a name", 0, 0, 0, 0, "");
	hmat_access_free(a);
	hmat_free(h);
	srat_free(s);
}

/* ---- tables that kernels have been booted with ---- */

static int64_t integer(const json_t *value)
{
	return (int64_t)json_number_value(value);
}

struct booted {
	struct srat *srat;
	struct hmat *hmat; /* NULL: the kernel ignores it */
	struct machine *machine;
	const char *why;
};

static void put_facts(struct machine_node *n)
{
	const struct perf *p = &n->hmat[CLASS_CPU].perf;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		machine_set_fact(n, coordinate_fact(c), p->value[c], SOURCE_HMAT);
}

static void set_nodes(const json_t *list, bool *first, struct nodeset *nodes)
{
	json_t *node;
	size_t i;

	json_array_foreach(list, i, node) {
		first[(size_t)integer(node) * sizeof(struct machine_node)] = true;
		if (nodes)
			nodeset_add(nodes, (int)integer(node));
	}
}

/* False if there are no such files. */
static bool boot(const char *dir, const char *srat, const char *hmat, const json_t *cpus,
		 const json_t *memory, struct booted *b)
{
	size_t srat_length, hmat_length, at;
	uint8_t *srat_bytes = file_bytes(dir, srat, &srat_length);
	uint8_t *hmat_bytes = file_bytes(dir, hmat, &hmat_length);
	struct nodeset with_cpu = {};
	struct hmat_access *a;
	struct acpi_table t;
	int node, err;

	*b = (struct booted){};
	if (srat_bytes && hmat_bytes) {
		cr_assert_null(table_of(&t, "SRAT", srat_bytes, srat_length), "%s", dir);
		cr_assert_eq(srat_parse(&t, &b->srat, &at, &b->why), 0, "%s", dir);
		acpi_table_free(&t);
		b->why = table_of(&t, "HMAT", hmat_bytes, hmat_length);
		if (!b->why) {
			err = hmat_parse(&t, b->srat, &b->hmat, &at, &b->why);
			cr_assert(err == (b->why ? -EBADMSG : 0));
			acpi_table_free(&t);
		}
		b->machine = calloc(1, sizeof(*b->machine));
		b->machine->nr_nodes = b->srat->nr_nodes;
		set_nodes(cpus, &b->machine->nodes[0].cpu, &with_cpu);
		set_nodes(memory, &b->machine->nodes[0].memory, NULL);
	}
	if (b->hmat) {
		cr_assert_eq(hmat_access_new(b->hmat, b->srat, &with_cpu, &a), 0);
		for (node = 0; node < b->srat->nr_nodes; node++) {
			hmat_access_node(a, node, b->machine->nodes[node].hmat);
			put_facts(&b->machine->nodes[node]);
		}
		hmat_access_free(a);
	}
	free(srat_bytes);
	free(hmat_bytes);
	return b->machine;
}

static void unboot(struct booted *b)
{
	hmat_free(b->hmat);
	srat_free(b->srat);
	machine_free(b->machine);
}

static int64_t number(const json_t *object, const char *key)
{
	return integer(json_object_get(object, key));
}

static void expect_class(const char *dir, int node, const struct access *a, const json_t *expected)
{
	struct nodeset nodes = {};
	char where[4096], *initiators;
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(expected, "initiators"), i, value)
		nodeset_add(&nodes, (int)integer(value));
	initiators = nodeset_text(&nodes);
	snprintf(where, sizeof(where), "%s: node %d", dir, node);
	expect_access(a, where, number(expected, "rl"), number(expected, "wl"),
		      number(expected, "rb"), number(expected, "wb"), initiators);
	free(initiators);
}

static void expect_caches(const char *dir, const struct booted *b, int node, const json_t *expected)
{
	const struct hmat_cache *c = NULL;
	json_t *value;
	size_t i;

	json_array_foreach(expected, i, value) {
		json_t *mode = json_object_get(value, "address_mode"); /* 6.12 has none */

		c = hmat_next_cache(b->hmat, (uint32_t)b->srat->pxm[node], c);
		cr_assert(c, "%s: node %d: cache %zu", dir, node, i);
		/* up to 2^64 - 1, which is no integer to jansson */
		cr_expect_eq((double)c->size, json_number_value(json_object_get(value, "size")),
			     "%s: node %d: size", dir, node);
		expect_cache(c, (int)number(value, "level"), (int)number(value, "line"),
			     (enum hmat_indexing)number(value, "indexing"),
			     (enum hmat_policy)number(value, "write_policy"));
		if (mode && !json_is_null(mode))
			cr_expect_eq(c->extended_linear, integer(mode), "%s: node %d", dir, node);
	}
	if (b->hmat)
		cr_expect_null(hmat_next_cache(b->hmat, (uint32_t)b->srat->pxm[node], c),
			       "%s: node %d: one more", dir, node);
}

/* The kernel's tier number is the adistance's upper bits, whatever it wrapped to. */
static __s32 kernel_adistance(const struct machine *m, int node)
{
	struct perf p = perf_of(&m->nodes[node].facts), r;
	int odd, reference = perf_reference_node(m);

	if (perf_kernel_reference(m, &odd))
		return TIERBPF_ADISTANCE_DRAM;
	r = perf_of(&m->nodes[reference].facts);
	if (!(uint32_t)(p.value[READ_LATENCY] + p.value[WRITE_LATENCY]) ||
	    !(uint32_t)(p.value[READ_BANDWIDTH] + p.value[WRITE_BANDWIDTH]))
		return TIERBPF_ADISTANCE_DRAM;
	return perf_kernel_adistance(&p, &r);
}

/* @nodes: of expected.json, or as a kernel showed them. Counts the nodes. */
static int expect_nodes(const char *dir, const struct booted *b, const json_t *nodes)
{
	const struct machine_node *n;
	const char *key;
	int count = 0, node;
	json_t *value;

	json_object_foreach((json_t *)nodes, key, value) {
		json_t *access0 = json_object_get(value, "access0"),
		       *access1 = json_object_get(value, "access1");
		json_t *adistance = json_object_get(value, "adistance");

		node = atoi(key);
		cr_assert_lt(node, b->machine->nr_nodes, "%s: node %d", dir, node);
		n = &b->machine->nodes[node];
		if (access0)
			expect_class(dir, node, &n->hmat[CLASS_ANY], access0);
		if (access1)
			expect_class(dir, node, &n->hmat[CLASS_CPU], access1);
		expect_caches(dir, b, node, json_object_get(value, "caches"));
		if (json_is_number(adistance)) /* null: of a node without memory */
			cr_expect_eq(kernel_adistance(b->machine, node), integer(adistance),
				     "%s: node %d: adistance %d", dir, node,
				     kernel_adistance(b->machine, node));
		count++;
	}
	return count;
}

static void expect_tiers(const char *dir, const struct machine *m, const json_t *tiers)
{
	json_t *nodes, *value;
	const char *key;
	size_t i;

	json_object_foreach((json_t *)tiers, key, nodes)
		json_array_foreach(nodes, i, value) {
			int node = (int)integer(value);
			__u32 tier = tierbpf_tier(kernel_adistance(m, node));

			cr_expect_eq(tier, strtoul(key, NULL, 10), "%s: node %d: tier %u", dir,
				     node, tier);
		}
}

static int expect_model(const char *dir)
{
	json_t *expected = file_json(dir, "expected.json");
	json_t *cpus = json_object_get(expected, "cpu_nodes");
	struct nodeset cpu_nodes = {};
	struct booted b;
	int count = 0, err, odd;

	if (expected &&
	    boot(dir, "SRAT.bin", "HMAT.bin", cpus, json_object_get(expected, "mem_nodes"), &b)) {
		bool ignored = !json_is_null(json_object_get(expected, "ignored"));
		json_t *value;
		size_t i;

		cr_expect_eq(!b.hmat, ignored, "%s: %s", dir, b.why ?: "not ignored");
		json_array_foreach(cpus, i, value)
			nodeset_add(&cpu_nodes, (int)integer(value));
		cr_expect(!memcmp(&cpu_nodes, &b.srat->cpus, sizeof(cpu_nodes)),
			  "%s: nodes with CPUs", dir);
		/*
		 * Without a reference node, the kernel's callback is registered, but never gives
		 * an answer.
		 */
		err = perf_kernel_reference(b.machine, &odd);
		cr_expect_eq(json_is_true(json_object_get(expected, "algorithm")),
			     b.hmat && (!err || err == -ENOENT), "%s: algorithm", dir);
		count = expect_nodes(dir, &b, json_object_get(expected, "nodes"));
		expect_tiers(dir, b.machine, json_object_get(expected, "tiers"));
		unboot(&b);
	}
	json_decref(expected);
	return count ? 1 : 0;
}

static int expect_kernel(const char *dir, const char *name)
{
	json_t *file = file_json(dir, name), *kernel = json_object_get(file, "kernel");
	json_t *sets = json_object_get(kernel, "sets");
	struct booted b;
	int count = 0;

	if (kernel && boot(dir, "SRAT.bin", "HMAT.bin", json_object_get(sets, "has_cpu"),
			   json_object_get(sets, "has_memory"), &b)) {
		count = expect_nodes(dir, &b, json_object_get(kernel, "nodes"));
		expect_tiers(dir, b.machine, json_object_get(kernel, "tiers"));
		unboot(&b);
	}
	json_decref(file);
	return count ? 1 : 0;
}

static int expect_kernels(const char *dir)
{
	return expect_kernel(dir, "kernel-6.12.json") + expect_kernel(dir, "kernel-7.3.json");
}

Test(hmat, booted)
{
	cr_expect_geq(each_folder(OURS, expect_model), 16);
	cr_expect_geq(each_folder(OURS, expect_kernels), 32);
}

Test(hmat, more_that_were_booted)
{
	char *path = more_data("vectors");
	int models = each_folder(path, expect_model), kernels = each_folder(path, expect_kernels);

	cr_log_info("%d vectors as the model has them, %d as kernels showed them", models, kernels);
	cr_expect_geq(models, 116);
	cr_expect_geq(kernels, 230);
	free(path);
}

/* ---- broken tables that kernels have been booted with ---- */

/* Linux reads on behind the table; zeros were there, which attached node 0. */
#define CUT "15-truncated-len-fixed.bin"

static void expect_as_shown(const char *name, const struct booted *b, const json_t *kernel)
{
	json_t *caches = json_object_get(kernel, "caches"), *value;
	json_t *nodes = json_object_get(kernel, "nodes");
	const char *node;

	json_object_foreach(caches, node, value)
		json_object_set(json_object_get(nodes, node), "caches", value);
	if (strcmp(name, CUT))
		expect_nodes(name, b, nodes);
	expect_tiers(name, b->machine, json_object_get(kernel, "tiers"));
}

static int expect_malformed(const char *dir, const json_t *c)
{
	json_t *kernels = json_object_get(c, "kernel"), *kernel;
	const char *name = json_string_value(json_object_get(c, "file")), *version;
	json_t *cpus = json_pack("[i]", 0), *memory = json_pack("[i,i]", 0, 1);
	struct booted b;
	int count = 0;

	cr_assert(boot(dir, "SRAT.bin", name, cpus, memory, &b), "%s", name);
	if (json_is_string(kernels))
		cr_expect(b.why && strstr(b.why, "Linux crashes on it"), "%s: %s", name, b.why);
	else
		json_object_foreach(kernels, version, kernel) {
			bool ignored = json_array_size(json_object_get(kernel, "ignoring"));

			if (json_is_string(kernel)) {
				cr_expect(b.why && strstr(b.why, "Linux crashes on it"), "%s: %s",
					  name, b.why);
				continue;
			}
			if (strcmp(name, CUT))
				cr_expect_eq(!b.hmat, ignored, "%s: %s", name,
					     b.why ?: "not ignored");
			expect_as_shown(name, &b, kernel);
			count = 1;
		}
	json_decref(cpus);
	json_decref(memory);
	unboot(&b);
	return count;
}

static int expect_all_malformed(const char *dir)
{
	json_t *index = file_json(dir, "index.json"), *c;
	int count = 0;
	size_t i;

	json_array_foreach(json_object_get(index, "cases"), i, c)
		count += expect_malformed(dir, c);
	json_decref(index);
	return count;
}

Test(hmat, malformed)
{
	cr_expect_geq(expect_all_malformed("tests/data/hmat-malformed"), 15);
}

Test(hmat, more_malformed)
{
	char *path = more_data("malformed");
	int count = expect_all_malformed(path);

	cr_log_info("%d broken tables as kernels showed them", count);
	cr_expect_geq(count, 66);
	free(path);
}

/* ---- damaged at random ---- */

static void parse_damaged(const void *bytes, size_t length, void *arg)
{
	const struct srat *s = arg;
	struct access found[NR_CLASSES];
	struct hmat_access *a = NULL;
	struct hmat *h = NULL;
	const char *why;
	struct acpi_table t;
	size_t at;
	int node;

	if (table_of(&t, "HMAT", bytes, length))
		return;
	if (!hmat_parse(&t, s, &h, &at, &why) && !hmat_access_new(h, s, &s->cpus, &a))
		for (node = 0; node < s->nr_nodes; node++)
			hmat_access_node(a, node, found);
	hmat_access_free(a);
	hmat_free(h);
	acpi_table_free(&t);
}

Test(hmat, damaged)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1));
	size_t length;
	uint8_t *bytes = file_bytes(OURS "/qemu-cache", "HMAT.bin", &length);

	cr_assert(bytes);
	each_damage(bytes, length, parse_damaged, s);
	free(bytes);
	srat_free(s);
}
