// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <jansson.h>
#include <sys/stat.h>

#include "cxl/cdat.h"

#define OURS "tests/data/cdat"

/* ---- tables, piece by piece ---- */

struct draft {
	uint8_t bytes[8192];
	size_t length;
};

static struct draft draft_new(void)
{
	return (struct draft){ .length = 16 };
}

/* Tests run on little-endian machines. */
#define PUT(d, at, type, value)                                           \
	do {                                                              \
		type put_value = (type)(value);                           \
		memcpy((d)->bytes + (at), &put_value, sizeof(put_value)); \
	} while (0)

/* Returns where the structure begins. */
static size_t add(struct draft *d, uint8_t type, uint16_t length)
{
	size_t at = d->length;

	cr_assert_leq(at + length, sizeof(d->bytes));
	d->bytes[at] = type;
	PUT(d, at + 2, uint16_t, length);
	d->length += length;
	return at;
}

static void add_memory(struct draft *d, uint8_t handle, uint64_t base, uint64_t length)
{
	size_t at = add(d, 0, 24);

	d->bytes[at + 4] = handle;
	PUT(d, at + 8, uint64_t, base);
	PUT(d, at + 16, uint64_t, length);
}

static size_t add_value(struct draft *d, uint8_t handle, uint8_t type, uint64_t base, uint16_t entry)
{
	size_t at = add(d, 1, 24);

	d->bytes[at + 4] = handle;
	d->bytes[at + 6] = type;
	PUT(d, at + 8, uint64_t, base);
	PUT(d, at + 16, uint16_t, entry);
	return at;
}

struct way {
	uint16_t x, y, value;
};

static size_t add_ways(struct draft *d, uint8_t type, uint64_t base, const struct way *ways,
		       size_t count)
{
	size_t at = add(d, 5, (uint16_t)(16 + 8 * count)), i;

	d->bytes[at + 4] = type;
	PUT(d, at + 8, uint64_t, base);
	for (i = 0; i < count; i++) {
		PUT(d, at + 16 + 8 * i, uint16_t, ways[i].x);
		PUT(d, at + 18 + 8 * i, uint16_t, ways[i].y);
		PUT(d, at + 20 + 8 * i, uint16_t, ways[i].value);
	}
	return at;
}

/* Parses from memory of exactly that size, so that reading one byte too far is found. */
static int parse_bytes(const void *bytes, size_t length, uint16_t port, struct cdat **c, size_t *at,
		       const char **why)
{
	uint8_t *copy = malloc(length);
	int err;

	cr_assert(copy || !length);
	if (length)
		memcpy(copy, bytes, length);
	err = cdat_parse(copy, length, port, c, at, why);
	free(copy);
	return err;
}

static void finish(struct draft *d)
{
	uint8_t sum = 0;
	size_t i;

	PUT(d, 0, uint32_t, d->length);
	d->bytes[5] = 0;
	for (i = 0; i < d->length; i++)
		sum = (uint8_t)(sum + d->bytes[i]);
	d->bytes[5] = (uint8_t)-sum;
}

static int parse(struct draft *d, uint16_t port, struct cdat **c, size_t *at, const char **why)
{
	finish(d);
	return parse_bytes(d->bytes, d->length, port, c, at, why);
}

static struct cdat *good(struct draft *d, uint16_t port)
{
	struct cdat *c = NULL;
	const char *why;
	size_t at;
	int err = parse(d, port, &c, &at, &why);

	cr_assert_eq(err, 0, "%d: %s", err, err == -EBADMSG ? why : "");
	return c;
}

static void expect_perf(const struct perf *p, int64_t rl, int64_t wl, int64_t rb, int64_t wb)
{
	cr_expect(p->value[READ_LATENCY] == rl && p->value[WRITE_LATENCY] == wl &&
			  p->value[READ_BANDWIDTH] == rb && p->value[WRITE_BANDWIDTH] == wb,
		  "%lld %lld %lld %lld, not %lld %lld %lld %lld", (long long)p->value[READ_LATENCY],
		  (long long)p->value[WRITE_LATENCY], (long long)p->value[READ_BANDWIDTH],
		  (long long)p->value[WRITE_BANDWIDTH], (long long)rl, (long long)wl, (long long)rb,
		  (long long)wb);
}

