/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of a node, live and stored, for BPF and user space alike. */
#ifndef TIERBPF_FACTS_H
#define TIERBPF_FACTS_H

#include "abi.h"

/*
 * True and its value if @fact (enum tierbpf_fact) of @node is known. @stored:
 * the node's element of map `facts`; may be NULL.
 */
static inline _Bool tierbpf_fact(const struct tierbpf_node *node,
				 const struct tierbpf_facts *stored, __u32 fact, __s64 *value)
{
	switch (fact) {
	case TIERBPF_FACT_NONE:
		*value = 0;
		return 1;
	case TIERBPF_FACT_NODE:
		*value = node->id;
		return 1;
	case TIERBPF_FACT_CPU:
		*value = !!(node->flags & TIERBPF_NODE_CPU);
		return 1;
	case TIERBPF_FACT_KERNEL_ADISTANCE:
		*value = node->kernel_adistance;
		return 1;
	case TIERBPF_FACT_SIZE:
		*value = (__s64)node->size;
		return node->size != 0;
	}
	if (!stored || fact >= TIERBPF_NR_FACTS || !(stored->known & (1ULL << fact)))
		return 0;
	*value = stored->value[fact];
	return 1;
}

static inline void tierbpf_set_fact(struct tierbpf_facts *f, __u32 fact, __s64 value)
{
	f->known |= 1ULL << fact;
	f->value[fact] = value;
}

#endif
