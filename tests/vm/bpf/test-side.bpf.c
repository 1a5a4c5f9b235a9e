// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy, and beside it one program of each kind that does more than observe. While map
 * `refuse` holds 1, `deny` prevents that any pin is removed, including its own.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} refuse SEC(".maps");

static volatile __u32 never;

SEC("struct_ops/adistance")
int BPF_PROG(side_answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance + (node->id ? 1 << TIERBPF_TIER_SHIFT : 0);
}

SEC("fmod_ret/security_path_unlink")
int BPF_PROG(deny)
{
	__u32 zero = 0, *on = bpf_map_lookup_elem(&refuse, &zero);

	return on && *on ? -1 : 0;
}

SEC("lsm/path_mkdir")
int BPF_PROG(judge)
{
	return 0;
}

SEC("raw_tp.w/bpf_test_finish")
int rewrite(void *ctx)
{
	return 0;
}

/* The loader has to find the call of the helper in this function, too. */
static __noinline int kill_if(__u32 wanted)
{
	return wanted ? (int)bpf_send_signal(9) : 0;
}

SEC("fentry/vfs_rmdir")
int BPF_PROG(shoot)
{
	kill_if(never);
	return 0;
}

SEC("kprobe/vfs_unlink")
int look(void *ctx)
{
	return 0;
}

SEC(".struct_ops.link")
struct tierbpf_ops side = {
	.adistance = (void *)side_answer,
	.abi = TIERBPF_ABI,
};
