/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Escapes text from untrusted sources: files, sysfs, captures, BPF objects and maps. A terminal
 * takes some characters as commands, and others make a line look like a different one. None of
 * them may reach the terminal.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Returns the length in bytes of the UTF-8 character at @p, and its code point in *code; 0 if
 * there is none.
 */
size_t escape_decode(const char *p, const char *end, uint32_t *code);

/*
 * False for the control characters C0 and C1, for line and paragraph separators, and for
 * characters that change the direction of writing.
 */
bool escape_is_plain(uint32_t code);

/* Prints @text, with characters that are not plain written as \x1b or \u202e. */
void escape_print(const char *text, FILE *out);

/* Returns what escape_print() prints, as a string that the caller frees. NULL: out of memory. */
char *escape_text(const char *text);

#endif
