// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/table.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/msg.h"
#include "util/sysfs.h"

#define TABLES "/sys/firmware/acpi/tables"

const char *acpi_table_init(struct acpi_table *t, const char *signature, uint8_t *bytes,
			    size_t length)
{
	struct acpi_table new = { .bytes = bytes, .length = length };

	if (length < ACPI_HEADER)
		return "shorter than the header of a table";
	if (memcmp(bytes + ACPI_SIGNATURE, signature, 4))
		return "another signature";
	new.length = acpi_u32(&new, ACPI_LENGTH);
	new.revision = bytes[ACPI_REVISION];
	if (new.length < ACPI_HEADER)
		return "its header gives a length shorter than itself";
	if (new.length > length)
		return "shorter than its header says";
	*t = new;
	return NULL;
}

/*
 * If there are several tables with this signature, sysfs numbers them from 1 on
 * (acpi_table_attr_init), and the kernel uses the first.
 */
static int read_bytes(const char *root, const char *signature, char **path, char **bytes,
		      size_t *length)
{
	static const char *const suffixes[] = { "", "1" };
	int i, err = -ENOENT;

	for (i = 0; i < 2 && err == -ENOENT; i++) {
		free(*path);
		if (asprintf(path, TABLES "/%s%s", signature, suffixes[i]) < 0) {
			*path = NULL;
			return -ENOMEM;
		}
		err = sysfs_bytes(root, *path, ACPI_TABLE_MAX, bytes, length);
	}
	return err;
}

/*
 * Only root can read the tables of the running machine. For other users they are not known, which
 * is not an error.
 */
static int explain_unread(const char *root, const char *path, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return -ENOENT;
	case -EACCES:
	case -EPERM:
		return *root ? fail(-EBADMSG, "%s%s: not used: this user may not read it", root,
				    path) :
			       -ENOENT;
	case -EFBIG:
		return fail(-EBADMSG, "%s%s: not used: larger than %d bytes", root, path,
			    ACPI_TABLE_MAX);
	case -EINVAL:
	case -EISDIR:
		return fail(-EBADMSG, "%s%s: not used: not a regular file", root, path);
	}
	return fail(-EBADMSG, "%s%s: not used: %s", root, path, strerror(-err));
}

int acpi_table_read(const char *root, const char *signature, struct acpi_table *t)
{
	_cleanup_free_ char *path = NULL, *bytes = NULL;
	const char *why;
	size_t length;
	int err = read_bytes(root, signature, &path, &bytes, &length);

	if (err)
		return explain_unread(root, path, err);
	why = acpi_table_init(t, signature, (uint8_t *)bytes, length);
	if (why)
		return fail(-EBADMSG, "%s%s: not used: %s", root, path, why);
	bytes = NULL; /* acpi_table_free() frees them */
	return 0;
}

void acpi_say_tables_withheld(void)
{
	if (!access(TABLES "/SRAT", F_OK) && access(TABLES "/SRAT", R_OK))
		note("only root can read the firmware's tables: facts from proximity domains, HMAT and CDAT are "
		     "missing; run with sudo to see them");
}

void acpi_table_free(struct acpi_table *t)
{
	free(t->bytes);
	t->bytes = NULL;
}

int acpi_table_open(const char *root, const char *signature, struct acpi_table *t,
		    struct acpi_table_state *state)
{
	int err = acpi_table_read(root, signature, t);

	*state = (struct acpi_table_state){
		.found = err != -ENOENT,
		.broken = err && err != -ENOENT,
		.withheld = err == -ENOENT && sysfs_exists(root, TABLES "/%s", signature),
	};
	if (!err)
		state->revision = t->revision;
	else if (state->found)
		state->ignored =
			"it cannot be read, is truncated or too large, or has another signature";
	return err;
}

int acpi_table_close(struct acpi_table *t, const char *signature,
		     const struct acpi_table_state *state, int err)
{
	acpi_table_free(t);
	if (err == -EBADMSG)
		note("%s: not used: at offset 0x%zx: %s", signature, state->at, state->ignored);
	return err;
}

#define GET(type, convert)                                              \
	do {                                                            \
		type value = 0;                                         \
                                                                        \
		if (at <= t->length && t->length - at >= sizeof(value)) \
			memcpy(&value, t->bytes + at, sizeof(value));   \
		return convert(value);                                  \
	} while (0)

uint16_t acpi_u16(const struct acpi_table *t, size_t at)
{
	GET(uint16_t, le16toh);
}

uint32_t acpi_u32(const struct acpi_table *t, size_t at)
{
	GET(uint32_t, le32toh);
}

uint64_t acpi_u64(const struct acpi_table *t, size_t at)
{
	GET(uint64_t, le64toh);
}
