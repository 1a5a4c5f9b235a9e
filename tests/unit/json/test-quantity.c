// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <inttypes.h>

#include "json/quantity.h"

/* Reads a text that is one value; what is wrong with it is in @output, for the caller to free. */
static int read_one(const struct sample *s, const struct unit *u, int64_t *value, char **output)
{
	struct diags diags = { .file = "p.json", .text = s->text };
	struct doc doc;
	struct value root;
	size_t size;
	FILE *out = open_memstream(output, &size);
	int err;

	cr_assert_eq(doc_parse(s->text, s->length, &diags, &doc), 0, "%s", s->text);
	root = doc_root(&doc, &diags);
	err = quantity_read(&root, u, value);
	diags_print(&diags, out);
	fclose(out);
	diags_free(&diags);
	doc_free(&doc);
	return err;
}

Test(quantity, good)
{
	static const struct {
		const struct unit *unit;
		const char *text;
		int64_t value;
	} table[] = {
		{ &unit_bytes, "0", 0 },
		{ &unit_bytes, "17179869184", 17179869184 },
		{ &unit_bytes, "9223372036854775807", INT64_MAX },
		{ &unit_bytes, "'16GiB'", 17179869184 },
		{ &unit_bytes, "'16 GiB'", 17179869184 },
		{ &unit_bytes, "'16   GiB'", 17179869184 },
		{ &unit_bytes, "'7B'", 7 },
		{ &unit_bytes, "'7kB'", 7000 },
		{ &unit_bytes, "'7KB'", 7000 },
		{ &unit_bytes, "'7MB'", 7000000 },
		{ &unit_bytes, "'7GB'", 7000000000 },
		{ &unit_bytes, "'7TB'", 7000000000000 },
		{ &unit_bytes, "'7KiB'", 7168 },
		{ &unit_bytes, "'7MiB'", 7340032 },
		{ &unit_bytes, "'7TiB'", 7696581394432 },
		{ &unit_bytes, "'0.5KiB'", 512 },
		{ &unit_bytes, "'.5KiB'", 512 },
		{ &unit_bytes, "'5.KiB'", 5120 },
		{ &unit_bytes, "'007KiB'", 7168 },
		{ &unit_bytes, "'0.4B'", 0 },
		{ &unit_bytes, "'0.5B'", 1 },
		{ &unit_bytes, "'1.49B'", 1 },
		{ &unit_bytes, "'9223372036854775807B'", INT64_MAX },
		{ &unit_bytes, "'8388607TiB'", 9223370937343148032 },
		{ &unit_ns, "300", 300 },
		{ &unit_ns, "'300ns'", 300 },
		{ &unit_ns, "'0.3us'", 300 },
		{ &unit_ns, "'0.25 ms'", 250000 },
		{ &unit_ns, "'300400ps'", 300 },
		{ &unit_ns, "'300501ps'", 301 },
		{ &unit_ns, "'1ps'", 0 },
		{ &unit_ns, "4294967295", UINT32_MAX },
		{ &unit_ns, "'4294967295.4ns'", UINT32_MAX },
		{ &unit_mbps, "20000", 20000 },
		{ &unit_mbps, "'20GB/s'", 20000 },
		{ &unit_mbps, "'20000MB/s'", 20000 },
		{ &unit_mbps, "'0.02TB/s'", 20000 },
		{ &unit_mbps, "'1499kB/s'", 1 },
		{ &unit_mbps, "'1501kB/s'", 2 },
		{ &unit_mbps, "'10MiB/s'", 10 },
		{ &unit_mbps, "'10GiB/s'", 10737 },
		{ &unit_mbps, "'1TiB/s'", 1099512 },
		{ &unit_ratio, "1.5", 1500000 },
		{ &unit_ratio, "2", 2000000 },
		{ &unit_ratio, "0", 0 },
		{ &unit_ratio, "15e-1", 1500000 },
		{ &unit_ratio, "0.0000004", 0 },
		{ &unit_ratio, "0.0000005", 1 },
		{ &unit_ratio, "0.1", 100000 },
		{ &unit_ratio, "1000000", 1000000000000 },
		{ &unit_distance, "10", 10 },
		{ &unit_distance, "255", 255 },
		{ &unit_adistance, "-2147483648", INT32_MIN },
		{ &unit_adistance, "2147483647", INT32_MAX },
		{ &unit_number, "0", 0 },
		{ &unit_number, "2147483647", INT32_MAX },
		{ &unit_scale, "0.001", 1000 },
		{ &unit_scale, "1000", 1000000000 },
		{ &unit_tolerance, "0", 0 },
		{ &unit_tolerance, "0.10", 100000 },
		{ &unit_tolerance, "1", 1000000 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct sample s = sample_new(table[i].text);
		int64_t value;
		char *output;
		int err = read_one(&s, table[i].unit, &value, &output);

		cr_expect(!err && !*output, "%s: %d %s", s.text, err, output);
		cr_expect_eq(value, table[i].value, "%s: %" PRId64, s.text, value);
		free(output);
		sample_free(&s);
	}
}

struct bad_quantity {
	const struct unit *unit;
	const char *marked;
	const char *message;
};

static void expect_bad_quantities(const struct bad_quantity *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct expected expected = { NULL, table[i].message };
		struct sample s = sample_new(table[i].marked);
		int64_t value;
		char *output;

		cr_expect_eq(read_one(&s, table[i].unit, &value, &output), -EBADMSG, "%s", s.text);
		expect_shown(&s, output, &expected);
		free(output);
		sample_free(&s);
	}
}

