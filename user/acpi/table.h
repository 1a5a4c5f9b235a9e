/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A firmware table as ACPI defines it (ACPI 6.5, 5.2.6): a header, then what the
 * signature says; the tables read here go on with subtables. All numbers are little-endian.
 */
#ifndef ACPI_TABLE_H
#define ACPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_TABLE_MAX (1 << 24) /* HMAT of 1024 domains, for each of the six data types: 12.6 MB */

/* Offsets in the header of a table (ACPI 6.5, 5.2.6). */
enum {
	ACPI_SIGNATURE = 0, /* 4 characters */
	ACPI_LENGTH = 4, /* u32 */
	ACPI_REVISION = 8, /* u8 */
	ACPI_CHECKSUM = 9, /* u8: the sum of all bytes is 0 */
	ACPI_OEM_ID = 10, /* 6 characters */
	ACPI_OEM_TABLE_ID = 16, /* 8 characters */
	ACPI_OEM_REVISION = 24, /* u32 */
	ACPI_HEADER = 36,
};

/* Never out of bounds: a table has at least its header. */
struct acpi_table {
	uint8_t *bytes;
	size_t length; /* by its header; as many bytes are there */
	uint8_t revision;
};

/* What became of a table. */
struct acpi_table_state {
	bool found;
	uint8_t revision;
	const char *ignored; /* why the kernel makes no use of it; NULL: it does; constant text */
	size_t at; /* what is wrong is at this offset, or the table as a whole */
};

/*
 * Reads table @signature of the machine below @root. 0, and the caller calls
 * acpi_table_free(); -ENOENT if there is none, or it is not ours to read; -EBADMSG after a
 * note if it is no such table, or no plain file. The checksum is not looked at: Linux does not either.
 */
int acpi_table_read(const char *root, const char *signature, struct acpi_table *t);
/* A note, where this machine has tables that this user may not read. */
void acpi_note_withheld(void);

void acpi_table_free(struct acpi_table *t);

/* The same, and begins *state. */
int acpi_table_open(const char *root, const char *signature, struct acpi_table *t,
		    struct acpi_table_state *state);

/* Ends reading: notes why the table is ignored, if it is: -EBADMSG and state->ignored. Returns @err. */
int acpi_table_close(struct acpi_table *t, const char *signature,
		     const struct acpi_table_state *state, int err);

/* Takes @length bytes as a table. NULL, or what is wrong; *t is then as it was. Does not own @bytes. */
const char *acpi_table_init(struct acpi_table *t, const char *signature, uint8_t *bytes,
			    size_t length);

uint16_t acpi_u16(const struct acpi_table *t, size_t at);
uint32_t acpi_u32(const struct acpi_table *t, size_t at);
uint64_t acpi_u64(const struct acpi_table *t, size_t at);

#endif
