// SPDX-License-Identifier: GPL-2.0-only
/* The policy uses a map element without checking that the lookup succeeded. */
#include "bad.h"

TIERBPF_FACTS_MAP;

SEC("struct_ops/adistance")
int BPF_PROG(answer_unchecked, const struct tierbpf_node *node)
{
	__u32 id = node->id;
	const struct tierbpf_facts *f = bpf_map_lookup_elem(&facts, &id);

	return f->value[TIERBPF_FACT_DISTANCE];
}

BAD_POLICY(careless, answer_unchecked);
