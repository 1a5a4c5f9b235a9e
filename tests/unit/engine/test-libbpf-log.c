// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <bpf/libbpf.h>

#include "engine/libbpf-log.h"

/* Returns the messages of libbpf about @path with TIERBPF_DEBUG; the caller frees. */
static char *said_of(const char *path)
{
	FILE *terminal = stderr;
	char *said = NULL;
	size_t size;

	setenv("TIERBPF_DEBUG", "1", 1);
	stderr = open_memstream(&said, &size);
	cr_assert(stderr);
	bpf_words_listen();
	cr_expect_null(bpf_object__open_file(path, NULL));
	fclose(stderr);
	stderr = terminal;
	return said;
}

/* A BPF object contains names, which libbpf prints without escaping. */
Test(bpf_words, debug_is_escaped)
{
	char *said = said_of("/nowhere/a\ntierbpf: b\033[2J\xe2\x80\xae.o"), *rest = said, *line;
	char last[200];

	cr_expect(strstr(said, "failed to open /nowhere/a\n    | tierbpf: b\\x1b[2J\\u202e.o: "),
		  "%s", said);
	while ((line = strsep(&rest, "\n")))
		cr_expect(!*line || !strncmp(line, "libbpf: ", 8) || !strncmp(line, "    | ", 6),
			  "%s", line);
	bpf_words_last(last, sizeof(last));
	cr_expect(!strncmp(last, "tierbpf: b?[2J???.o: ", strlen("tierbpf: b?[2J???.o: ")), "%s",
		  last);
	free(said);
}
