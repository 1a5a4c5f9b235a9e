// SPDX-License-Identifier: GPL-2.0-only
#include "util/command-line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Characters that no shell changes. */
#define SAFE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-"

static char *text;

static void print_word(const char *word, FILE *out)
{
	if (*word && !word[strspn(word, SAFE)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

void command_line_keep(int argc, char **argv)
{
	size_t size;
	FILE *out;
	int i;

	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return;
	fputs("tierbpf", out);
	for (i = 1; i < argc; i++) {
		fputc(' ', out);
		print_word(argv[i], out);
	}
	fclose(out);
}

const char *command_line(void)
{
	return text ?: "tierbpf";
}
