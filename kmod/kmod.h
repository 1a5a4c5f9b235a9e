/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the module, in the direction in which a question travels:
 *
 *   main.c      loads and unloads the parts
 *   hotplug.c   the kernel asks, or says that memory or CPUs came or went
 *   drivers.c   a driver (dax/kmem) gives a node a memory type, or takes it away
 *   hook.c      asks fmod_ret and struct_ops programs, checks the answer
 *   ops.c       the struct_ops type and the kfuncs: BPF's only way in
 *   retier.c    keeps each node where the answer says
 *   node.c      what is known of each node; moves it, and knows the way back
 *   memtier.c   the tiers of mm/memory-tiers.c: reads them, takes nodes out and in
 *   slot.c      the kernel's memory type of each node, and its count
 *   numa.c      keeps NUMA balancing from a crash over nodes that move
 *   demotion.c  keeps demotion from one (before Linux 7.0)
 *   probe.c     where a kprobe stands, for drivers.c, numa.c and demotion.c
 *
 * Locks, outermost first:
 *
 *   BPF's mutex of struct_ops    held while a policy comes or goes (ops.c)
 *   device_hotplug_lock, cpu_hotplug_lock, mem_hotplug_lock, the notifier chain's
 *                                held while the kernel calls the notifiers in hotplug.c
 *   retier_lock (retier.c)       the records of nodes, and the sequence of a move
 *   memory_tier_lock (kernel)    the slots and tiers (slot_lock()); the kernel may ask
 *                                hotplug.c inside of it
 *   report_lock (hook.c)         the order of events
 *
 * So nothing here takes a lock of hotplug with retier_lock held, the adistance notifier
 * takes none but report_lock, and a driver that drivers.c lets wait holds no lock that
 * a move takes. section_lock (numa.c) is taken alone.
 */
#ifndef TIERBPF_KMOD_H
#define TIERBPF_KMOD_H

#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "tierbpf needs Linux 6.12 or newer (README, On a real machine)"
#endif
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

/* ---- hook.c ---- */

int tierbpf_adistance(const struct tierbpf_node *node);
void tierbpf_event(const struct tierbpf_event *event);

/**
 * hook_set_policy() - Replaces the policy in force
 * @ops: the new one; NULL for none
 * @expected: the one in force; NULL for none
 *
 * The caller (BPF's struct_ops) keeps the old one until an RCU grace period and a
 * trampoline's users are over.
 *
 * Return: 0, or -EBUSY if another one than @expected is in force.
 */
int hook_set_policy(struct tierbpf_ops *ops, struct tierbpf_ops *expected);
bool hook_has_policy(void);

/**
 * hook_ask() - Asks the programs about a node
 * @nid: the node, below nr_node_ids
 * @kernel_adistance: where the kernel alone would put it
 * @answer: filled with the node, the programs' answer and what of it is accepted
 *
 * The kernel's own adistance is always accepted, sane or not: it changes nothing. May be
 * called with memory_tier_lock held; takes no lock but report_lock.
 */
void hook_ask(int nid, int kernel_adistance, struct tierbpf_answer *answer);

/**
 * hook_decide() - As hook_ask(), for a caller who acts on the answer
 * @nid: the node, below nr_node_ids
 * @kernel_adistance: where the kernel alone would put it
 *
 * An answer that is rejected is reported.
 *
 * Return: the adistance to act on; @kernel_adistance where the answer is rejected.
 */
int hook_decide(int nid, int kernel_adistance);

/**
 * hook_report() - Reports an event to the programs on tierbpf_event()
 * @kind: enum tierbpf_event_kind
 * @nid: the node; -1 for none
 * @from: as abi.h says for the kind
 * @to: as abi.h says for the kind
 * @ns: how long it took, or 0
 *
 * Events are numbered, and reported one at a time. May sleep.
 */
void hook_report(u32 kind, int nid, int from, int to, u64 ns);

