// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/cdat.h"

#include <errno.h>
#include <stdlib.h>

#include "acpi/hmat-access.h"
#include "acpi/hmat.h"
#include "acpi/table.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/sysfs.h"

#define CDAT_HEADER 16
#define CDAT_MAX (1 << 20)
#define STRUCTURE_HEADER 4

enum structure {
	DSMAS = 0,
	DSLBIS = 1,
	SSLBIS = 5,
};

/* Offsets in bytes, and lengths of structures. */
enum {
	STRUCTURE_LENGTH = 2, /* u16, in every structure */

	DSMAS_HANDLE = 4,
	DSMAS_BASE = 8,
	DSMAS_BYTES = 16,
	DSMAS_LENGTH = 24,

	DSLBIS_HANDLE = 4,
	DSLBIS_FLAGS = 5,
	DSLBIS_DATA_TYPE = 6, /* enum hmat_type, here and below */
	DSLBIS_ENTRY_BASE = 8,
	DSLBIS_ENTRY = 16, /* the first of three u16 */
	DSLBIS_LENGTH = 24,

	SSLBIS_DATA_TYPE = 4,
	SSLBIS_ENTRY_BASE = 8,
	SSLBIS_LENGTH = 16, /* without entries */
	SSLBIS_PORT_X = 0, /* this and the next two are u16 within an entry */
	SSLBIS_PORT_Y = 2,
	SSLBIS_VALUE = 4,
	SSLBIS_ENTRY = 8, /* the size of an entry */
};

/* Values of a port in an SSLBIS entry that do not name a downstream port. */
#define UPSTREAM_PORT 0x100
#define ANY_PORT 0xffff

struct reader {
	struct acpi_table table;
	struct cdat *cdat;
	uint16_t port;
	const char *why; /* the reason to reject the table; NULL: none so far */
};

/* The kernel's cdat_normalize() equals its hmat_normalize() for revision 2. */
static void set(struct perf *p, uint8_t type, uint16_t entry, uint64_t base)
{
	hmat_set_value(p, type, hmat_normalize(2, type, base, entry));
}

static struct cdat_memory *find_handle(struct cdat *c, uint8_t handle)
{
	size_t i;

	for (i = 0; i < c->nr_memory; i++)
		if (c->memory[i].handle == handle)
			return &c->memory[i];
	return NULL;
}

static const char *read_dsmas(struct reader *r, size_t at, size_t length)
{
	uint8_t handle = r->table.bytes[at + DSMAS_HANDLE];

	if (length != DSMAS_LENGTH)
		return "a DSMAS that is not 24 bytes long";
	if (find_handle(r->cdat, handle))
		return "a second DSMAS of the same handle";
	r->cdat->memory[r->cdat->nr_memory++] = (struct cdat_memory){
		.handle = handle,
		.base = acpi_u64(&r->table, at + DSMAS_BASE),
		.length = acpi_u64(&r->table, at + DSMAS_BYTES),
	};
	return NULL;
}

/* Only the first of its three entries counts; none if the handle is unknown. */
static const char *read_dslbis(struct reader *r, size_t at, size_t length)
{
	const uint8_t *p = r->table.bytes + at;
	struct cdat_memory *memory;

	if (length != DSLBIS_LENGTH)
		return "a DSLBIS that is not 24 bytes long";
	memory = find_handle(r->cdat, p[DSLBIS_HANDLE]);
	if (memory && p[DSLBIS_DATA_TYPE] <= HMAT_WRITE_BANDWIDTH &&
	    !(p[DSLBIS_FLAGS] & HMAT_HIERARCHY))
		set(&memory->perf, p[DSLBIS_DATA_TYPE], acpi_u16(&r->table, at + DSLBIS_ENTRY),
		    acpi_u64(&r->table, at + DSLBIS_ENTRY_BASE));
	return NULL;
}

/*
 * The downstream port of a pair; ANY_PORT: all of them. A path between two downstream ports
 * counts for the first.
 */
static uint16_t downstream_of(uint16_t x, uint16_t y)
{
	return x == UPSTREAM_PORT || (x == ANY_PORT && y != UPSTREAM_PORT) ? y : x;
}

