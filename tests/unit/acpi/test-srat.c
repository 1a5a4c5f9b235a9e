// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <dirent.h>
#include <jansson.h>

#include "acpi/srat.h"

#define OURS "tests/data/srat"

/* ---- tables, piece by piece ---- */

struct draft {
	uint8_t bytes[4096];
	size_t length;
};

static void put32(struct draft *d, size_t at, uint32_t value)
{
	memcpy(d->bytes + at, &value, sizeof(value)); /* tests run on little-endian machines */
}

static struct draft draft_new(uint8_t revision)
{
	struct draft d = { .length = 48 };

	memcpy(d.bytes, "SRAT", 4);
	d.bytes[8] = revision;
	return d;
}

/* Returns where the subtable begins. */
static size_t add(struct draft *d, uint8_t type, uint8_t length)
{
	size_t at = d->length;

	cr_assert_leq(at + length, sizeof(d->bytes));
	d->bytes[at] = type;
	d->bytes[at + 1] = length;
	d->length += length;
	return at;
}

static void add_lapic(struct draft *d, uint32_t pxm, uint32_t flags)
{
	size_t at = add(d, 0, 16);

	d->bytes[at + 2] = (uint8_t)pxm;
	put32(d, at + 4, flags);
	d->bytes[at + 9] = (uint8_t)(pxm >> 8);
	d->bytes[at + 10] = (uint8_t)(pxm >> 16);
	d->bytes[at + 11] = (uint8_t)(pxm >> 24);
}

static void add_x2apic(struct draft *d, uint32_t pxm, uint32_t flags)
{
	size_t at = add(d, 2, 24);

	put32(d, at + 4, pxm);
	put32(d, at + 12, flags);
}

static void add_initiator(struct draft *d, uint32_t pxm, uint32_t flags)
{
	size_t at = add(d, 5, 32);

	put32(d, at + 4, pxm);
	put32(d, at + 24, flags);
}

static void add_memory(struct draft *d, uint32_t pxm, uint64_t base, uint64_t length, uint32_t flags)
{
	size_t at = add(d, 1, 40);

	put32(d, at + 2, pxm);
	memcpy(d->bytes + at + 8, &base, sizeof(base));
	memcpy(d->bytes + at + 16, &length, sizeof(length));
	put32(d, at + 28, flags);
}

/* Parses from memory of exactly that size, so that reading one byte too far is found. */
static int parse_bytes(const void *bytes, size_t length, struct srat **s, size_t *at,
		       const char **why)
{
	uint8_t *copy = malloc(length);
	struct acpi_table t;
	int err = -EBADMSG;

	cr_assert(copy || !length);
	if (length)
		memcpy(copy, bytes, length);
	*why = acpi_table_init(&t, "SRAT", copy, length);
	if (!*why)
		err = srat_parse(&t, s, at, why);
	free(copy);
	return err;
}

static int parse(struct draft *d, struct srat **s, size_t *at, const char **why)
{
	put32(d, 4, (uint32_t)d->length);
	return parse_bytes(d->bytes, d->length, s, at, why);
}

/* @nodes: the PXM of each node. */
static struct srat *expect_nodes(struct draft *d, const int *nodes, int count)
{
	struct srat *s = NULL;
	const char *why;
	size_t at;
	int i, err = parse(d, &s, &at, &why);

	cr_assert_eq(err, 0, "%d: %s", err, err == -EBADMSG ? why : "");
	cr_expect_eq(s->nr_nodes, count, "%d nodes", s->nr_nodes);
	for (i = 0; i < count; i++) {
		cr_expect_eq(s->pxm[i], nodes[i], "node %d: PXM %d", i, s->pxm[i]);
		cr_expect_eq(s->node[nodes[i]], i);
	}
	return s;
}

#define EXPECT_NODES(d, ...)                                    \
	srat_free(expect_nodes(d, (const int[]){ __VA_ARGS__ }, \
			       (int)(sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))))