static void expect_rejected(struct draft *d, size_t offset, const char *reason)
{
	struct cdat *untouched = (struct cdat *)1, *c = untouched;
	const char *why = NULL;
	size_t at = 0;

	cr_expect_eq(parse(d, 0, &c, &at, &why), -EBADMSG, "%s", reason);
	cr_assert(why, "%s", reason);
	cr_expect_str_eq(why, reason);
	cr_expect_eq(at, offset, "%s: at %zu", reason, at);
	cr_expect_eq(c, untouched);
}

/* ---- memory ---- */

/* Latencies in ps are rounded up to ns; bandwidths in MB/s are unchanged. */
Test(cdat, values)
{
	static const struct {
		uint8_t type;
		uint64_t base;
		uint16_t entry;
		struct perf perf;
	} table[] = {
		{ 0, 1000, 150, { { 150, 150 } } },
		{ 1, 1, 1, { { 1 } } },
		{ 1, 1, 1000, { { 1 } } },
		{ 2, 1, 1001, { { 0, 2 } } },
		{ 3, 1, 1001, { { 0, 0, 1001, 1001 } } },
		{ 4, 2, 3, { { 0, 0, 6 } } },
		{ 5, 1, 65534, { { 0, 0, 0, 65534 } } },
		{ 6, 1, 1, {} },
		{ 0, 1000, 0, {} },
		{ 0, 1000, 0xffff, {} },
		{ 3, 0x80000000, 1, { { 0, 0, 0x80000000, 0x80000000 } } },
		{ 3, 0x80000000, 2, {} },
		{ 3, 0xffffffff, 1, { { 0, 0, 0xffffffff, 0xffffffff } } },
		{ 3, 0x100000000, 1, {} },
		{ 0, 0xffffffff, 1, {} }, /* rounding up wraps */
		{ 0, 4294966296, 1, { { 4294967, 4294967 } } },
		{ 3, 0, 1, {} },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct draft d = draft_new();
		const struct perf *p = &table[i].perf;
		struct cdat *c;

		add_memory(&d, 7, 0, 1 << 20);
		add_value(&d, 7, table[i].type, table[i].base, table[i].entry);
		c = good(&d, 0);
		expect_perf(&c->memory[0].perf, p->value[READ_LATENCY], p->value[WRITE_LATENCY],
			    p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH]);
		cdat_free(c);
	}
}

/*
 * Only the first entry for memory itself counts; structures may have any order, and the last one
 * counts.
 */
Test(cdat, which_values)
{
	struct draft d = draft_new();
	struct cdat *c;
	size_t at;

	add_value(&d, 2, 0, 1000, 100);
	add_value(&d, 9, 0, 1000, 900);
	add_memory(&d, 1, 0, 1 << 20);
	add_memory(&d, 2, 1 << 20, 1 << 20);
	at = add_value(&d, 2, 1, 1000, 200);
	d.bytes[at + 5] = 0xf0; /* minimum transfer size, non-sequential: does not matter */
	at = add_value(&d, 2, 2, 1000, 300);
	d.bytes[at + 5] = 0x01; /* a cache in front of the memory */
	at = add_value(&d, 1, 3, 10, 1);
	PUT(&d, at + 18, uint16_t, 77);
	c = good(&d, 0);
	cr_assert_eq(c->nr_memory, 2);
	expect_perf(&c->memory[0].perf, 0, 0, 10, 10);
	expect_perf(&c->memory[1].perf, 200, 100, 0, 0);
	cdat_free(c);
}

Test(cdat, find)
{
	struct draft d = draft_new();
	struct cdat *c;

	add_memory(&d, 1, 0x1000, 0x1000);
	add_memory(&d, 0, 0x2000, 0x1000);
	add_memory(&d, 3, UINT64_MAX - 0xf, 0x100);
	c = good(&d, 0);
	cr_expect_eq(cdat_find(c, 0x1000, 0x1000), &c->memory[0]);
	cr_expect_eq(cdat_find(c, 0x1fff, 1), &c->memory[0]);
	cr_expect_eq(cdat_find(c, 0x2000, 1), &c->memory[1]);
	cr_expect_null(cdat_find(c, 0x1000, 0));
	cr_expect_null(cdat_find(c, 0x0fff, 2));
	cr_expect_null(cdat_find(c, 0x1000, 0x1001), "of both");
	cr_expect_null(cdat_find(c, 0x2fff, 2));
	cr_expect_null(cdat_find(c, 0x1800, UINT64_MAX));
	cr_expect_eq(cdat_find(c, UINT64_MAX, 1), &c->memory[2]);
	cdat_free(c);
}