/* Bytes of @nid that are online, in whole memory blocks as sysfs shows them. */
u64 hook_bytes_of(int nid);

/* ---- ops.c ---- */

/* 0 or -errno, -ENOEXEC where the module has no BTF. Not to be undone: it goes with the module. */
int ops_register(void);

/* ---- retier.c ---- */

/* 0, or -ENOMEM. After slot_check(). */
int retier_init(void);

/* After retier_restore_all() and drivers_exit(): nobody may ask for a retier any more. */
void retier_exit(void);

/**
 * retier_restore_all() - Puts every node back to the kernel's own tier
 *
 * No node is moved by a policy from here on. Tries for some seconds where memory is short.
 */
void retier_restore_all(void);

/**
 * retier_node() - Asks about a node and moves it before it returns
 * @nid: the node
 *
 * Return: how many nodes were moved, or -errno as the kfunc tierbpf_retier() (ops.c).
 */
int retier_node(int nid);

/**
 * retier_all() - The same for all nodes
 * @at_once: even those that were moved too often, since a policy came or went
 *
 * Return: as retier_node(); where some nodes fail, the others are still moved.
 */
int retier_all(bool at_once);

/**
 * retier_queue() - Asks for a retier, soon
 * @nid: the node; all nodes if negative
 *
 * From any context.
 *
 * Return: 0, or -EINVAL where there cannot be such a node.
 */
int retier_queue(int nid);

/**
 * retier_later() - Asks for a retier within a second
 * @nid: the node, below MAX_NUMNODES
 *
 * For what is not over yet: a hold, a shortage of memory, a hotplug operation. Takes no lock.
 */
void retier_later(int nid);

/* As the kfunc tierbpf_ask() (ops.c). */
int retier_ask(int nid, struct tierbpf_answer *answer);

/* True in a task that is deciding or moving: a question from there would wait for itself. */
bool retier_is_mover(void);

/* Between retier_hotplug_begin() and retier_hotplug_end(). */
bool retier_in_hotplug(void);

/**
 * retier_nodes_lock() - Keeps moves out, for a driver that changes a slot
 *
 * Does not wait for a hotplug operation that is under way, which may itself wait for
 * something that the driver's caller holds.
 */
void retier_nodes_lock(void);
void retier_nodes_unlock(void);

/**
 * retier_hotplug_begin() - A node is about to join or leave its tier by hotplug
 * @nid: the node
 * @added: it joins
 *
 * Called before all others; waits for a move that is under way. No node is moved until
 * retier_hotplug_end(), or until HOTPLUG_PATIENCE is over.
 */
void retier_hotplug_begin(int nid, bool added);

/* Called after all others, perhaps without a retier_hotplug_begin() before. */
void retier_hotplug_end(int nid, bool added);

/* ---- node.c: with retier_lock held, but for node_placed_by_answer() ---- */

struct node_record {
	/* In the slot because of us; NULL: the slot is the kernel's. Reference held. */
	struct memory_dev_type *ours;
	/* What was there before. NULL: the kernel placed the node by our answer. Reference held. */
	struct memory_dev_type *stock;
	int kernel_adistance; /* the kernel's own; only where @stock is NULL */
	bool answered; /* memory-tiers is placing the node by our answer */
	bool alone; /* memory-tiers filled the slot, and no driver has come since */
	bool unplaced; /* has memory and is in no tier: node_place() failed */
	unsigned int moves; /* since TIERBPF_MOVES_MS before @moves_until */
	u64 moves_until; /* jiffies64 */
	int mib; /* of its memory that is online, as last reported */

	/* Of the last move. */
	int from, want; /* adistance */
	bool home; /* back to the kernel's own type */
	bool asks; /* that type has gone: the kernel is asked for another */
	u64 left_at; /* ns */
	int err;
};

extern struct node_record *nodes; /* by node; nr_node_ids of them */

