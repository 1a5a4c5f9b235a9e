/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the module, in the direction in which a question travels:
 *
 *   hotplug.c  the kernel asks, or says that memory came or went
 *   hook.c     asks fmod_ret and struct_ops programs, checks the answer
 *   ops.c      the struct_ops type and the kfuncs: BPF's only way in
 *   retier.c   keeps each node where the answer says
 *   node.c     what is known of each node; moves it, and knows the way back
 *   memtier.c  the mechanics of mm/memory-tiers.c, and nothing else
 *   numa.c     keeps NUMA balancing from a crash over nodes that move
 *
 * Locks, outermost first: retier_lock (retier.c), then the kernel's
 * memory_tier_lock, inside of which the kernel may ask the notifier in
 * hotplug.c. The notifier therefore takes no lock at all, but the innermost one of
 * hook_report().
 */
#ifndef TIERBPF_KMOD_H
#define TIERBPF_KMOD_H

#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "tierbpf needs Linux 6.12 or newer (README, On a real machine)"
#endif
#include <linux/jiffies.h>
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
	u32 generation; /* the loader's number for it; only reported */
};

/* hook.c */
int tierbpf_adistance(const struct tierbpf_node *node);
void tierbpf_event(const struct tierbpf_event *event);
int hook_set_policy(struct tierbpf_ops *ops, struct tierbpf_ops *expected);
bool hook_has_policy(void);
void hook_ask(int nid, int kernel_adistance, struct tierbpf_answer *answer);
int hook_decide(int nid, int kernel_adistance);
void hook_report(u32 kind, int nid, int from, int to, u64 ns);
u64 hook_bytes_of(int nid);

/* ops.c */
int ops_register(void);

/* retier.c */
int retier_init(void);
void retier_restore_all(void);
void retier_exit(void);
int retier_node(int nid);
int retier_all(bool at_once);
int retier_queue(int nid);
void retier_later(int nid);
int retier_ask(int nid, struct tierbpf_answer *answer);
bool retier_is_mover(void);
bool retier_hotplug_begin(int nid, bool added);
void retier_hotplug_end(int nid, bool added);

/* node.c */

/*
 * A driver that asked for an adistance, or whose memory just left, is about to
 * change the count of the node's slot, outside of any lock that we could take.
 * The slot is left alone for so long.
 */
#define DRIVER_GRACE HZ

struct node_record {
	/* In the slot because of us; NULL: the slot is the kernel's. Reference held. */
	struct memory_dev_type *ours;
	/* What was there before. NULL: the kernel placed the node by our answer. Reference held. */
	struct memory_dev_type *stock;
	int owners; /* of @ours, as far as we know */
	int kernel_adistance; /* the kernel's own; only where @stock is NULL */
	bool answered; /* memory-tiers is placing the node by our answer */
	bool alone; /* memory-tiers filled the slot, and no driver has come since */
	bool unplaced; /* has memory and is in no tier: place() failed */
	atomic_t new_owners; /* drivers that came while the slot held @ours */
	unsigned int moves; /* since TIERBPF_MOVES_MS before @moves_until */
	bool held; /* there were TIERBPF_MOVES: not even asked about until then */
	u64 moves_until; /* jiffies64 */
	u64 driver_until; /* jiffies64; DRIVER_GRACE */
	struct task_struct *driver; /* who asked last */
	int mib; /* of its memory that is online, as last reported */

	/* Of the last move. */
	int from, want; /* adistance */
	bool home; /* back to the kernel's own type */
	u64 left_at; /* ns */
	int err;
	int owners_at_home; /* of the kernel's own type; may be negative */
	bool asks; /* that type has gone: the kernel is asked for another */
};

extern struct node_record *nodes; /* by node; nr_node_ids of them */

int node_init(void);
void node_exit(void);
void node_update(int nid, struct memory_dev_type *type);
void node_count_new_owners(int nid, struct node_record *rec);
int node_stock_adistance(const struct node_record *rec, const struct memory_dev_type *type);
bool node_driver_is_busy(const struct node_record *rec);
bool node_is_held(const struct node_record *rec);
bool node_count_move(struct node_record *rec);
int node_place(int nid);
void node_give_back(int nid, struct node_record *rec);
void node_leave_for_home(int nid, struct node_record *rec);
int node_leave(int nid, struct node_record *rec, int want);
int node_enter(int nid, struct node_record *rec);
void node_adopt(int nid, struct node_record *rec);
void node_forget(int nid, struct node_record *rec, struct memory_dev_type *type);
void node_prune_types(void);
void node_driver_expected(struct node_record *rec);
void node_placed_by_answer(int nid, int kernel_adistance, int adistance);
void node_driver_asks(int nid);
void node_report_memory(int nid);

/* memtier.c */
int memtier_init(void);
void memtier_exit(void);
int memtier_check_layout(void);
bool memtier_is_placed(int nid);
int memtier_number(int nid);
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

/* probe.c */
struct kprobe;
int probe_register(struct kprobe *probe);

/* demotion.c */
int demotion_init(void);
void demotion_exit(void);

/* numa.c */
#ifdef CONFIG_NUMA_BALANCING
int numa_init(void);
void numa_move_begin(void);
void numa_move_end(void);
void numa_exit(void);
#else
static inline int numa_init(void) { return 0; }
static inline void numa_move_begin(void) { }
static inline void numa_move_end(void) { }
static inline void numa_exit(void) { }
#endif

#endif
