/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * For BPF programs that decide about memory tiers: the one header to include,
 * after linux/bpf.h, bpf/bpf_helpers.h and, for BPF_PROG(), bpf/bpf_tracing.h.
 *
 * A policy is a struct_ops of type tierbpf_ops in SEC(".struct_ops.link"):
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
 * It must not sleep, and cannot call the kernel functions below. Its answer is an
 * adistance, TIERBPF_ADISTANCE_MIN to TIERBPF_ADISTANCE_MAX (adistance.h has the
 * arithmetic); anything else is counted and reported, and the kernel's own stands.
 *
 * `tierbpf load --object FILE` puts it in force: one policy an object. The object's
 * maps are pinned as TIERBPF_PIN_ROOT/policy/object_NAME. Its other programs are
 * attached as their SEC() says, and go with the policy; those that nothing attaches
 * (SEC("syscall")) are pinned like the maps. LIBBPF_PIN_BY_NAME has no effect.
 *
 * A program SEC("fmod_ret/tierbpf_adistance") with the same argument, from an object
 * of its own, stands in front of any policy, and of the live override of one that is
 * rules: 0 is no opinion, all else its answer.
 */
#ifndef TIERBPF_BPF_H
#define TIERBPF_BPF_H

#include "adistance.h"
#include "facts.h"

struct tierbpf_ops {
	int (*adistance)(const struct tierbpf_node *node);
	__u32 abi;	   /* TIERBPF_ABI */
	char name[TIERBPF_NAME_LEN]; /* for status; with a 0 at its end */
	__u32 generation;	  /* the loader sets it */
};

/*
 * Once in a policy, if it wants to know more of a node than the kernel tells with
 * the question: the map that the loader fills with what the firmware says, shared
 * with tierbpf's own rules, and
 *
 *   _Bool tierbpf_get_fact(const struct tierbpf_node *node, __u32 fact, __s64 *value)
 *
 * which is true where the fact (TIERBPF_FACT_*, fact-table.h has them with their units) is known.
 * A node that appears later than the load has only the live facts.
 */
#define TIERBPF_FACTS_MAP                                                                             \
	struct {                                                                                      \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                     \
		__uint(max_entries, 1); /* the loader knows better */                                 \
		__type(key, __u32);                                                                   \
		__type(value, struct tierbpf_facts);                                                  \
	} facts SEC(".maps");                                                                         \
	__attribute__((unused)) static inline _Bool tierbpf_get_fact(const struct tierbpf_node *node, \
								     __u32 fact, __s64 *value)        \
	{                                                                                             \
		__u32 id = node->id;                                                                  \
                                                                                                      \
		return tierbpf_fact(node, bpf_map_lookup_elem(&facts, &id), fact, value);             \
	}                                                                                             \
	_Static_assert(1, "for the semicolon")

/*
 * TIERBPF_WATCH(map): whoever updates this map of the policy by a system call, say
 * with bpftool, moves the nodes: all are decided again, soon. Needs bpf_tracing.h.
 *
 * Two programs of one kind: the kernel skips one on a CPU where it is active already,
 * that is where a task that updates any map was preempted within it, but hardly ever
 * both. What remains: an update that both are skipped for (each by a task of its own)
 * has no effect until the next one, and updates by BPF programs and deletions are not
 * seen. A policy that cannot have that asks for a retier itself.
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
 * Decide again and move what changed; kmod/ops.c says what they return.
 * retier and ask: SEC("syscall") programs only. retier_async: tracing too.
 */
extern int tierbpf_retier(int node) __ksym __weak;
extern int tierbpf_retier_async(int node) __ksym __weak;
extern int tierbpf_ask(int node, struct tierbpf_answer *answer) __ksym __weak;

#endif