Test(cdat, all_handles)
{
	struct draft d = draft_new();
	struct cdat *c;
	int i;

	for (i = 0; i < 256; i++)
		add_memory(&d, (uint8_t)(255 - i), (uint64_t)i << 20, 1 << 20);
	c = good(&d, 0);
	cr_expect_eq(c->nr_memory, 256);
	cdat_free(c);
	add_memory(&d, 3, 0, 1);
	expect_rejected(&d, 16 + 256 * 24, "a second DSMAS of the same handle");
}

/* ---- switches ---- */

#define UP 0x100
#define ANY 0xffff

Test(cdat, ways)
{
	static const struct way ways[] = { { UP, 3, 30 },   { 5, UP, 50 }, { UP, 3, 31 },
					   { ANY, 7, 70 },  { 8, 9, 89 },  { 9, ANY, 90 },
					   { UP, ANY, 99 }, { UP, 4, 40 } };
	static const struct {
		uint16_t port;
		int64_t latency;
	} table[] = { { 3, 30 }, { 5, 50 }, { 7, 70 }, { 8, 89 }, { 9, 90 }, { 4, 99 }, { 0, 99 } };
	struct draft d = draft_new();
	size_t i;

	add_ways(&d, 0, 1000, ways, ARRAY_SIZE(ways));
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdat *c = good(&d, table[i].port);

		expect_perf(&c->port, table[i].latency, table[i].latency, 0, 0);
		cdat_free(c);
	}
	d = draft_new();
	add_ways(&d, 0, 1000, (const struct way[]){ { ANY, UP, 11 } }, 1);
	add_ways(&d, 5, 1000, (const struct way[]){ { ANY, ANY, 12 } }, 1);
	add_ways(&d, 6, 1000, (const struct way[]){ { ANY, ANY, 12 } }, 1);
	add_ways(&d, 2, 1000, (const struct way[]){ { UP, 1, 13 }, { UP, 2, 14 } }, 2);
	{
		struct cdat *c = good(&d, 2);

		expect_perf(&c->port, 11, 14, 0, 12000);
		cdat_free(c);
	}
}

/* ---- structures ---- */

/*
 * Unknown structures and DSEMTS are skipped; a header alone at the end is not read, nor bytes
 * behind the table.
 */
Test(cdat, unknown_and_last)
{
	struct draft d = draft_new();
	struct cdat *c;
	const char *why;
	size_t at;

	add(&d, 4, 24);
	add(&d, 200, 5);
	add_memory(&d, 1, 0, 1);
	add(&d, 0, 4);
	c = good(&d, 0);
	cr_expect_eq(c->nr_memory, 1);
	cdat_free(c);
	finish(&d);
	d.bytes[d.length] = 99;
	cr_assert_eq(parse_bytes(d.bytes, d.length + 1, 0, &c, &at, &why), 0);
	cdat_free(c);
	d.bytes[d.length - 2] = 30;
	d.length++;
	expect_rejected(&d, 16 + 24 + 5 + 24,
			"a structure that extends beyond the end of the table");
}

Test(cdat, rejected)
{
	struct draft d = draft_new(), with_memory;
	size_t at;

	add_memory(&d, 1, 0, 1);
	with_memory = d;
	add(&d, 0, 20);
	expect_rejected(&d, 40, "a DSMAS that is not 24 bytes long");
	d = with_memory;
	add_memory(&d, 1, 0, 1);
	expect_rejected(&d, 40, "a second DSMAS of the same handle");
	d = with_memory;
	add(&d, 1, 23);
	expect_rejected(&d, 40, "a DSLBIS that is not 24 bytes long");
	d = with_memory;
	at = add(&d, 77, 8);
	PUT(&d, at + 2, uint16_t, 0);
	expect_rejected(&d, 40, "a structure of length 0");
	d = with_memory;
	at = add(&d, 1, 24);
	PUT(&d, at + 2, uint16_t, 25);
	expect_rejected(&d, 40, "a structure that extends beyond the end of the table");
	d = with_memory;
	add(&d, 5, 16);
	expect_rejected(&d, 40,
			"an SSLBIS whose length is not 16 bytes and one or more entries of 8");
	d = with_memory;
	add(&d, 5, 8);
	expect_rejected(&d, 40,
			"an SSLBIS whose length is not 16 bytes and one or more entries of 8");
	d = with_memory;
	add(&d, 5, 25);
	expect_rejected(&d, 40,
			"an SSLBIS whose length is not 16 bytes and one or more entries of 8");
}

