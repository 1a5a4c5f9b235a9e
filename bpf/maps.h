/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps; abi.h describes their elements. The loader sets sizes that depend on the policy. */
#ifndef MAPS_H
#define MAPS_H

/* People update this map by hand, and bpftool takes single bytes: so key and value have only 4. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TIERBPF_MAX_NODES);
	__type(key, __u32);
	__type(value, __s32);
} override SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_facts);
} facts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_rule);
} rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_test);
} tests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_group);
} groups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_meta);
} meta SEC(".maps");

/* The text of the policy, from which status and explain take names that no decision needs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 8);
} source SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_stats);
} stats SEC(".maps");

/* As large as facts. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_decided);
} decided SEC(".maps");

/*
 * For each node, the override that the module was last asked to follow: 0 if there is none,
 * PAUSED while restore_overrides changes it. If it differs from map `override`, no program
 * saw the update. As large as facts. This map and the next one pass from a policy to its
 * replacement, as `override` does.
 */
#define PAUSED (1LL << 32) /* no __s32 is equal to it */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s64);
} followed SEC(".maps");

/* The timer runs for as long as this map is pinned, and ends with its last pin. */
struct timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timer);
} timer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TIERBPF_EVENTS_BYTES);
} events SEC(".maps");

/* Pinned only while a policy is on trial. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tierbpf_overrides);
} overrides_before SEC(".maps");

#endif
