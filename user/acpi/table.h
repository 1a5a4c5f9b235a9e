/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads firmware tables (ACPI 6.5, 5.2.6). A table is a header and a body whose format depends
 * on the signature; the tables read here consist of subtables. All numbers are little-endian.
 */
#ifndef ACPI_TABLE_H
#define ACPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_TABLE_MAX (1 << 24) /* an HMAT with 1024 domains and 6 data types takes 12.6 MB */

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

/* A table has at least its header, which may be read without checking the length. */
struct acpi_table {
	uint8_t *bytes;
	size_t length; /* as the header says; @bytes has at least as many */
	uint8_t revision;
};

/* Tells whether a table was found, and whether the kernel uses it. */
struct acpi_table_state {
	bool found;
	bool broken; /* found, but it is no such table, so that not even its header may be used */
	bool withheld; /* not found because this user may not read it */
	uint8_t revision;
	const char *ignored; /* why the kernel does not use it (constant text); NULL: it does */
	size_t at; /* offset of the error in the table; 0 if the table could not be read */
};

/*
 * Reads table @signature of the machine below @root. 0, and the caller calls acpi_table_free();
 * -ENOENT if there is none, or this user may not read it; -EBADMSG after a note if it is not
 * such a table, or not a regular file. The checksum is not verified, as in Linux.
 */
int acpi_table_read(const char *root, const char *signature, struct acpi_table *t);

/* Prints a note if this machine has tables that this user may not read. */
void acpi_say_tables_withheld(void);

void acpi_table_free(struct acpi_table *t);

/* Like acpi_table_read(), and initializes *state. */
int acpi_table_open(const char *root, const char *signature, struct acpi_table *t,
		    struct acpi_table_state *state);

/*
 * Frees the table after it was parsed with result @err. Prints a note with state->ignored if @err
 * is -EBADMSG. Returns @err.
 */
int acpi_table_close(struct acpi_table *t, const char *signature,
		     const struct acpi_table_state *state, int err);

/*
 * Initializes *t from @length bytes. Returns NULL, or what is wrong and leaves *t unchanged. The
 * caller frees @bytes.
 */
const char *acpi_table_init(struct acpi_table *t, const char *signature, uint8_t *bytes,
			    size_t length);

uint16_t acpi_u16(const struct acpi_table *t, size_t at);
uint32_t acpi_u32(const struct acpi_table *t, size_t at);
uint64_t acpi_u64(const struct acpi_table *t, size_t at);

#endif
