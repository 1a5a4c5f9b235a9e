// SPDX-License-Identifier: GPL-2.0-only
#include "unit-tables.h"

#include "acpi/cedt.h"

static struct draft d;

static void start(void)
{
	draft_start(&d, "CEDT", 1, 36);
}

/* @encoded: the number of ways; room for @targets of them. */
static size_t add_window(uint64_t base, uint64_t size, uint8_t encoded, int targets)
{
	size_t at = draft_add(&d, 36 + 4 * (size_t)targets);
	int i;

	draft_put8(&d, at, 1);
	draft_put16(&d, at + 2, (uint16_t)(36 + 4 * targets));
	draft_put64(&d, at + 8, base);
	draft_put64(&d, at + 16, size);
	draft_put8(&d, at + 24, encoded);
	draft_put16(&d, at + 32, 6);
	for (i = 0; i < targets; i++)
		draft_put32(&d, at + 36 + 4 * (size_t)i, (uint32_t)(7 + i));
	return at;
}

static struct cedt *parse(const struct srat *srat, size_t offset, const char *reason)
{
	struct acpi_table t = draft_table(&d, "CEDT");
	struct cedt *c = NULL;
	const char *why;
	size_t at;

	cr_assert_eq(cedt_parse(&t, srat, &c, &at, &why), 0);
	cr_expect_eq(!why, !reason, "%s", why);
	if (why && reason) {
		cr_expect_str_eq(why, reason);
		cr_expect_eq(at, offset, "at %zu", at);
	}
	acpi_table_free(&t);
	return c;
}

#define GB (1ULL << 30)

/* SRAT has nodes 0 and 1, PXM 4 and 2, with memory at 0 and 1 GB. */
Test(cedt, nodes)
{
	struct srat *s = srat_of(PXMS(4), PXMS(4, 2));
	struct cedt *c;

	start();
	add_window(4 * GB, GB, 0, 1);
	add_window(2 * GB - 1, 1, 0, 1); /* the last byte of node 1 */
	add_window(2 * GB, 2 * GB, 1, 2);
	c = parse(s, 0, NULL);
	cr_assert_eq(c->nr_windows, 3);
	cr_expect(c->windows[0].node == 2 && c->windows[0].base == 4 * GB &&
		  c->windows[0].size == GB);
	cr_expect_eq(c->windows[1].node, CEDT_NO_NODE);
	cr_expect_eq(c->windows[2].node, 3);
	cr_expect_eq(c->windows[2].restrictions, 6);
	cr_expect(c->windows[2].nr_targets == 2 && c->windows[2].targets[1] == 8);
	free(c);
	srat_free(s);
}

Test(cedt, ways)
{
	static const int ways[] = { 1, 2, 4, 8, 16, 0, 0, 0, 3, 6, 12, 0 };
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct cedt *c;
	size_t i;

	start();
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		add_window((i + 9) * GB, GB, (uint8_t)i, 16);
	add_window(100 * GB, GB, 4, 3); /* fewer targets than it says */
	add_window(101 * GB, GB, 255, 3);
	c = parse(s, 0, NULL);
	cr_assert_eq(c->nr_windows, ARRAY_SIZE(ways) + 2);
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		cr_expect_eq(c->windows[i].nr_targets, ways[i], "%zu: %d", i,
			     c->windows[i].nr_targets);
	cr_expect_eq(c->windows[i].nr_targets, 3);
	cr_expect_eq(c->windows[i + 1].nr_targets, 0);
	free(c);
	srat_free(s);
}

/* PXMs are invented after the highest one; the kernel stops after the last possible one. */
Test(cedt, domains_used_up)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0, 1022));
	struct cedt *c;
	size_t at;

	start();
	add_window(9 * GB, GB, 0, 1);
	add_window(0, GB, 0, 1);
	at = add_window(10 * GB, GB, 0, 1);
	c = parse(s, at, "a window for which no proximity domain is left");
	cr_assert_eq(c->nr_windows, 2);
	cr_expect_eq(c->windows[0].node, 2);
	free(c);
	srat_free(s);
}