static void expect_rejected(struct draft *d, size_t offset, const char *reason)
{
	struct srat *untouched = (struct srat *)1, *s = untouched;
	const char *why = NULL;
	size_t at = 0;

	cr_expect_eq(parse(d, &s, &at, &why), -EBADMSG, "%s", reason);
	cr_assert(why, "%s", reason);
	cr_expect_str_eq(why, reason);
	cr_expect_eq(at, offset, "%s: at %zu", reason, at);
	cr_expect_eq(s, untouched);
}

/* ---- numbering ---- */

/* Processors and initiators are numbered in the order of the table, then memory. */
Test(srat, order)
{
	struct draft d = draft_new(3);

	add_memory(&d, 9, 0, 1 << 20, 1);
	add_x2apic(&d, 5, 1);
	add_lapic(&d, 7, 1);
	add_initiator(&d, 3, 1);
	add_lapic(&d, 5, 1);
	add_memory(&d, 7, 1 << 20, 1 << 20, 1);
	add_memory(&d, 1, 2 << 20, 1 << 20, 1);
	EXPECT_NODES(&d, 5, 7, 3, 9, 1);
}

Test(srat, disabled)
{
	struct draft d = draft_new(3);

	add_lapic(&d, 1, 0);
	add_x2apic(&d, 2, 0xfffffffe);
	add_memory(&d, 3, 0, 1 << 20, 0);
	add_memory(&d, 4, 0, 1 << 20, 1);
	add_lapic(&d, 5, 1);
	EXPECT_NODES(&d, 5, 4);
}

/* A disabled initiator ends the pass of the processors, and only that one. */
Test(srat, initiator_that_is_disabled)
{
	struct draft d = draft_new(3);

	add_lapic(&d, 8, 1);
	add_initiator(&d, 6, 0);
	add_lapic(&d, 5, 1);
	add_initiator(&d, 4, 1);
	add_memory(&d, 2, 0, 1 << 20, 1);
	add_memory(&d, 5, 0, 1 << 20, 1);
	EXPECT_NODES(&d, 8, 2, 5);
	d = draft_new(3);
	add_initiator(&d, 1024, 1);
	add_lapic(&d, 5, 1);
	add_memory(&d, 2, 0, 1 << 20, 1);
	EXPECT_NODES(&d, 2);
}

/* A port gets no node, and only a port with an ACPI handle counts. */
Test(srat, roles)
{
	struct draft d = draft_new(3);
	struct srat *s;
	int i;

	add_lapic(&d, 7, 1);
	add_initiator(&d, 3, 1);
	for (i = 0; i < 4; i++) {
		size_t at = add(&d, 6, 32);

		d.bytes[at + 3] = i == 1;
		put32(&d, at + 4, 5000 + (uint32_t)i);
		d.bytes[at + 8] = (uint8_t)('a' + i);
		put32(&d, at + 24, i != 2);
	}
	add_memory(&d, 1, 0, 1 << 20, 1);
	s = expect_nodes(&d, (const int[]){ 7, 3, 1 }, 3);
	cr_expect(nodeset_has(&s->cpus, 0) && !nodeset_has(&s->cpus, 1) && !nodeset_has(&s->cpus, 2));
	cr_expect(!nodeset_has(&s->initiators, 0) && nodeset_has(&s->initiators, 1));
	cr_assert_eq(s->nr_ports, 2);
	cr_expect(s->ports[0].pxm == 5000 && s->ports[0].handle[0] == 'a');
	cr_expect(s->ports[1].pxm == 5003 && s->ports[1].handle[0] == 'd');
	cr_expect(srat_has_target(s, 1) && srat_has_target(s, 5003));
	cr_expect(!srat_has_target(s, 7) && !srat_has_target(s, 5001));
	srat_free(s);
}

/* The upper bits of a PXM count since revision 2. */
Test(srat, revisions)
{
	struct draft d = draft_new(1);
	struct srat *s;

	add_lapic(&d, 0x203, 1);
	add_memory(&d, 0x101, 0, 1 << 20, 1);
	s = expect_nodes(&d, (const int[]){ 3, 1 }, 2);
	cr_expect_eq(s->ranges[0].pxm, 0x101, "as HMAT calls it");
	srat_free(s);
	d.bytes[8] = 2;
	EXPECT_NODES(&d, 0x203, 0x101);
}

