/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of sysfs, procfs and the like. Nothing here prints: what cannot be read is not known.
 *
 * @root is "" for the running system, or the directory of a captured machine. A capture may
 * come from anybody, and root may look at it: so no link leads out of it, nothing but regular
 * files is opened, and each has a limit to its size.
 */
#ifndef SYSFS_H
#define SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSFS_NODES "/sys/devices/system/node"

/* A regular file of @root to read, or -errno; -EISDIR, -EINVAL if it is something else. */
int sysfs_open(const char *root, const char *path);

/*
 * Reads a regular file of at most @max bytes, of any content, into *data with a
 * 0 behind it; the caller frees. 0, -errno, -EFBIG, -ENOMEM or -EINVAL (not a regular file).
 */
int sysfs_bytes(const char *root, const char *path, size_t max, char **data, size_t *length);

/* The text of the file that @format names, without the end of its last line. As above. */
int sysfs_text(char **text, const char *root, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* True and *value if that file holds one number; base as of strtoull(). */
bool sysfs_number(uint64_t *value, int base, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* True if there is something of that name. */
bool sysfs_exists(const char *root, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Where a device really is: @path without links, as seen from @root; NULL if it is
 * nowhere. The caller frees.
 */
char *sysfs_real(const char *root, const char *path);

/*
 * Calls @visit for each name of directory @path that starts with @prefix and goes on
 * with a digit, in the order of the numbers.
 */
void sysfs_each(const char *root, const char *path, const char *prefix,
		void (*visit)(const char *name, void *arg), void *arg);

#endif
