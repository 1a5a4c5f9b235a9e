/* SPDX-License-Identifier: GPL-2.0-only */
/* A map of answers that a test fills; the answer for other nodes is 0. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stddef.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __s32);
} answers SEC(".maps");

static __always_inline int answer_of(const struct tierbpf_node *node)
{
	__u32 id = node->id;
	const __s32 *answer = bpf_map_lookup_elem(&answers, &id);

	return answer ? *answer : 0;
}

#endif