Test(srat, ranges)
{
	struct draft d = draft_new(3);
	struct srat *s;

	add_memory(&d, 0, 0, 1 << 20, 1);
	add_memory(&d, 0, 1 << 20, 1 << 20, 0);
	add_memory(&d, 1, 1ULL << 40, 0, 1 | SRAT_HOTPLUG);
	add_memory(&d, 2, UINT64_MAX - 1, 3, 1 | SRAT_NON_VOLATILE);
	s = expect_nodes(&d, (const int[]){ 0, 1, 2 }, 3);
	cr_assert_eq(s->nr_ranges, 3);
	cr_expect(s->ranges[0].length == 1 << 20 && s->ranges[0].node == 0);
	cr_expect(s->ranges[1].base == 1ULL << 40 && s->ranges[1].flags == (1 | SRAT_HOTPLUG));
	cr_expect(s->ranges[2].length == 0 && s->ranges[2].node == 2, "it wraps");
	srat_free(s);
}

Test(srat, many_domains)
{
	struct draft d = draft_new(3);
	int nodes[100], i;

	for (i = 0; i < 100; i++) {
		nodes[i] = 1023 - i;
		add_memory(&d, (uint32_t)nodes[i], (uint64_t)i << 30, 1 << 30, 1);
	}
	srat_free(expect_nodes(&d, nodes, 100));
}

Test(srat, no_memory)
{
	struct draft d = draft_new(3);
	struct srat *s = NULL;
	const char *why;
	size_t at;

	cr_expect_eq(parse(&d, &s, &at, &why), -ENOENT);
	add_lapic(&d, 0, 1);
	add_memory(&d, 0, 0, 1 << 20, 0);
	cr_expect_eq(parse(&d, &s, &at, &why), -ENOENT);
	cr_expect_null(s);
}

/* ---- structures ---- */

/* Unknown structures are skipped; a header alone, or part of one, at the end is not read. */
Test(srat, unknown_and_last)
{
	struct draft d = draft_new(3);

	add(&d, 77, 2);
	add(&d, 200, 255);
	add(&d, 6, 32);
	add_memory(&d, 4, 0, 1 << 20, 1);
	EXPECT_NODES(&d, 4);
	add(&d, 0, 1);
	EXPECT_NODES(&d, 4);
	add(&d, 0, 1); /* now a structure of type 0 and length 0 */
	EXPECT_NODES(&d, 4);
	d.length++;
	expect_rejected(&d, 48 + 2 + 255 + 32 + 40,
			"a structure that extends beyond the end of the table");
}

/* A structure whose length exceeds the table counts if all fields that are read are within it. */
Test(srat, length_behind_the_end)
{
	struct draft d = draft_new(3);

	add_memory(&d, 4, 0, 1 << 20, 1);
	d.bytes[48 + 1] = 255;
	EXPECT_NODES(&d, 4);
	add(&d, 1, 20);
	d.bytes[48 + 1] = 40;
	expect_rejected(&d, 88, "a structure that extends beyond the end of the table");
}

Test(srat, rejected)
{
	struct draft d = draft_new(3);
	struct draft good;

	add_memory(&d, 4, 0, 1 << 20, 1);
	good = d;
	add(&d, 77, 16);
	d.bytes[88 + 1] = 0;
	expect_rejected(&d, 88, "a structure of length 0");
	d = good;
	add(&d, 0, 17);
	expect_rejected(&d, 88, "a processor affinity structure that is not 16 bytes long");
	d = good;
	add(&d, 2, 24);
	d.bytes[88 + 1] = 23;
	expect_rejected(&d, 88, "an x2APIC affinity structure shorter than 24 bytes");
	d = good;
	add(&d, 1, 40);
	d.bytes[88 + 1] = 39;
	expect_rejected(&d, 88, "a memory affinity structure shorter than 40 bytes");
	d = good;
	add_lapic(&d, 1024, 1);
	expect_rejected(&d, 88, "a processor in a proximity domain above 1023");
	d = good;
	add_x2apic(&d, 0xffffffff, 1);
	expect_rejected(&d, 88, "a processor in a proximity domain above 1023");
	d = good;
	add_memory(&d, 1024, 0, 1, 1);
	expect_rejected(&d, 88, "memory in a proximity domain above 1023");
}

