// SPDX-License-Identifier: GPL-2.0-only
/* The object has a map that no machine has enough memory for. */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 0x3fffffff);
	__type(key, __u32);
	__type(value, struct tierbpf_facts);
} vast SEC(".maps");

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	__u32 id = node->id;

	return bpf_map_lookup_elem(&vast, &id) ? 576 : node->kernel_adistance;
}

BAD_POLICY(greedy, answer);