/* 0, or -ENOMEM. Of retier_init() and retier_exit(). */
int node_init(void);
void node_exit(void);

/* Forgets a type of ours where the node is in its tier by another one, @type, now. */
void node_update(int nid, struct memory_dev_type *type);

/* The kernel's own adistance of a node that is in its tier by @type. */
int node_stock_adistance(const struct node_record *rec, const struct memory_dev_type *type);

/* There were TIERBPF_MOVES of it lately: it is not even asked about for a while. */
bool node_is_held(const struct node_record *rec);

/* One more move of the node, which may make it held. */
void node_count_move(struct node_record *rec);

/* Makes the slot of a node that is in a tier hold the type by which it is there; logs a repair. */
void node_repair_slot(int nid);

/* The same for all nodes. */
void node_repair_slots(void);

/**
 * node_driver_came() - What init_node_memory_type() should do
 * @nid: the node, below nr_node_ids
 * @type: the driver's; not NULL
 */
void node_driver_came(int nid, struct memory_dev_type *type);

/**
 * node_driver_left() - What clear_node_memory_type() should do
 * @nid: the node, below nr_node_ids
 * @type: the driver's; NULL for any
 */
void node_driver_left(int nid, struct memory_dev_type *type);

/* 0, or -ENOMEM: adding a node to its tier allocates the tier. It is tried again later. */
int node_place(int nid);

/* Puts the kernel's own type into the slot of a node that is in no tier. */
void node_give_back(int nid, struct node_record *rec);

/* Out of our tier, and back to the kernel's own type, with the same count. */
void node_leave_for_home(int nid, struct node_record *rec);

/* Out of its tier, to a type of ours. -ENOMEM: the node is as it was. */
int node_leave(int nid, struct node_record *rec, int want);

/* Into the tier of the type that is in its slot now. 0, or -ENOMEM. */
int node_enter(int nid, struct node_record *rec);

/**
 * node_adopt() - memory-tiers has placed the node
 * @nid: the node
 * @rec: its record
 *
 * Where it stands by our answer, takes note of the type, to give it back one day; where
 * the tier could not be allocated, takes note of that.
 */
void node_adopt(int nid, struct node_record *rec);

/**
 * node_forget() - The last memory has gone
 * @nid: the node
 * @rec: its record
 * @type: by which it was in its tier
 *
 * memory-tiers would use the slot as it is when memory comes again, though policy or
 * facts may be others by then. Where the slot is its alone, it is emptied, so that the
 * kernel asks. A driver takes its share away itself.
 */
void node_forget(int nid, struct node_record *rec, struct memory_dev_type *type);

/* memory-tiers, with memory_tier_lock held, takes our answer @adistance. */
void node_placed_by_answer(int nid, int kernel_adistance, int adistance);

/* Reports how much memory the node has, if that has changed. */
void node_report_memory(int nid);

/* Drops the types of ours that no slot and no record refers to any more. */
void node_prune_types(void);

/* ---- memtier.c ---- */

/* 0 if tier and memory type of every node with memory can be told, -EOPNOTSUPP if not. */
int memtier_check_layout(void);

/**
 * memtier_find_callback() - Finds the kernel's own callback of memory tiers
 * @first: registered, of the highest priority, on the same chain
 *
 * Return: 0, or -EOPNOTSUPP where it is not there.
 */
int memtier_find_callback(struct notifier_block *first);

/* Is the node in a tier? Not the same as having memory, while that comes or goes. */
bool memtier_is_placed(int nid);

/* The number of the node's tier, as sysfs shows it; -1: in none. */
int memtier_number(int nid);

/**
 * memtier_type_of() - The memory type by which a node is in its tier
 * @nid: the node
 *
 * Return: the type, which stays while the caller holds retier_lock and no hotplug
 * operation is being carried out; NULL where the node is in no tier; an ERR_PTR where the
 * kernel's data do not look as expected.
 */
struct memory_dev_type *memtier_type_of(int nid);