Test(srat, header)
{
	static const uint8_t zeros[64];
	struct draft d = draft_new(3);
	uint8_t *bytes = d.bytes;
	struct acpi_table t;

	cr_expect_str_eq(acpi_table_init(&t, "SRAT", bytes, 0),
			 "shorter than the header of a table");
	cr_expect_str_eq(acpi_table_init(&t, "SRAT", bytes, 35),
			 "shorter than the header of a table");
	cr_expect_str_eq(acpi_table_init(&t, "SRAT", (uint8_t *)zeros, 64), "another signature");
	put32(&d, 4, 35);
	cr_expect_str_eq(acpi_table_init(&t, "SRAT", bytes, 64),
			 "its header gives a length shorter than itself");
	put32(&d, 4, 65);
	cr_expect_str_eq(acpi_table_init(&t, "SRAT", bytes, 64), "shorter than its header says");
	put32(&d, 4, 0xffffffff);
	cr_expect_str_eq(acpi_table_init(&t, "SRAT", bytes, 64), "shorter than its header says");
	put32(&d, 4, 63);
	cr_assert_null(acpi_table_init(&t, "SRAT", bytes, 64));
	cr_expect(t.length == 63 && t.revision == 3);
	cr_expect_eq(acpi_u64(&t, 60), 0, "nothing is read behind the end");
}

/* ---- files ---- */

#define TABLES "sys/firmware/acpi/tables/"

static void expect_read(const char *root, int error, const char *message)
{
	struct acpi_table_state state;
	struct srat *s = NULL;
	struct capture c;
	int err;

	capture_start(&c);
	err = srat_read(root, &s, &state);
	capture_expect(&c, message);
	cr_expect_eq(err, error, "%d", err);
	cr_expect_eq(!s, !!error);
	cr_expect_eq(state.found, error != -ENOENT);
	cr_expect_eq(!state.ignored, error != -EBADMSG);
	srat_free(s);
}

Test(srat, files)
{
	char *root = tmp_new(), *path = tmp_path(root, TABLES "SRAT");
	struct draft d = draft_new(3);

	expect_read(root, -ENOENT, NULL);
	add_memory(&d, 4, 0, 1 << 20, 1);
	put32(&d, 4, (uint32_t)d.length);
	tmp_put(root, TABLES "SRAT1", d.bytes, d.length); /* the first of several */
	tmp_put(root, TABLES "SRAT2", "x", 1);
	expect_read(root, 0, NULL);
	tmp_put(root, TABLES "SRAT", d.bytes, d.length - 1);
	expect_read(root, -EBADMSG, "/SRAT: not used: shorter than its header says\n");
	d.bytes[49] = 39;
	tmp_put(root, TABLES "SRAT", d.bytes, d.length);
	expect_read(root, -EBADMSG,
		    "SRAT: not used: at offset 0x30: a memory affinity structure shorter");
	tmp_put(root, TABLES "SRAT", "", 0);
	expect_read(root, -EBADMSG, "/SRAT: not used: shorter than the header of a table\n");
	remove(path);
	tmp_put(root, TABLES "SRAT/x", "", 0);
	expect_read(root, -EBADMSG, "/SRAT: not used: not a regular file\n");
	free(path);
	tmp_remove(root);
}

static void *read_file(const char *dir, const char *name, size_t *length)
{
	char *path = tmp_path(dir, name), *bytes = calloc(1, ACPI_TABLE_MAX);
	FILE *f = fopen(path, "re");

	*length = f ? fread(bytes, 1, ACPI_TABLE_MAX, f) : 0;
	if (f)
		fclose(f);
	free(path);
	return bytes;
}

/* ---- tables that kernels have been booted with ---- */

