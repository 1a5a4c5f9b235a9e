/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the messages of libbpf and the verifier, which are for developers, so that an error can be
 * explained in plain words. TIERBPF_DEBUG=1 prints them as well.
 */
#ifndef BPF_WORDS_H
#define BPF_WORDS_H

#include <stddef.h>

/* Forgets the messages so far, and keeps those that come. */
void bpf_words_listen(void);

/* The warnings since then, "" if there are none. Valid until the next message or call. */
const char *bpf_words(void);

/* The last line of them, without its end; "" if there is none. */
void bpf_words_last(char *line, size_t size);

/*
 * Prints on standard error which program the verifier rejected, and the last @lines lines of its log,
 * or the report that newer kernels make. 0, or -ENOENT if it rejected none.
 */
int bpf_words_print_verdict(const char *file, size_t lines);

#endif
