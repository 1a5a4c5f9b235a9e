/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of NUMA nodes, as a bitmap. */
#ifndef NODESET_H
#define NODESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tierbpf/abi.h>

struct nodeset {
	uint64_t bits[TIERBPF_MAX_NODES / 64];
};

static inline void nodeset_add(struct nodeset *s, int node)
{
	s->bits[node / 64] |= 1ULL << (node % 64);
}

static inline void nodeset_remove(struct nodeset *s, int node)
{
	s->bits[node / 64] &= ~(1ULL << (node % 64));
}

static inline bool nodeset_has(const struct nodeset *s, int node)
{
	return s->bits[node / 64] >> (node % 64) & 1;
}

static inline bool nodeset_is_empty(const struct nodeset *s)
{
	size_t i;

	for (i = 0; i < TIERBPF_MAX_NODES / 64; i++)
		if (s->bits[i])
			return false;
	return true;
}

/*
 * Returns the set in the kernel's notation: "0,2-5", or "" if empty. The caller frees; NULL: out
 * of memory.
 */
char *nodeset_text(const struct nodeset *s);

#endif