#define NUMBER(example) "error: a number, with a unit, is expected here, such as " example
#define BYTES "; known here: B, kB, KB, MB, GB, TB, KiB, MiB, GiB, TiB"

/* strtold() would accept most of these. */
Test(quantity, no_numbers)
{
	static const struct bad_quantity table[] = {
		{ &unit_bytes, "^''", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^' '", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'.GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'-1GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'+1GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^' 1GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'0x10GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'0x10'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'1e3B'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'1e3'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'1.5.2GiB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'inf'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'infB'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'nan'", NUMBER("\"16GiB\"") },
		{ &unit_bytes, "^'NAN(1)B'", NUMBER("\"16GiB\"") },
		{ &unit_ns, "^'1e3ns'", NUMBER("300 or \"300ns\"") },
		{ &unit_mbps, "^'fast'", NUMBER("20000 or \"20GB/s\"") },
	};

	expect_bad_quantities(table, ARRAY_SIZE(table));
}

Test(quantity, units)
{
	static const struct bad_quantity table[] = {
		{ &unit_bytes, "^'16'", "error: \"16\" has no unit" BYTES },
		{ &unit_bytes, "^'16 '", "error: \"16 \" has no unit" BYTES },
		{ &unit_bytes, "^'16G'", "error: no unit \"G\"" BYTES },
		{ &unit_bytes, "^'16Gib'", "error: no unit \"Gib\"" BYTES },
		{ &unit_bytes, "^'16GiB '", "error: no unit \"GiB \"" BYTES },
		{ &unit_bytes, "^'16\\tGiB'", "error: no unit \" GiB\"" BYTES },
		{ &unit_bytes, "^'16ns'", "error: no unit \"ns\"" BYTES },
		{ &unit_bytes, "^'1,5GiB'", "error: no unit \",5GiB\"" BYTES },
		{ &unit_bytes, "^'1e'", "error: no unit \"e\"" BYTES },
		{ &unit_bytes, "^'1abcdefghijklmnopqrstuvwxyz'",
		  "error: no unit \"abcdefghijklmnopqrst\"" BYTES },
		{ &unit_ns, "^'1s'", "error: no unit \"s\"; known here: ps, ns, us, ms" },
		{ &unit_ns, "^'1NS'", "error: no unit \"NS\"; known here: ps, ns, us, ms" },
		{ &unit_mbps, "^'20GB'",
		  "error: no unit \"GB\"; known here: B/s, kB/s, KB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, "
		  "GiB/s, TiB/s" },
	};

	expect_bad_quantities(table, ARRAY_SIZE(table));
}

