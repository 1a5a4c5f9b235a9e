/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The public header for BPF programs that decide about memory tiers. Include it after
 * linux/bpf.h, bpf/bpf_helpers.h and, for BPF_PROG() and TIERBPF_WATCH(), bpf/bpf_tracing.h.
 *
 * A policy is a struct_ops of type tierbpf_ops:
 *
 *   SEC("struct_ops/adistance")
 *   int BPF_PROG(my_adistance, const struct tierbpf_node *node)
 *   {
 *	return node->flags & TIERBPF_NODE_CPU ? node->kernel_adistance : 1000;
 *   }
 *   SEC(".struct_ops.link")
 *   struct tierbpf_ops my_policy = {
 *	.adistance = (void *)my_adistance, .abi = TIERBPF_ABI, .name = "mine",
 *   };
 *   char LICENSE[] SEC("license") = "GPL";
 *
 * `tierbpf load --object FILE` loads it, and puts it in force. An object holds one policy.
 *
 *   Maps      are pinned as TIERBPF_PIN_ROOT/policy/object_NAME.
 *   Programs  beside the policy are attached as their SEC() says, until the policy goes. A
 *             program that nothing attaches (SEC("syscall")) is pinned like a map.
 *   Pins      by LIBBPF_PIN_BY_NAME have no effect.
 *
 * A program SEC("fmod_ret/tierbpf_adistance") runs in front of any policy. It takes the same
 * argument. It must be in an object without a policy, and something other than `tierbpf load`
 * has to attach it, for example `bpftool prog loadall ... autoattach`. If it returns 0, the
 * policy is asked; anything else is the answer. A policy of rules looks up the live override
 * itself, so such a program runs in front of the override as well.
 */
#ifndef TIERBPF_BPF_H
#define TIERBPF_BPF_H

#include "adistance.h"
#include "facts.h"

/**
 * struct tierbpf_ops - A policy
 * @adistance: Returns the abstract distance of @node: no unit, lower is faster, DRAM is
 *	TIERBPF_ADISTANCE_DRAM, and a tier is 128 wide (adistance.h has the arithmetic).
 *	TIERBPF_ADISTANCE_MIN..TIERBPF_ADISTANCE_MAX; anything else is counted and logged,
 *	and the kernel's own adistance is used instead. Return @node->kernel_adistance to
 *	leave the node where the kernel would put it.
 *	It must not sleep, cannot call the kernel functions below, and can only read @node,
 *	which is valid until it returns. It may be called on several CPUs at a time, and
 *	again for the same node. A call that takes longer than TIERBPF_SLOW_MS is counted
 *	and logged. Required.
 * @abi: TIERBPF_ABI. The module rejects other values (-EPROTO).
 * @name: The name that `tierbpf status` shows, with at least one 0 byte at its end; without
 *	one, the policy is rejected (-EINVAL). If it is empty, the tool shows the name of the
 *	program.
 * @generation: Leave it 0; the loader sets it.
 */
struct tierbpf_ops {
	int (*adistance)(const struct tierbpf_node *node);
	__u32 abi;
	char name[TIERBPF_NAME_LEN];
	__u32 generation;
};

/*
 * TIERBPF_FACTS_MAP declares a map, which the loader fills with what it knows about the nodes
 * from firmware tables, sysfs and a measurement, and this function to read it. A policy needs
 * it once, and only if it uses such facts:
 *
 *   _Bool tierbpf_get_fact(const struct tierbpf_node *node, __u32 fact, __s64 *value)
 *
 * @fact is an enum tierbpf_fact; fact-table.h lists the facts with their units. If the fact is
 * known, the function sets *@value and returns true. Otherwise it returns false, and *@value
 * is as before. Any fact may be unknown, so every policy needs an answer for that case. The
 * map is as old as the last `tierbpf load`: of a node that appears later, only the live
 * facts are known (number, CPUs, the kernel's adistance, size).
 */
#define TIERBPF_FACTS_MAP                                                                             \
	struct {                                                                                      \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                     \
		__uint(max_entries, 1); /* the loader sets the number of nodes */                     \
		__type(key, __u32);                                                                   \
		__type(value, struct tierbpf_facts);                                                  \
	} facts SEC(".maps");                                                                         \
	__attribute__((unused)) static inline _Bool tierbpf_get_fact(const struct tierbpf_node *node, \
								     __u32 fact, __s64 *value)        \
	{                                                                                             \
		return tierbpf_fact(node, bpf_map_lookup_elem(&facts, &(__u32){ node->id }), fact,    \
				    value);                                                           \
	}                                                                                             \
	_Static_assert(1, "for the semicolon")

/*
 * TIERBPF_WATCH(map) has all nodes decided again, soon, whenever a system call updates an
 * element of this map of the object, for example by bpftool. The map's name gives the names
 * of its two programs, tierbpf_watch_MAP and tierbpf_watch_again_MAP.
 *
 * It does not see deletions, nor updates by BPF programs. It sees an update only after the
 * system call has succeeded.
 *
 * Two programs do the same, since the kernel skips a tracing program on a CPU where it is
 * running already: a task that updates any map was preempted within it. Both are skipped only
 * if that happens in each of them at a time. Such an update has no effect until the next one.
 * A policy that needs every update calls tierbpf_retier() in a program of its own.
 */
#define TIERBPF_WATCH(map)                          \
	TIERBPF_WATCH_BY(tierbpf_watch_##map, map); \
	TIERBPF_WATCH_BY(tierbpf_watch_again_##map, map)

#define TIERBPF_WATCH_BY(program, map)                                                        \
	SEC("fexit/bpf_map_update_value")                                                     \
	int BPF_PROG(program, void *updated, void *file, void *key, void *value, __u64 flags, \
		     int err)                                                                 \
	{                                                                                     \
		if (updated == (void *)&map && !err)                                          \
			tierbpf_retier_async(-1);                                             \
		return 0;                                                                     \
	}                                                                                     \
	_Static_assert(1, "for the semicolon")

/*
 * Functions of the module. They are weak: without the module, or if its version lacks one,
 * its address is NULL (bpf_ksym_exists()).
 *
 * tierbpf_retier() asks where @node belongs (all nodes if it is negative), and moves it
 * there before it returns. It returns how many nodes were moved, or the error of the first
 * node that could not be moved; the others are moved all the same:
 *   -EINVAL    there can be no such node
 *   -EAGAIN    the node's last memory is just being removed, or it was moved TIERBPF_MOVES
 *              times within TIERBPF_MOVES_MS, or moving the others took too long
 *   -ENOMEM    the kernel could not allocate a tier
 *   -EDEADLK   the program runs within a decision or an event of the module
 * After -EAGAIN and -ENOMEM the module tries again by itself within a second.
 * For SEC("syscall") programs.
 *
 * tierbpf_retier_async() asks for the same, and returns at once: 0, -EINVAL or -EDEADLK. The
 * nodes are moved some milliseconds later. For SEC("syscall") and tracing programs.
 *
 * tierbpf_ask() asks where @node belongs, and moves nothing. It fills *@answer (abi.h) and
 * returns 0, or -EINVAL if there can be no such node or @answer is NULL, -ENOENT if the
 * node has no memory or is in no tier, or -EDEADLK. For SEC("syscall") programs.
 */
extern int tierbpf_retier(int node) __ksym __weak;
extern int tierbpf_retier_async(int node) __ksym __weak;
extern int tierbpf_ask(int node, struct tierbpf_answer *answer) __ksym __weak;

#endif