static bool expect_vector(const char *dir)
{
	char *path = tmp_path(dir, "expected.json");
	json_t *expected = json_load_file(path, 0, NULL), *node;
	size_t length, at;
	void *bytes = read_file(dir, "SRAT.bin", &length);
	struct srat *s = NULL;
	const char *pxm, *why;
	int err, count = 0;

	free(path);
	if (expected && length) {
		err = parse_bytes(bytes, length, &s, &at, &why);
		cr_assert_eq(err, 0, "%s: %d: %s", dir, err, err == -EBADMSG ? why : "");
		json_object_foreach(json_object_get(expected, "pxm_to_node"), pxm, node) {
			cr_expect_eq(s->node[atoi(pxm)], json_integer_value(node), "%s: PXM %s",
				     dir, pxm);
			count++;
		}
		cr_expect_eq(s->nr_nodes, count, "%s: %d nodes", dir, s->nr_nodes);
		srat_free(s);
	}
	json_decref(expected);
	free(bytes);
	return count;
}

static int each_vector(const char *top, bool (*call)(const char *dir))
{
	DIR *dir = opendir(top);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		char *path = tmp_path(top, entry->d_name);

		count += *entry->d_name != '.' && call(path);
		free(path);
	}
	if (dir)
		closedir(dir);
	return count;
}

Test(srat, booted)
{
	cr_expect_geq(each_vector(OURS, expect_vector), 5);
}

/* More of them, and broken ones, which are too large for the tree: TIERBPF_DATA is their folder. */
static char *data(const char *name)
{
	const char *folder = getenv("TIERBPF_DATA") ?: "../shared/data";
	char *path = tmp_path(folder, name);
	DIR *dir = opendir(path);

	if (!dir)
		cr_skip_test("no %s (TIERBPF_DATA)", path);
	closedir(dir);
	return path;
}

Test(srat, more_that_were_booted)
{
	char *path = data("vectors");

	cr_expect_gt(each_vector(path, expect_vector), 50);
	free(path);
}

Test(srat, malformed)
{
	static const struct {
		const char *name;
		int err;
	} table[] = {
		{ "srat-good.bin", 0 },
		{ "srat-zero-len.bin", -EBADMSG },
		{ "srat-mem-len-39.bin", -EBADMSG },
		{ "srat-lapic-len-17.bin", -EBADMSG },
		{ "srat-pxm-1024.bin", -EBADMSG },
		{ "srat-pxm-ffffffff.bin", -EBADMSG },
		{ "srat-pxm-sparse.bin", 0 },
		{ "srat-rev1-pxm-256.bin", 0 },
		{ "srat-mem-wrap.bin", 0 },
		{ "srat-mem-zero-length.bin", 0 },
		{ "srat-disabled-all.bin", -ENOENT },
		{ "srat-gi-disabled-first.bin", 0 },
		{ "srat-truncated.bin", -EBADMSG },
		{ "srat-bad-checksum.bin", 0 },
		{ "srat-trailing-1-byte.bin", 0 },
		{ "srat-overlap.bin", 0 },
	};
	char *path = data("malformed");
	size_t i, length, at;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		void *bytes = read_file(path, table[i].name, &length);
		struct srat *s = NULL;
		const char *why;
		int err = parse_bytes(bytes, length, &s, &at, &why);

		cr_expect_eq(err, table[i].err, "%s: %d", table[i].name, err);
		srat_free(s);
		free(bytes);
	}
	free(path);
}

/* However a table is cut or changed, reading stays in bounds and ends. */
static bool damage(const char *dir)
{
	size_t length, cut, i, at;
	uint8_t *bytes = read_file(dir, "SRAT.bin", &length);
	const char *why;
	uint32_t word;

	for (cut = 0; cut < length; cut++) {
		struct srat *s = NULL;

		word = (uint32_t)cut;
		memcpy(bytes + 4, &word, sizeof(word));
		parse_bytes(bytes, cut, &s, &at, &why);
		srat_free(s);
	}
	word = (uint32_t)length;
	for (i = 0; length > 8 && i < 4 * length; i++) {
		static const uint8_t values[] = { 0, 1, 0x7f, 0xff };
		uint8_t before = bytes[i / 4];
		struct srat *s = NULL;

		memcpy(bytes + 4, &word, sizeof(word));
		bytes[i / 4] = values[i % 4];
		parse_bytes(bytes, length, &s, &at, &why);
		bytes[i / 4] = before;
		srat_free(s);
	}
	free(bytes);
	return length;
}

Test(srat, damaged)
{
	cr_expect_geq(each_vector(OURS, damage), 5);
}