Test(cdat, header)
{
	struct draft d = draft_new();
	struct cdat *c = NULL;
	const char *why;
	size_t at;

	cr_expect_eq(parse(&d, 0, &c, &at, &why), 0, "a table with nothing in it");
	cdat_free(c);
	c = NULL;
	cr_expect_eq(parse_bytes(d.bytes, 0, 0, &c, &at, &why), -EBADMSG);
	cr_expect_str_eq(why, "shorter than its header");
	cr_expect_eq(parse_bytes(d.bytes, 15, 0, &c, &at, &why), -EBADMSG);
	cr_expect_str_eq(why, "shorter than its header");
	PUT(&d, 0, uint32_t, 15);
	cr_expect_eq(parse_bytes(d.bytes, 16, 0, &c, &at, &why), -EBADMSG);
	cr_expect_str_eq(why, "its header gives a length shorter than itself");
	PUT(&d, 0, uint32_t, 0xffffffff);
	cr_expect_eq(parse_bytes(d.bytes, 16, 0, &c, &at, &why), -EBADMSG);
	cr_expect_str_eq(why, "shorter than its header says");
	finish(&d);
	d.bytes[12] ^= 1;
	cr_expect_eq(parse_bytes(d.bytes, 16, 0, &c, &at, &why), -EBADMSG);
	cr_expect_str_eq(why, "its checksum is wrong");
	cr_expect_null(c);
}

/* ---- files ---- */

static void expect_read(const char *dir, const char *name, int error, const char *message)
{
	char *path = tmp_path(dir, name);
	struct cdat *c = NULL;
	struct capture capture;
	int err;

	capture_start(&capture);
	err = cdat_read("", path, 0, &c);
	capture_expect(&capture, message);
	cr_expect_eq(err, error, "%s: %d", name, err);
	cr_expect_eq(!c, !!error);
	cdat_free(c);
	free(path);
}

Test(cdat, files)
{
	char *dir = tmp_new(), *path = tmp_path(dir, "secret"), *large = calloc(1, (1 << 20) + 1);
	struct draft d = draft_new();

	expect_read(dir, "nothing", -ENOENT, NULL);
	tmp_put(dir, "empty", "", 0);
	expect_read(dir, "empty", -ENOENT, NULL);
	add_memory(&d, 1, 0, 1);
	finish(&d);
	tmp_put(dir, "good", d.bytes, d.length);
	expect_read(dir, "good", 0, NULL);
	tmp_put(dir, "cut", d.bytes, d.length - 1);
	expect_read(dir, "cut", -EBADMSG,
		    "/cut: not used: at offset 0x0: shorter than its header says\n");
	tmp_put(dir, "large", large, (1 << 20) + 1);
	expect_read(dir, "large", -EBADMSG, "/large: not used: larger than 1048576 bytes\n");
	tmp_put(dir, "secret", d.bytes, d.length);
	cr_assert(!chmod(path, 0));
	become_nobody();
	expect_read(dir, "secret", -ENOENT, NULL);
	become_root();
	free(large);
	free(path);
	tmp_remove(dir);
}

/* ---- tables of cards, and ones that are wrong ---- */

static int read_from(const char *folder, const char *name, struct cdat **c)
{
	char *path = tmp_path(folder, name);
	struct stat st;
	int err;

	cr_assert(!stat(path, &st), "%s", path);
	err = cdat_read("", path, 1, c);
	free(path);
	return err;
}

