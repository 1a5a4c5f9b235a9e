// SPDX-License-Identifier: GPL-2.0-only
#include "util/nodeset.h"

#include <stdio.h>
#include <stdlib.h>

/* Writes ranges like the kernel's "%*pbl": bitmap_list_string() (lib/vsprintf.c). */
char *nodeset_text(const struct nodeset *s)
{
	size_t size;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);
	const char *comma = "";
	int first, last;

	if (!f)
		return NULL;
	for (first = 0; first < TIERBPF_MAX_NODES; first = last + 1) {
		last = first;
		if (!nodeset_has(s, first))
			continue;
		while (last + 1 < TIERBPF_MAX_NODES && nodeset_has(s, last + 1))
			last++;
		fprintf(f, first == last ? "%s%d" : "%s%d-%d", comma, first, last);
		comma = ",";
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
