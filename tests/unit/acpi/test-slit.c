// SPDX-License-Identifier: GPL-2.0-only
#include "unit-tables.h"

#include "acpi/slit.h"

static struct draft d;

/* A table of @count domains: 10 to oneself, 20 to others. */
static void start(uint64_t count)
{
	size_t i;

	draft_start(&d, "SLIT", 1, 44);
	draft_put64(&d, 36, count);
	draft_add(&d, (size_t)(count * count));
	for (i = 0; i < count * count; i++)
		draft_put8(&d, 44 + i, i / count == i % count ? 10 : 20);
}

static struct slit *parse(void)
{
	struct acpi_table t = draft_table(&d, "SLIT");
	struct slit *s = NULL;
	const char *why;
	size_t at;

	cr_assert_eq(slit_parse(&t, &s, &at, &why), 0, "%s", why);
	cr_assert_null(why);
	acpi_table_free(&t);
	return s;
}

static void expect_refused(size_t offset, const char *reason)
{
	struct acpi_table t = draft_table(&d, "SLIT");
	struct slit *untouched = (struct slit *)1, *s = untouched;
	const char *why = NULL;
	size_t at = 0;

	cr_expect_eq(slit_parse(&t, &s, &at, &why), -EBADMSG, "%s", reason);
	cr_assert(why, "%s", reason);
	cr_expect_str_eq(why, reason);
	cr_expect_eq(at, offset, "%s: at %zu", reason, at);
	cr_expect_eq(s, untouched);
	acpi_table_free(&t);
}

#define TOO_MANY "more domains than there are distances for"

Test(slit, rows_and_columns)
{
	struct srat *srat = srat_of(PXMS(2), PXMS(0, 2, 9)); /* nodes 0, 1, 2: PXM 2, 0, 9 */
	struct slit *s;

	start(3);
	draft_put8(&d, 44 + 0 * 3 + 2, 17);
	draft_put8(&d, 44 + 2 * 3 + 0, 254);
	s = parse();
	cr_expect_eq(slit_distance(s, srat, 0, 0), 10);
	cr_expect_eq(slit_distance(s, srat, 1, 0), 17);
	cr_expect_eq(slit_distance(s, srat, 0, 1), 254);
	cr_expect_eq(slit_distance(s, srat, 0, 2), 0, "PXM 9 is not in the table");
	cr_expect_eq(slit_distance(s, srat, 3, 0), 0, "no such node");
	cr_expect_eq(slit_distance(s, srat, 0, -1), 0);
	free(s);
	srat_free(srat);
}

Test(slit, empty)
{
	struct srat *srat = srat_of(PXMS(0), PXMS(0));
	struct slit *s;

	start(0);
	s = parse();
	cr_expect_eq(s->count, 0);
	cr_expect_eq(slit_distance(s, srat, 0, 0), 0);
	free(s);
	srat_free(srat);
}

/* slit_valid() */
Test(slit, invalid)
{
	start(3);
	draft_put8(&d, 44 + 4, 0x10);
	expect_refused(44 + 4, "a distance of a domain to itself that is not 10");
	start(3);
	draft_put8(&d, 44 + 5, 10);
	expect_refused(44 + 5, "a distance between two domains that is not above 10");
	draft_put8(&d, 44 + 5, 0);
	expect_refused(44 + 5, "a distance between two domains that is not above 10");
	draft_put8(&d, 44 + 5, 11);
	free(parse());
	draft_put8(&d, 44 + 5, 255);
	free(parse());
}

Test(slit, too_short)
{
	static const uint64_t counts[] = {
		4, 0x10000, 0x100000000, 0x100000003, 0x8000000000000000, UINT64_MAX,
	};
	size_t i;

	start(3);
	d.length--;
	expect_refused(36, TOO_MANY);
	d.length++;
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		draft_put64(&d, 36, counts[i]);
		expect_refused(36, TOO_MANY);
	}
	d.length = 43;
	expect_refused(36, "too short to have a number of domains");
	d.length = 44;
	expect_refused(36, TOO_MANY);
	start(1);
	draft_add(&d, 100);
	free(parse());
}

#define TABLES "sys/firmware/acpi/tables/"

static void expect_read(const char *root, int error, const char *message)
{
	struct acpi_table_state state;
	struct slit *s = NULL;
	struct capture c;

	capture_start(&c);
	cr_expect_eq(slit_read(root, &s, &state), error);
	capture_expect(&c, message);
	cr_expect_eq(state.found, error != -ENOENT);
	cr_expect_eq(!state.ignored, error != -EBADMSG);
	cr_expect_eq(!s, !!error);
	free(s);
}

Test(slit, files)
{
	char *root = tmp_new();

	expect_read(root, -ENOENT, NULL);
	start(2);
	draft_put32(&d, 4, (uint32_t)d.length);
	tmp_put(root, TABLES "SLIT", d.bytes, d.length);
	expect_read(root, 0, NULL);
	draft_put8(&d, 45, 3);
	tmp_put(root, TABLES "SLIT", d.bytes, d.length);
	expect_read(root, -EBADMSG,
		    "SLIT: not used: at offset 0x2d: a distance between two domains that is not above 10");
	tmp_put(root, TABLES "SLIT", d.bytes, d.length - 1);
	expect_read(root, -EBADMSG, "/SLIT: not used: shorter than its header says");
	tmp_remove(root);
}

Test(slit, malformed)
{
	static const struct {
		const char *name;
		int err;
	} table[] = {
		{ "slit-good.bin", 0 },
		{ "slit-254-255.bin", 0 },
		{ "slit-count-0.bin", 0 },
		{ "slit-diag-not-10.bin", -EBADMSG },
		{ "slit-remote-10.bin", -EBADMSG },
		{ "slit-count-3.bin", -EBADMSG },
		{ "slit-count-2e32.bin", -EBADMSG },
	};
	char *path = more_data("malformed");
	size_t i, length, at;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint8_t *bytes = file_bytes(path, table[i].name, &length);
		struct slit *s = NULL;
		const char *why;
		struct acpi_table t;

		cr_assert_null(table_of(&t, "SLIT", bytes, length), "%s", table[i].name);
		cr_expect_eq(slit_parse(&t, &s, &at, &why), table[i].err, "%s", table[i].name);
		free(s);
		acpi_table_free(&t);
		free(bytes);
	}
	free(path);
}

static void parse_damaged(const void *bytes, size_t length, void *arg)
{
	struct slit *s = NULL;
	const char *why;
	struct acpi_table t;
	size_t at;

	if (table_of(&t, "SLIT", bytes, length))
		return;
	slit_parse(&t, &s, &at, &why);
	free(s);
	acpi_table_free(&t);
}

Test(slit, damaged)
{
	start(4);
	draft_put32(&d, 4, (uint32_t)d.length);
	each_damage(d.bytes, d.length, parse_damaged, NULL);
}
