/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the module, in the direction in which a question travels:
 *
 *   hotplug.c  the kernel asks, or says that memory came or went
 *   hook.c     asks fmod_ret and struct_ops programs, checks the answer
 *   ops.c      the struct_ops type and the kfuncs: BPF's only way in
 *   retier.c   keeps each node where the answer says; knows the way back
 *   memtier.c  the mechanics of mm/memory-tiers.c, and nothing else
 *
 * Locks, outermost first: retier_lock (retier.c), then the kernel's
 * memory_tier_lock, inside of which the kernel may ask the notifier in
 * hotplug.c. The notifier therefore takes no lock at all.
 */
#ifndef TIERBPF_KMOD_H
#define TIERBPF_KMOD_H

#include <linux/memory-tiers.h>
#include <linux/nodemask.h>
#include <linux/types.h>
#include <tierbpf/abi.h>

#undef pr_fmt
#define pr_fmt(fmt) "tierbpf: " fmt

struct tierbpf_ops {
	/* The node's adistance; @node->kernel_adistance for "as the kernel would". */
	int (*adistance)(const struct tierbpf_node *node);
	u32 abi; /* TIERBPF_ABI of the header that the policy was built with */
	char name[TIERBPF_NAME_LEN];
};

/* hook.c */
int tierbpf_adistance(const struct tierbpf_node *node);
void tierbpf_event(const struct tierbpf_event *event);
int hook_set_policy(struct tierbpf_ops *ops, struct tierbpf_ops *expected);
bool hook_has_policy(void);
void hook_ask(int nid, int kernel_adistance, struct tierbpf_answer *answer);
int hook_decide(int nid, int kernel_adistance);

/* ops.c */
int ops_register(void);

/* retier.c */
int retier_init(void);
void retier_restore_all(void);
void retier_exit(void);
int retier_node(int nid);
int retier_all(void);
int retier_queue(int nid);
int retier_ask(int nid, struct tierbpf_answer *answer);
bool retier_is_mover(void);
bool retier_hotplug_begin(int nid, bool added);
void retier_hotplug_end(int nid, bool added);
void retier_placed_by_answer(int nid, int kernel_adistance, int adistance);
void retier_driver_asks(int nid);

/* memtier.c */
int memtier_init(void);
void memtier_exit(void);
int memtier_check_layout(void);
bool memtier_is_placed(int nid);
struct memory_dev_type *memtier_type_of(int nid);
void memtier_drain_readers(int nid);
bool memtier_slot_is_empty(int nid);
void memtier_heal_slot(int nid);
int memtier_swap_slot(int nid, struct memory_dev_type *from, struct memory_dev_type *to, int max);
void memtier_set_owners(int nid, int owners);

/* hotplug.c */
int hotplug_init(void);
void hotplug_stop_answering(void);
void hotplug_exit(void);
void hotplug_remove_from_tier(int nid);
void hotplug_add_to_tier(int nid);

#endif
