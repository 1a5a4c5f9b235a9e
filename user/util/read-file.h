/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/*
 * Reads a whole regular file of at most @max bytes ("-": standard input, of any
 * kind) into *text, with a 0 behind it; the caller frees. 0, or -errno after a message.
 */
int text_read(const char *path, size_t max, char **text, size_t *length);

#endif
