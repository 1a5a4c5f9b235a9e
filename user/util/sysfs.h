/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads small files of sysfs and procfs. Nothing here prints a message: a value that cannot be
 * read is simply not known.
 *
 * @root is "" for the running system, or the directory of a captured machine. A capture may come
 * from an untrusted source and be read by root. Therefore no link leads out of it, only regular
 * files are opened, and the size of each is limited.
 */
#ifndef SYSFS_H
#define SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSFS_NODES "/sys/devices/system/node"

/*
 * Opens a regular file for reading and returns its descriptor, or -errno: -EISDIR or -EINVAL if
 * it is not a regular file.
 */
int sysfs_open(const char *root, const char *path);

/*
 * Reads a regular file of at most @max bytes, text or binary, into *data and appends a 0; the
 * caller frees. 0, -EFBIG, -ENOMEM, -EINVAL (not a regular file) or another -errno.
 */
int sysfs_bytes(const char *root, const char *path, size_t max, char **data, size_t *length);

/* Like sysfs_bytes(), for a file that sysfs_open() has opened; it may be read any number of times. */
int sysfs_reread(int fd, size_t max, char **data, size_t *length);

/*
 * Reads the text of the file that @format names, without the last newline. Errors and ownership
 * as with sysfs_bytes().
 */
int sysfs_text(char **text, const char *root, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets *value and returns true if the file holds a single number; @base is as for strtoull(). */
bool sysfs_number(uint64_t *value, int base, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* True if the path exists, whether file, directory or link. */
bool sysfs_exists(const char *root, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Returns the real path of a device, relative to @root, with all links in @path resolved; NULL
 * if it does not exist. The caller frees.
 */
char *sysfs_real(const char *root, const char *path);

/*
 * Calls @visit for each entry of directory @path whose name starts with @prefix and a digit, in
 * numerical order.
 */
void sysfs_each(const char *root, const char *path, const char *prefix,
		void (*visit)(const char *name, void *arg), void *arg);

#endif
