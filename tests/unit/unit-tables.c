// SPDX-License-Identifier: GPL-2.0-only
#include "unit-tables.h"

#include <dirent.h>
#include <endian.h>

/* ---- a table, piece by piece ---- */

void draft_start(struct draft *d, const char *signature, uint8_t revision, size_t header)
{
	memset(d, 0, sizeof(*d));
	memcpy(d->bytes, signature, 4);
	d->bytes[8] = revision;
	d->length = header;
}

size_t draft_add(struct draft *d, size_t length)
{
	cr_assert_leq(d->length + length, sizeof(d->bytes));
	d->length += length;
	return d->length - length;
}

void draft_put8(struct draft *d, size_t at, uint8_t value)
{
	d->bytes[at] = value;
}

void draft_put16(struct draft *d, size_t at, uint16_t value)
{
	value = htole16(value);
	memcpy(d->bytes + at, &value, sizeof(value));
}

void draft_put32(struct draft *d, size_t at, uint32_t value)
{
	value = htole32(value);
	memcpy(d->bytes + at, &value, sizeof(value));
}

void draft_put64(struct draft *d, size_t at, uint64_t value)
{
	value = htole64(value);
	memcpy(d->bytes + at, &value, sizeof(value));
}

const char *table_of(struct acpi_table *t, const char *signature, const void *bytes, size_t length)
{
	uint8_t *copy = malloc(length);
	const char *why;

	cr_assert(copy || !length);
	if (length)
		memcpy(copy, bytes, length);
	why = acpi_table_init(t, signature, copy, length);
	if (why)
		free(copy);
	return why;
}

struct acpi_table draft_table(struct draft *d, const char *signature)
{
	struct acpi_table t = {};
	const char *why;

	draft_put32(d, 4, (uint32_t)d->length);
	why = table_of(&t, signature, d->bytes, d->length);
	cr_assert_null(why, "%s", why);
	return t;
}

struct srat *srat_of(const int *cpus, const int *memory)
{
	static struct draft d;
	struct srat *s = NULL;
	const char *why;
	struct acpi_table t;
	size_t at;
	int i;

	draft_start(&d, "SRAT", 3, 48);
	for (; *cpus >= 0; cpus++) {
		at = draft_add(&d, 24);
		draft_put16(&d, at, 2 | 24 << 8);
		draft_put32(&d, at + 4, (uint32_t)*cpus);
		draft_put32(&d, at + 12, 1);
	}
	for (i = 0; memory[i] >= 0; i++) {
		at = draft_add(&d, 40);
		draft_put16(&d, at, 1 | 40 << 8);
		draft_put32(&d, at + 2, (uint32_t)memory[i]);
		draft_put64(&d, at + 8, (uint64_t)i << 30);
		draft_put64(&d, at + 16, 1ULL << 30);
		draft_put32(&d, at + 28, 1);
	}
	t = draft_table(&d, "SRAT");
	cr_assert_eq(srat_parse(&t, &s, &at, &why), 0);
	acpi_table_free(&t);
	return s;
}

/* ---- files ---- */

uint8_t *file_bytes(const char *dir, const char *name, size_t *length)
{
	char *path = tmp_path(dir, name), *bytes = NULL;
	FILE *f = fopen(path, "re"), *out;
	int c;

	*length = 0;
	if (f) {
		out = open_memstream(&bytes, length);
		while ((c = getc_unlocked(f)) != EOF)
			putc_unlocked(c, out);
		fclose(out);
		fclose(f);
	}
	free(path);
	return (uint8_t *)bytes;
}

json_t *file_json(const char *dir, const char *name)
{
	char *path = tmp_path(dir, name);
	json_t *json = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);

	free(path);
	return json;
}

int each_folder(const char *top, int (*call)(const char *dir))
{
	DIR *dir = opendir(top);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		char *path = tmp_path(top, entry->d_name);

		if (*entry->d_name != '.')
			count += call(path);
		free(path);
	}
	if (dir)
		closedir(dir);
	return count;
}

char *more_data(const char *name)
{
	const char *folder = getenv("TIERBPF_DATA") ?: "../shared/data";
	char *path = tmp_path(folder, name);
	DIR *dir = opendir(path);

	if (!dir)
		cr_skip_test("no %s (TIERBPF_DATA)", path);
	closedir(dir);
	return path;
}

void each_damage(const uint8_t *bytes, size_t length,
		 void (*call)(const void *bytes, size_t length, void *arg), void *arg)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0xff };
	uint8_t *copy = malloc(length + 1);
	size_t i;

	memcpy(copy, bytes, length);
	for (i = 0; i < length; i++) {
		uint32_t cut = htole32((uint32_t)i);

		if (length > 8)
			memcpy(copy + 4, &cut, sizeof(cut));
		call(copy, i, arg);
	}
	memcpy(copy, bytes, length);
	for (i = 0; i < length * ARRAY_SIZE(values); i++) {
		copy[i / 4] = values[i % 4];
		call(copy, length, arg);
		copy[i / 4] = bytes[i / 4];
	}
	free(copy);
}