Test(quantity, ranges)
{
	static const struct bad_quantity table[] = {
		{ &unit_bytes, "^-1", "error: -1 is not within 0..9223372036854775807" },
		{ &unit_bytes, "^9223372036854775808",
		  "9223372036854775808 is not within 0..9223372036854775807" },
		{ &unit_bytes, "^'9223372036854775808B'",
		  "9223372036854775808B is not within 0..9223372036854775807 bytes" },
		{ &unit_bytes, "^'8388608TiB'",
		  "8388608TiB is not within 0..9223372036854775807 bytes" },
		{ &unit_bytes, "^'99999999999999999999999999999999999999999999999999B'",
		  "error: 9999999999999999999999999999999999999999 is not within 0..9223372036854775807 "
		  "bytes" },
		{ &unit_ns, "^4294967296", "error: 4294967296 is not within 0..4294967295" },
		{ &unit_ns, "^'4294967295.6ns'",
		  "error: 4294967295.6ns is not within 0..4294967295 ns" },
		{ &unit_ns, "^'4295ms'", "error: 4295ms is not within 0..4294967295 ns" },
		{ &unit_mbps, "^'5000TB/s'", "error: 5000TB/s is not within 0..4294967295 MB/s" },
		{ &unit_ratio, "^-0.000001", "error: -0.000001 is not within 0..1000000" },
		{ &unit_ratio, "^1000000.000001", "error: 1000000.000001 is not within 0..1000000" },
		{ &unit_ratio, "^1e300", "error: 1e300 is not within 0..1000000" },
		{ &unit_ratio, "^-1e300", "error: -1e300 is not within 0..1000000" },
		{ &unit_distance, "^9", "error: 9 is not within 10..255" },
		{ &unit_distance, "^256", "error: 256 is not within 10..255" },
		{ &unit_adistance, "^2147483648",
		  "error: 2147483648 is not within -2147483648..2147483647" },
		{ &unit_adistance, "^-2147483649",
		  "error: -2147483649 is not within -2147483648..2147483647" },
		{ &unit_number, "^-1", "error: -1 is not within 0..2147483647" },
		{ &unit_scale, "^0", "error: 0 is not within 0.001..1000" },
		{ &unit_tolerance, "^-0.1", "error: -0.1 is not within 0..1" },
		{ &unit_tolerance, "^1.1", "error: 1.1 is not within 0..1" },
	};

	expect_bad_quantities(table, ARRAY_SIZE(table));
}

Test(quantity, kinds)
{
	static const struct bad_quantity table[] = {
		{ &unit_bytes, "^true",
		  "error: a number is expected here, such as \"16GiB\", not true or "
		  "false" },
		{ &unit_ns, "^null",
		  "error: a number is expected here, such as 300 or \"300ns\", not null" },
		{ &unit_mbps, "^[1]",
		  "error: a number is expected here, such as 20000 or \"20GB/s\", not an "
		  "array" },
		{ &unit_ratio, "^'1.5'",
		  "error: a number is expected here, such as 1.5, not a string" },
		{ &unit_distance, "^'20'",
		  "error: a number is expected here, such as 20, not a string" },
		{ &unit_adistance, "^'576'",
		  "error: a number is expected here, such as 576, not a string" },
		{ &unit_tolerance, "^'10%'",
		  "error: a number is expected here, such as 0.10, not a string" },
		{ &unit_bytes, "^1.5", "error: a whole number is expected here" },
		{ &unit_ns, "^300.5", "error: a whole number is expected here" },
		{ &unit_ns, "^1e3", "error: a whole number is expected here" },
		{ &unit_distance, "^20.0", "error: a whole number is expected here" },
	};

	expect_bad_quantities(table, ARRAY_SIZE(table));
}

/* Sizes in options: as in a policy, and as in QEMU. */
Test(quantity, bytes_of_options)
{
	static const struct {
		const char *text;
		int64_t bytes; /* -1: refused */
	} table[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "4B", 4 },
		{ "64K", 65536 },
		{ "64KiB", 65536 },
		{ "64kB", 64000 },
		{ "64KB", 64000 },
		{ "1M", 1 << 20 },
		{ "1.5MiB", 3 << 19 },
		{ "2 GB", 2000000000 },
		{ "1G", 1 << 30 },
		{ "1TiB", 1LL << 40 },
		{ "1T", 1LL << 40 },
		{ "8388607T", 8388607LL << 40 },
		{ "8388608T", -1 },
		{ "", -1 },
		{ "M", -1 },
		{ "-1M", -1 },
		{ "1m", -1 },
		{ "1Mi", -1 },
		{ "1.2.3M", -1 },
		{ "0x10M", -1 },
		{ "1e3M", -1 },
		{ "inf", -1 },
		{ "1M ", -1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		int64_t bytes = -1;

		cr_expect_eq(quantity_bytes(table[i].text, &bytes), table[i].bytes >= 0, "%s",
			     table[i].text);
		if (table[i].bytes >= 0)
			cr_expect_eq(bytes, table[i].bytes, "%s: %lld", table[i].text,
				     (long long)bytes);
	}
}
