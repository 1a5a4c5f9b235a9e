/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that comes from elsewhere: files, sysfs, captures, BPF objects and maps. A terminal
 * takes some characters for commands, and others make a line look like another one; neither
 * may reach it from there.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes of the character at @p, and what it is; 0 where there is no UTF-8. */
size_t escape_decode(const char *p, const char *end, uint32_t *code);

/*
 * Not the control characters C0 and C1, not the ends of lines and paragraphs, and none
 * that turns the direction of writing around.
 */
bool escape_is_plain(uint32_t code);

/* Prints @text: as it is where that is plain, and \x1b or \u202e in place of what is not. */
void escape_print(const char *text, FILE *out);

/* The same as a string of its own, which the caller frees. NULL: out of memory. */
char *escape_text(const char *text);

#endif
