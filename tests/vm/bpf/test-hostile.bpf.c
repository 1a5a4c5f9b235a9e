// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that misbehaves in every way; an element of its map `answers` switches each one on.
 * Its answers are not valid, or different each time, or slow, and its other programs ask for a
 * retier whenever they see the module at work.
 */
#include "answers.h"

/* LIE is the answer while LIES is set; ROUNDS counts the worker's rounds. */
enum vice { LIES, LIE, FLIPS, SLOW_MS, NAGS, ROUNDS };

TIERBPF_WATCH(answers);

static __u32 calls;

static __always_inline int knob(enum vice vice)
{
	__u32 key = vice;
	const __s32 *value = bpf_map_lookup_elem(&answers, &key);

	return value ? *value : 0;
}

static int spin(__u32 i, __u64 *until)
{
	return bpf_ktime_get_ns() > *until;
}

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	__u64 until = bpf_ktime_get_ns() + knob(SLOW_MS) * 1000000ULL;

	if (node->id != 1)
		return node->kernel_adistance;
	if (knob(SLOW_MS))
		bpf_loop(1 << 23, spin, &until, 0);
	if (knob(LIES))
		return knob(LIE);
	if (knob(FLIPS))
		return 1000 + 128 * (__sync_fetch_and_add(&calls, 1) % 64);
	return 1344;
}

SEC("fentry/tierbpf_event")
int BPF_PROG(nag, const struct tierbpf_event *event)
{
	if (knob(NAGS))
		tierbpf_retier_async(event->node);
	return 0;
}

/* This is the worker's own function. At its end the module is not deciding, so it accepts this. */
SEC("fexit/retier_pending")
int BPF_PROG(nag_again, void *work)
{
	__u32 key = ROUNDS;
	__s32 *rounds = bpf_map_lookup_elem(&answers, &key);

	if (rounds)
		++*rounds;
	if (knob(NAGS))
		tierbpf_retier_async(1);
	return 0;
}

SEC(".struct_ops.link")
struct tierbpf_ops hostile_policy = {
	.adistance = (void *)answer,
	.abi = TIERBPF_ABI,
	.name = "hostile",
};
