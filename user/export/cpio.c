// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the archive in which the kernel looks for tables, in front of the initrd. It is an
 * uncompressed cpio "newc" (Documentation/driver-api/early-userspace/buffer-format.rst,
 * lib/earlycpio.c).
 */
#include "export/acpi.h"

#include <string.h>

#include "util/new-file.h"

#define BLOCK 512 /* an archive ends at a multiple of this */
#define DIRECTORY 040755U
#define REGULAR 0100644U

static void pad(FILE *out, size_t to)
{
	while (ftell(out) % (long)to)
		fputc(0, out);
}

/* Owner, times and devices are 0, so that the same table always gives the same archive. */
static void entry(FILE *out, unsigned int ino, unsigned int mode, const char *name,
		  const void *data, size_t size)
{
	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X", ino, mode, 0, 0,
		(mode & DIRECTORY) == DIRECTORY ? 2 : 1, 0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
	fwrite(name, strlen(name) + 1, 1, out);
	pad(out, 4);
	if (size)
		fwrite(data, size, 1, out);
	pad(out, 4);
}

static int write_all(FILE *out, const void *what)
{
	const struct acpi_table *table = what;

	entry(out, 1, DIRECTORY, "kernel", NULL, 0);
	entry(out, 2, DIRECTORY, "kernel/firmware", NULL, 0);
	entry(out, 3, DIRECTORY, "kernel/firmware/acpi", NULL, 0);
	entry(out, 4, REGULAR, "kernel/firmware/acpi/HMAT.aml", table->bytes, table->length);
	entry(out, 0, 0, "TRAILER!!!", NULL, 0);
	pad(out, BLOCK);
	return 0;
}

/* Only the owner may read the archive, as the kernel shows firmware tables only to root. */
int archive_write(const char *path, bool force, const struct acpi_table *table)
{
	return new_file_write(path, force, 0600, write_all, table);
}
