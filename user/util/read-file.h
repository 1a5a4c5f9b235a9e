/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/*
 * Reads a whole regular file of at most @max bytes into *text and appends a 0; the caller frees.
 * @path "-" reads standard input, which may also be a pipe. 0, or -errno after a message.
 */
int text_read(const char *path, size_t max, char **text, size_t *length);

#endif
