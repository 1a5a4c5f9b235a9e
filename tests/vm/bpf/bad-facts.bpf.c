// SPDX-License-Identifier: GPL-2.0-only
/* The object has a map of its own under the name that the loader's map facts has. */
#include "bad.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} facts SEC(".maps");

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	__u32 id = node->id;
	const __u32 *fact = bpf_map_lookup_elem(&facts, &id);

	return fact ? *fact : node->kernel_adistance;
}

BAD_POLICY(usurper, answer);
