/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the file that the user gives as --output FILE. */
#ifndef NEW_FILE_H
#define NEW_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Checks that nothing exists at @path, or a file that @force lets us replace. 0, or -EEXIST with
 * a message.
 */
int new_file_check(const char *path, bool force);

/*
 * Like new_file_check(), and tries to create a file there, which it removes again. 0, or -errno with a
 * message. Commands that work for a while before they write call this first.
 */
int new_file_try(const char *path, bool force);

/*
 * Creates the file @path with the output of @write, which is called with @what. @mode is as for
 * open(2), and the umask applies. The file appears complete or not at all. It is always a new
 * file: nothing that another user has put at @path or beside it, such as a link, is written to.
 * @write returns 0, or -errno after a message. 0, or -errno with a message; -EACCES where
 * writing is not permitted.
 */
int new_file_write(const char *path, bool force, mode_t mode,
		   int (*write)(FILE *out, const void *what), const void *what);

#endif