Test(cdat, ours)
{
	static const struct {
		const char *name;
		const char *message; /* NULL: a good table */
	} table[] = {
		{ "two-ranges-ram-pmem.bin", NULL },
		{ "switch-sslbis.bin", NULL },
		{ "no-dslbis.bin", NULL },
		{ "overflow.bin", NULL },
		{ "dslbis-unknown-handle.bin", NULL },
		{ "bad-checksum.bin", "offset 0x0: its checksum is wrong" },
		{ "dsmas-len-20.bin", "offset 0x10: a DSMAS that is not 24 bytes long" },
		{ "dslbis-len-32.bin", "offset 0x28: a DSLBIS that is not 24 bytes long" },
		{ "zero-len.bin", "offset 0x28: a structure of length 0" },
		{ "dup-handle.bin", "offset 0x28: a second DSMAS of the same handle" },
		{ "length-too-long.bin", "offset 0x0: shorter than its header says" },
		{ "truncated.bin", "offset 0x0: " },
	};
	struct capture capture;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdat *c = NULL;
		int err;

		capture_start(&capture);
		err = read_from(OURS, table[i].name, &c);
		capture_expect(&capture, table[i].message);
		cr_expect_eq(err, table[i].message ? -EBADMSG : 0, "%s: %d", table[i].name, err);
		cdat_free(c);
	}
}

Test(cdat, our_switch)
{
	struct cdat *c = NULL;

	cr_assert_eq(read_from(OURS, "switch-sslbis.bin", &c), 0);
	cr_expect_eq(c->nr_memory, 0);
	expect_perf(&c->port, 35, 0, 32768, 0);
	cdat_free(c);
}

static void expect_ranges(const char *name, const struct cdat *c, json_t *ranges)
{
	const char *handle;
	json_t *range;
	size_t i, count = 0;

	json_object_foreach(ranges, handle, range) {
		long long base, length, rl, wl, rb, wb;

		cr_assert(!json_unpack(range, "{s:I, s:I, s:I, s:I, s:I, s:I}", "dpa_base", &base,
				       "dpa_length", &length, "rl", &rl, "wl", &wl, "rb", &rb, "wb",
				       &wb));
		for (i = 0; i < c->nr_memory && c->memory[i].handle != atoi(handle); i++)
			;
		cr_assert_lt(i, c->nr_memory, "%s: no handle %s", name, handle);
		cr_expect_eq(c->memory[i].base, (uint64_t)base, "%s", name);
		cr_expect_eq(c->memory[i].length, (uint64_t)length, "%s", name);
		expect_perf(&c->memory[i].perf, rl, wl, rb, wb);
		count++;
	}
	if (ranges)
		cr_expect_eq(c->nr_memory, count, "%s", name);
}

/* Compares all tables in folder TIERBPF_DATA with the results of an independent model. */
Test(cdat, by_the_index)
{
	char *folder = tmp_path(getenv("TIERBPF_DATA") ?: "../shared/data", "cdat");
	char *path = tmp_path(folder, "index.json");
	json_t *index = json_load_file(path, 0, NULL), *entry;
	struct capture capture;
	size_t i;

	if (!index)
		cr_skip_test("no %s (TIERBPF_DATA)", path);
	cr_expect_gt(json_array_size(index), 10);
	json_array_foreach(index, i, entry) {
		const char *name = json_string_value(json_object_get(entry, "file"));
		const char *strict = json_string_value(json_object_get(entry, "strict"));
		json_t *ranges = json_object_get(json_object_get(entry, "expected"), "dsmas");
		bool accept = !strncmp(strict, "accept", 6);
		struct cdat *c = NULL;
		int err;

		capture_start(&capture);
		err = read_from(folder, name, &c);
		capture_expect(&capture, accept ? NULL : "not used: at offset 0x");
		cr_expect_eq(err, accept ? 0 : -EBADMSG, "%s: %d", name, err);
		if (c)
			expect_ranges(name, c, ranges);
		cdat_free(c);
	}
	json_decref(index);
	free(path);
	free(folder);
}

/* However a table is cut or changed, reading stays in bounds and ends. */
Test(cdat, damaged)
{
	struct draft d = draft_new(), damaged;
	const char *why;
	struct cdat *c;
	size_t i, at;

	add_memory(&d, 1, 0, 1);
	add_value(&d, 1, 0, 1000, 100);
	add_ways(&d, 3, 1, (const struct way[]){ { UP, 1, 1 }, { UP, 2, 2 } }, 2);
	for (i = 16; i < d.length; i++) {
		damaged = d;
		damaged.length = i;
		c = NULL;
		parse(&damaged, 1, &c, &at, &why);
		cdat_free(c);
	}
	for (i = 0; i < 4 * (d.length - 16); i++) {
		static const uint8_t values[] = { 0, 1, 0x7f, 0xff };

		damaged = d;
		damaged.bytes[16 + i / 4] = values[i % 4];
		c = NULL;
		parse(&damaged, 1, &c, &at, &why);
		cdat_free(c);
	}
}
