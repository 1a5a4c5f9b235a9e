/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a user names for what a command writes: --output FILE. */
#ifndef NEW_FILE_H
#define NEW_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Is there nothing at @path, or a file that @force lets us replace? 0, or -EEXIST with a
 * message. For commands that work for a while before they write.
 */
int new_file_check(const char *path, bool force);

/*
 * Makes the file @path with what @write prints of @what; mode: as of open(2), less the umask.
 * It appears whole or not at all, and is a file that we have made: nothing that others have
 * put there or beside it before, links least of all, is written to. @write: 0, or -errno
 * after a message. 0, or -errno with a message; -EACCES where it is not permitted.
 */
int new_file_write(const char *path, bool force, mode_t mode,
		   int (*write)(FILE *out, const void *what), const void *what);

#endif