/* The same, for who holds slot_lock() already. */
struct memory_dev_type *memtier_find_type(int nid);

/* Before @nid leaves: keeps readers of its tier's nodelist from a deadlock. */
void memtier_drain_readers(int nid);

/* Takes @nid out of its tier. No page is touched. After node_repair_slot(). */
void memtier_remove(int nid);

/* Adds @nid to the tier of the type in its slot; of the kernel's answer, where that is empty. */
void memtier_add(int nid);

/* ---- slot.c ---- */

/* As struct node_memory_type_map of mm/memory-tiers.c, the same from 6.1 to 7.3. */
struct slot {
	struct memory_dev_type *type; /* NULL: empty. A reference is held where count > 0 */
	int count; /* drivers that gave @type; can be anything on a stock kernel */
};

/* 0, or -EOPNOTSUPP where the slots cannot be found. Before all else that reads tiers or slots. */
int slot_init(void);

/* 0, or -EOPNOTSUPP where the slots are not as known. Before drivers_init(). */
int slot_check(void);

/* The kernel's memory_tier_lock: the slots, the tiers and their types stay as they are. */
void slot_lock(void);
void slot_unlock(void);

/* As slot_read() and slot_write(), for who holds slot_lock(). */
struct slot slot_get(int nid);
void slot_set(int nid, struct memory_dev_type *type, int count);

/* What is in the slot of @nid. With retier_lock held it stays, outside of hotplug operations. */
struct slot slot_read(int nid);

/**
 * slot_write() - Replaces what is in a slot
 * @nid: the node
 * @type: the caller holds a reference, or it is what the slot holds; NULL for an empty slot
 * @count: of drivers; above 0 the slot takes a reference of its own
 */
void slot_write(int nid, struct memory_dev_type *type, int count);

/* Makes the slot of a node that is in a tier hold the type of its tier. True: it did not. */
bool slot_repair(int nid);

/* Takes a node that is in no tier off the nodes of the type in its slot. */
void slot_unset_node(int nid);

/* ---- drivers.c ---- */

/* 0 or -errno; -EOPNOTSUPP where kprobes do not work. Between retier_init() and hotplug_init(). */
int drivers_init(void);

/* Waits until no driver is on its way through this module. */
void drivers_exit(void);

/* ---- hotplug.c ---- */

/* 0 or -errno; -EOPNOTSUPP where the kernel's callback is not found. After drivers_init(). */
int hotplug_init(void);

/* No question of the kernel is answered from here on; its hotplug operations are still kept apart. */
void hotplug_stop_answering(void);

/* After hotplug_stop_answering(). */
void hotplug_exit(void);

/* ---- probe.c ---- */

struct kprobe;

/**
 * probe_find_data() - Finds a variable of the kernel that is not exported
 * @name: its name
 *
 * Return: its address; NULL, with a message, where it is not there.
 */
void *probe_find_data(const char *name);

/**
 * probe_register() - Registers a kprobe on a function, where it can be removed again
 * @probe: with symbol_name and handlers; the arguments are where they came
 *
 * Return: 0, or -errno; -ENOENT: no such function.
 */
int probe_register(struct kprobe *probe);

/* ---- demotion.c ---- */

/* 0 or -errno, with a message. Before the first move. */
int demotion_init(void);

/* When no node is moved any more. */
void demotion_exit(void);

/* ---- numa.c ---- */

#ifdef CONFIG_NUMA_BALANCING
/* 0 or -errno, with a message. Before the first move. */
int numa_init(void);

/* When no node is moved any more. */
void numa_exit(void);

/* Before tiers change; waits for a grace period of RCU. */
void numa_move_begin(void);

/* After the last change. */
void numa_move_end(void);
#else
static inline int numa_init(void)
{
	return 0;
}
static inline void numa_exit(void)
{
}
static inline void numa_move_begin(void)
{
}
static inline void numa_move_end(void)
{
}
#endif

#endif