/* The first entry about the port counts, as in 7.3; in 6.12 it is the last. */
static const char *read_sslbis(struct reader *r, size_t at, size_t length)
{
	uint8_t type = r->table.bytes[at + SSLBIS_DATA_TYPE];
	uint64_t base = acpi_u64(&r->table, at + SSLBIS_ENTRY_BASE);
	size_t entry;

	if (length <= SSLBIS_LENGTH || (length - SSLBIS_LENGTH) % SSLBIS_ENTRY)
		return "an SSLBIS whose length is not 16 bytes and one or more entries of 8";
	if (type > HMAT_WRITE_BANDWIDTH)
		return NULL;
	for (entry = at + SSLBIS_LENGTH; entry < at + length; entry += SSLBIS_ENTRY) {
		uint16_t port = downstream_of(acpi_u16(&r->table, entry + SSLBIS_PORT_X),
					      acpi_u16(&r->table, entry + SSLBIS_PORT_Y));

		if (port == ANY_PORT || port == r->port) {
			set(&r->cdat->port, type, acpi_u16(&r->table, entry + SSLBIS_VALUE), base);
			break;
		}
	}
	return NULL;
}

static const char *read_structure(struct reader *r, enum structure wanted, size_t at)
{
	size_t length = acpi_u16(&r->table, at + STRUCTURE_LENGTH);

	if (!length)
		return "a structure of length 0";
	if (r->table.bytes[at] != wanted)
		return NULL;
	/*
	 * The readers below check only the length in the structure, so it must be within the
	 * table.
	 */
	if (length > r->table.length - at)
		return "a structure that extends beyond the end of the table";
	switch (wanted) {
	case DSMAS:
		return read_dsmas(r, at, length);
	case DSLBIS:
		return read_dslbis(r, at, length);
	case SSLBIS:
		return read_sslbis(r, at, length);
	}
	return NULL;
}

/*
 * acpi_parse_entries_array(): a structure is read if more than its header is within the table.
 * Returns the offset where it stopped.
 */
static size_t walk(struct reader *r, enum structure wanted)
{
	size_t at = CDAT_HEADER;

	while (at + STRUCTURE_HEADER < r->table.length) {
		r->why = read_structure(r, wanted, at);
		if (r->why)
			break;
		at += acpi_u16(&r->table, at + STRUCTURE_LENGTH);
	}
	return at;
}

/* The sum of all bytes must be 0: read_cdat_data() (drivers/cxl/core/pci.c). */
static uint8_t sum_of(const struct acpi_table *t)
{
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < t->length; i++)
		sum += t->bytes[i];
	return sum;
}

static const char *check_header(struct acpi_table *t)
{
	size_t length;

	if (t->length < CDAT_HEADER)
		return "shorter than its header";
	length = acpi_u32(t, 0);
	if (length < CDAT_HEADER)
		return "its header gives a length shorter than itself";
	if (length > t->length)
		return "shorter than its header says";
	t->length = length;
	return sum_of(t) ? "its checksum is wrong" : NULL;
}

int cdat_parse(const uint8_t *bytes, size_t length, uint16_t port, struct cdat **c, size_t *at,
	       const char **why)
{
	static const enum structure passes[] = { DSMAS, DSLBIS, SSLBIS };
	_cleanup_(cleanup_cdat) struct cdat *cdat = calloc(1, sizeof(*cdat));
	struct reader r = {
		.table = { .bytes = (uint8_t *)bytes, .length = length },
		.cdat = cdat,
		.port = port,
	};
	size_t i;

	if (!cdat)
		return -ENOMEM;
	*at = 0;
	r.why = check_header(&r.table);
	for (i = 0; i < ARRAY_SIZE(passes) && !r.why; i++)
		*at = walk(&r, passes[i]);
	*why = r.why;
	if (r.why)
		return -EBADMSG;
	*c = TAKE_PTR(cdat);
	return 0;
}

int cdat_read(const char *root, const char *path, uint16_t port, struct cdat **c)
{
	_cleanup_free_ char *bytes = NULL;
	const char *why;
	size_t length, at;
	int err = sysfs_bytes(root, path, CDAT_MAX, &bytes, &length);

	if (err == -EFBIG)
		return fail(-EBADMSG, "%s%s: not used: larger than %d bytes", root, path, CDAT_MAX);
	/* An empty file means that the card has a CDAT, but the kernel could not read it. */
	if (err || !length)
		return err == -ENOMEM ? err : -ENOENT;
	err = cdat_parse((const uint8_t *)bytes, length, port, c, &at, &why);
	if (err == -EBADMSG)
		note("%s%s: not used: at offset 0x%zx: %s", root, path, at, why);
	return err;
}

void cdat_free(struct cdat *c)
{
	free(c);
}

const struct cdat_memory *cdat_find(const struct cdat *c, uint64_t base, uint64_t length)
{
	size_t i;

	for (i = 0; i < c->nr_memory; i++) {
		const struct cdat_memory *m = &c->memory[i];

		if (base >= m->base && length && length <= m->length &&
		    base - m->base <= m->length - length)
			return m;
	}
	return NULL;
}
