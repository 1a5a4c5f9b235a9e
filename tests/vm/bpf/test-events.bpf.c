// SPDX-License-Identifier: GPL-2.0-only
/* Counts the module's events by kind, in map `answers`. */
#include "answers.h"

SEC("fentry/tierbpf_event")
int BPF_PROG(count, const struct tierbpf_event *event)
{
	__u32 kind = event->kind;
	__s32 *counter = bpf_map_lookup_elem(&answers, &kind);

	if (counter)
		__sync_fetch_and_add(counter, 1);
	return 0;
}
