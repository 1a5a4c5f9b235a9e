/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads the live and the stored facts of a node, in BPF programs and in user space. */
#ifndef TIERBPF_FACTS_H
#define TIERBPF_FACTS_H

#include "abi.h"

/* The live facts: what the kernel says when it asks. The others are stored in map `facts`. */
#define TIERBPF_NOT_LIVE(...)
#define TIERBPF_LIVE_BIT(SYMBOL, ...) | 1ULL << TIERBPF_FACT_##SYMBOL
#define TIERBPF_LIVE_FACTS (0 TIERBPF_FACT_TABLE(TIERBPF_LIVE_BIT, TIERBPF_NOT_LIVE))

/*
 * True and its value if @fact (enum tierbpf_fact) of @node is known. @stored:
 * the node's element of map `facts`; may be NULL.
 */
static inline _Bool tierbpf_fact(const struct tierbpf_node *node,
				 const struct tierbpf_facts *stored, __u32 fact, __s64 *value)
{
	switch (fact) {
#define TIERBPF_LIVE(SYMBOL, number, key, name, FORM, PREDICATE, source, live, known) \
	case TIERBPF_FACT_##SYMBOL:                                                   \
		*value = (live);                                                      \
		return (known);
		TIERBPF_FACT_TABLE(TIERBPF_LIVE, TIERBPF_NOT_LIVE)
#undef TIERBPF_LIVE
	}
	if (!stored || fact >= TIERBPF_NR_FACTS || !(stored->known & (1ULL << fact)))
		return 0;
	*value = stored->value[fact];
	return 1;
}

static inline _Bool tierbpf_fact_is_live(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS && TIERBPF_LIVE_FACTS >> fact & 1;
}

static inline void tierbpf_set_fact(struct tierbpf_facts *f, __u32 fact, __s64 value)
{
	f->known |= 1ULL << fact;
	f->value[fact] = value;
}

#endif