Test(cedt, structures)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct cedt *c;
	size_t at;

	start();
	free(parse(s, 0, NULL));
	at = draft_add(&d, 32); /* a host bridge */
	draft_put16(&d, at + 2, 32);
	add_window(9 * GB, GB, 0, 1);
	draft_add(&d, 4); /* only a header, which is not read */
	c = parse(s, 0, NULL);
	cr_expect_eq(c->nr_windows, 1);
	free(c);
	at = draft_add(&d, 1) - 4;
	c = parse(s, at, "a structure of length 0");
	cr_expect_eq(c->nr_windows, 1, "those before it count");
	free(c);
	draft_put8(&d, at, 1);
	draft_put16(&d, at + 2, 35);
	free(parse(s, at, "a window's structure shorter than 36 bytes"));
	draft_put16(&d, at + 2, 40);
	free(parse(s, at, "a structure that extends beyond the end of the table"));
	srat_free(s);
}

#define TABLES "sys/firmware/acpi/tables/"

static void expect_read(const char *root, int error, size_t windows, const char *message)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	struct acpi_table_state state;
	struct cedt *cedt = NULL;
	struct capture c;

	capture_start(&c);
	cr_expect_eq(cedt_read(root, s, &cedt, &state), error);
	capture_expect(&c, message);
	cr_expect_eq(state.found, error != -ENOENT);
	cr_expect_eq(!state.ignored, !message);
	cr_assert_eq(!cedt, !!error);
	if (cedt)
		cr_expect_eq(cedt->nr_windows, windows);
	free(cedt);
	srat_free(s);
}

Test(cedt, files)
{
	char *root = tmp_new();
	size_t at;

	expect_read(root, -ENOENT, 0, NULL);
	start();
	add_window(9 * GB, GB, 0, 1);
	at = add_window(10 * GB, GB, 0, 1);
	draft_put32(&d, 4, (uint32_t)d.length);
	tmp_put(root, TABLES "CEDT", d.bytes, d.length);
	expect_read(root, 0, 2, NULL);
	draft_put16(&d, at + 2, 0);
	tmp_put(root, TABLES "CEDT", d.bytes, d.length);
	expect_read(root, 0, 1, "CEDT: not used: at offset 0x4c: a structure of length 0");
	tmp_put(root, TABLES "CEDT", d.bytes, d.length - 1);
	expect_read(root, -EBADMSG, 0, "/CEDT: not used: shorter than its header says");
	tmp_remove(root);
}

/* Tables from QEMU's own tests; one of them has windows. */
static int read_table(const char *dir)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));
	size_t length, at;
	uint8_t *bytes = file_bytes(dir, "CEDT.bin", &length);
	struct cedt *c = NULL;
	const char *why;
	struct acpi_table t;

	if (bytes && !table_of(&t, "CEDT", bytes, length)) {
		cr_expect_eq(cedt_parse(&t, s, &c, &at, &why), 0);
		cr_expect_null(why, "%s: %s", dir, why);
		acpi_table_free(&t);
	}
	at = c ? c->nr_windows : 0;
	free(c);
	free(bytes);
	srat_free(s);
	return at ? 1 : 0;
}

Test(cedt, tables_of_qemu)
{
	char *path = more_data("acpi/qemu");

	cr_expect_geq(each_folder(path, read_table), 1);
	free(path);
}

static void parse_damaged(const void *bytes, size_t length, void *arg)
{
	struct cedt *c = NULL;
	const char *why;
	struct acpi_table t;
	size_t at;

	if (table_of(&t, "CEDT", bytes, length))
		return;
	cedt_parse(&t, arg, &c, &at, &why);
	free(c);
	acpi_table_free(&t);
}

Test(cedt, damaged)
{
	struct srat *s = srat_of(PXMS(0), PXMS(0));

	start();
	add_window(9 * GB, GB, 1, 2);
	add_window(10 * GB, GB, 8, 3);
	draft_put32(&d, 4, (uint32_t)d.length);
	each_damage(d.bytes, d.length, parse_damaged, s);
	srat_free(s);
}
