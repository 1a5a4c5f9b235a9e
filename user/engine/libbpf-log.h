/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libbpf and the verifier say is for developers. It is kept instead of
 * shown, so that an error can be told in words of our own; TIERBPF_DEBUG=1
 * shows it as well.
 */
#ifndef BPF_WORDS_H
#define BPF_WORDS_H

#include <stddef.h>

/* Forgets what was said before, and listens from now on. */
void bpf_words_listen(void);

/* The warnings since then; "" if there are none. Valid until the next call of either. */
const char *bpf_words(void);

/* The last line of them, without its end; "" if there is none. */
void bpf_words_last(char *line, size_t size);

/*
 * The name of the program that the verifier rejected, and the end of what it said
 * about it (@lines lines, or the report of newer kernels), on stderr. 0, or -ENOENT
 * if it rejected none.
 */
int bpf_words_print_verdict(const char *file, size_t lines);

#endif
