/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the module. A part calls only parts below it; the kernel calls main.c,
 * ops.c, hotplug.c, drivers.c, numa.c and demotion.c.
 *
 *   main.c      loads and unloads the other parts
 *   ops.c       the struct_ops type and the kfuncs, all that BPF programs can call
 *   hotplug.c   notifiers: the kernel asks for an adistance, or memory or CPUs come or go
 *   drivers.c   a driver (dax/kmem) gives a node a memory type, or takes it away
 *   retier.c    keeps each node in the tier that the hook answers
 *   node.c      the record of each node; moves the node, and keeps the way back
 *   hook.c      asks fmod_ret and struct_ops programs, checks the answer, reports events
 *   numa.c      prevents a crash of NUMA balancing while nodes move
 *   demotion.c  prevents a crash of demotion while nodes move (before Linux 7.0)
 *   memtier.c   the tiers of mm/memory-tiers.c: reads them, takes nodes out, adds nodes
 *   slot.c      the kernel's memory type of each node, and its count of drivers
 *   probe.c     registers kprobes, and finds variables of the kernel
 *
 * Locks, outermost first:
 *
 *   BPF's mutex of struct_ops    held while a policy is attached or detached (ops.c)
 *   device_hotplug_lock, cpu_hotplug_lock, mem_hotplug_lock and the notifier chain's lock
 *                                held while the kernel calls the notifiers in hotplug.c
 *   retier_lock (retier.c)       protects the records of nodes and the sequence of a move
 *   memory_tier_lock (kernel)    protects slots and tiers (slot_lock()); the kernel may ask
 *                                hotplug.c for an adistance while it holds this lock
 *   report_lock (hook.c)         protects the order of events
 *
 * So nothing here takes a lock of hotplug while it holds retier_lock; the adistance
 * notifier takes only report_lock; and a driver that waits in drivers.c holds no lock that
 * a move takes. section_lock (numa.c) is taken while no other lock of the module is held.
 */
#ifndef TIERBPF_KMOD_H
#define TIERBPF_KMOD_H

#include <linux/version.h>
/* Linux 6.12 lets modules register struct_ops whose links are replaced in one step. */
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
	/* Returns the node's adistance; @node->kernel_adistance to keep the kernel's own. */
	int (*adistance)(const struct tierbpf_node *node);
	u32 abi; /* TIERBPF_ABI of the headers that the policy was compiled with */
	char name[TIERBPF_NAME_LEN];
	u32 generation; /* the loader numbers its policies; the module only reports it */
};

/* ---- hook.c ---- */

int tierbpf_adistance(const struct tierbpf_node *node);
void tierbpf_event(const struct tierbpf_event *event);

/**
 * hook_set_policy() - Replaces the policy in force
 * @ops: the new policy, or NULL for none
 * @expected: the policy in force, or NULL for none
 *
 * The caller (BPF's struct_ops) keeps the old policy for an RCU grace period, and until no
 * task uses its trampoline.
 *
 * Return: 0, or -EBUSY if another policy than @expected is in force.
 */
int hook_set_policy(struct tierbpf_ops *ops, struct tierbpf_ops *expected);

bool hook_has_policy(void);

/**
 * hook_ask() - Asks the BPF programs about a node
 * @nid: the node, below nr_node_ids
 * @kernel_adistance: the adistance that the kernel alone would use
 * @answer: filled with the node, the programs' answer, and the adistance to use
 *
 * An answer outside of TIERBPF_ADISTANCE_MIN..MAX is rejected in favour of
 * @kernel_adistance, which is not checked itself. Takes only report_lock, so the caller may
 * hold memory_tier_lock. May sleep.
 */
void hook_ask(int nid, int kernel_adistance, struct tierbpf_answer *answer);

/**
 * hook_decide() - Asks as hook_ask() does, for a caller that acts on the answer
 * @nid: the node, below nr_node_ids
 * @kernel_adistance: the adistance that the kernel alone would use
 *
 * Reports and logs a rejected answer.
 *
 * Return: the adistance to use; @kernel_adistance if the answer is rejected.
 */
int hook_decide(int nid, int kernel_adistance);

/**
 * hook_report() - Reports an event to the programs on tierbpf_event()
 * @kind: enum tierbpf_event_kind
 * @nid: the node, or -1 if the event is not about a node
 * @from: see struct tierbpf_event (abi.h)
 * @to: see struct tierbpf_event (abi.h)
 * @ns: how long the move or the answer took, or 0
 *
 * Numbers the events, and reports one at a time. May sleep.
 */
void hook_report(u32 kind, int nid, int from, int to, u64 ns);

/* Returns how many bytes of @nid are online, in whole memory blocks as sysfs shows them. */
u64 hook_bytes_of(int nid);

/* ---- ops.c ---- */

/*
 * Returns 0 or -errno; -ENOEXEC if the module has no BTF. Nothing undoes it: the kernel drops
 * the registrations when the module goes.
 */
int ops_register(void);

/* ---- retier.c ---- */

/* Returns 0 or -ENOMEM. Call it after memtier_check_layout(). */
int retier_init(void);

/* Call it after hotplug_exit() and drivers_exit(), when nobody asks for a retier any more. */
void retier_exit(void);

/**
 * retier_restore_all() - Returns every node to the tier that the kernel would choose
 *
 * No policy moves a node from here on. If memory is short, tries again for 10 seconds.
 */
void retier_restore_all(void);

/**
 * retier_node() - Asks where a node belongs, and moves it there before it returns
 * @nid: the node; any number
 *
 * Waits for a hotplug operation that is changing the tiers; if many follow each other, the
 * worker moves the node later. May sleep.
 *
 * Return: how many nodes were moved, or -errno as the kfunc tierbpf_retier() (ops.c).
 */
int retier_node(int nid);

/**
 * retier_all() - Does for all nodes what retier_node() does for one
 * @at_once: also move nodes that were moved too often; for a policy that came or went
 *
 * Return: how many nodes were moved, or -errno of the first node that could not be moved;
 * the others are moved all the same.
 */
int retier_all(bool at_once);

/**
 * retier_queue() - Asks the worker for a retier as soon as it can
 * @nid: the node; all nodes if negative
 *
 * Takes no lock; may be called in any context, even in an NMI.
 *
 * Return: 0, or -EINVAL if there can be no such node.
 */
int retier_queue(int nid);

/**
 * retier_later() - Asks the worker for a retier within a second
 * @nid: the node, below MAX_NUMNODES
 *
 * For a node that cannot be moved yet: because it is held, memory is short, or a hotplug
 * operation is under way. Takes no lock.
 */
void retier_later(int nid);

/* Does what the kfunc tierbpf_ask() (ops.c) does. */
int retier_ask(int nid, struct tierbpf_answer *answer);

/* Is this task deciding or moving? Then a request for a retier would wait for itself. */
bool retier_is_mover(void);

/* Is the kernel between retier_hotplug_begin() and retier_hotplug_end()? */
bool retier_in_hotplug(void);

/**
 * retier_nodes_lock() - Keeps moves away while a driver changes a slot
 *
 * Does not wait for a hotplug operation that is under way, since the operation may wait for
 * a lock that the driver holds.
 */
void retier_nodes_lock(void);
void retier_nodes_unlock(void);

/**
 * retier_hotplug_begin() - The kernel is about to add a node to a tier, or remove it
 * @nid: the node
 * @added: true if it joins a tier, false if it leaves its tier
 *
 * Called before memory-tiers changes the tiers. Waits for a move that is under way. From
 * then on no node is moved until retier_hotplug_end(), or until HOTPLUG_PATIENCE is over.
 */
void retier_hotplug_begin(int nid, bool added);

/* Called after memory-tiers changed the tiers, perhaps without a retier_hotplug_begin() before. */
void retier_hotplug_end(int nid, bool added);

/* ---- node.c: needs retier_lock, except for node_placed_by_answer() ---- */

struct node_record {
	/* Our type in the slot, NULL if the slot holds the kernel's type. Holds a reference. */
	struct memory_dev_type *ours;
	/*
	 * The kernel's type that @ours stands in for, NULL if the kernel placed the node by
	 * our answer. Holds a reference.
	 */
	struct memory_dev_type *stock;
	int kernel_adistance; /* the kernel's own adistance; valid if @stock is NULL */
	bool answered; /* memory-tiers is placing the node by our answer */
	bool no_driver; /* memory-tiers filled the slot, and no driver has come since */
	bool unplaced; /* has memory but is in no tier, because node_place() failed */
	unsigned int moves; /* in the TIERBPF_MOVES_MS before @moves_until */
	u64 moves_until; /* jiffies64 */
	int mib; /* MiB that are online, as last reported */

	/* The last move. */
	int from, want; /* adistance */
	bool to_stock; /* back to the kernel's own type */
	bool asks_kernel; /* there is no such type any more; the kernel has to choose one */
	u64 left_at; /* ns */
	int err;
};

extern struct node_record *node_records; /* nr_node_ids of them, indexed by node */

/* Returns 0 or -ENOMEM. Only for retier_init(). */
int node_init(void);

/* Only for retier_init() and retier_exit(). */
void node_exit(void);

/* Forgets our type if the node is in its tier by another type, @type, by now. */
void node_forget_stale_type(int nid, struct memory_dev_type *type);

/* Returns the kernel's own adistance of a node that is in its tier by @type. */
int node_stock_adistance(const struct node_record *rec, const struct memory_dev_type *type);

/* Was the node moved more than TIERBPF_MOVES times within TIERBPF_MOVES_MS? */
bool node_is_held(const struct node_record *rec);

/* Counts a move of the node, after which the node may be held. */
void node_count_move(struct node_record *rec);

/*
 * If the node is in a tier, but its slot does not hold the type by which it is there, puts
 * that type into the slot, and logs the repair.
 */
void node_repair_slot(int nid);

/* Does node_repair_slot() for all nodes. */
void node_repair_slots(void);

/**
 * node_driver_came() - Does for the module what init_node_memory_type() does
 * @nid: the node, below nr_node_ids
 * @type: the driver's type; not NULL
 */
void node_driver_came(int nid, struct memory_dev_type *type);

/**
 * node_driver_left() - Does for the module what clear_node_memory_type() does
 * @nid: the node, below nr_node_ids
 * @type: the driver's type, or NULL for any
 */
void node_driver_left(int nid, struct memory_dev_type *type);

/**
 * node_place() - Adds a node to the tier of the type in its slot
 * @nid: the node
 *
 * Return: 0, or -ENOMEM if the kernel could not allocate the tier. Then the record says
 * that the node is unplaced, and a retier tries again.
 */
int node_place(int nid);

/* Puts the kernel's own type back into the slot of a node that is in no tier. */
void node_restore_stock(int nid, struct node_record *rec);

/* Takes the node out of its tier, and puts the kernel's own type back into its slot. */
void node_leave_for_stock(int nid, struct node_record *rec);

/**
 * node_leave_for_ours() - Takes the node out of its tier, and puts a type of ours into its slot
 * @nid: the node
 * @rec: its record
 * @want: the adistance; the type gets the centre of its tier
 *
 * Return: 0, or -errno, and the node is as before: -ENOMEM, -EAGAIN if it is in no tier,
 * -EOPNOTSUPP if the kernel's data do not look as expected.
 */
int node_leave_for_ours(int nid, struct node_record *rec, int want);

/**
 * node_join_tier() - Adds the node to the tier of its new type, after node_leave_for_...()
 * @nid: the node
 * @rec: its record
 *
 * Return: 0, or -ENOMEM.
 */
int node_join_tier(int nid, struct node_record *rec);

/**
 * node_record_placement() - Records what memory-tiers did when it added the node to a tier
 * @nid: the node
 * @rec: its record
 *
 * If the node was placed by our answer, remembers its type as ours, so that it can be taken
 * back. If the kernel could not allocate the tier, marks the node unplaced.
 */
void node_record_placement(int nid, struct node_record *rec);

/**
 * node_empty_slot() - Empties the slot of a node whose last memory was removed
 * @nid: the node
 * @rec: its record
 * @type: the type by which it was in its tier
 *
 * memory-tiers would use the slot as it is when the node gets memory again, though the
 * policy or its facts may have changed. With an empty slot it asks for an adistance. A slot
 * that a driver counts on is left alone, since the driver takes its own share away.
 */
void node_empty_slot(int nid, struct node_record *rec, struct memory_dev_type *type);

/* memory-tiers, which holds memory_tier_lock, is about to use our answer @adistance. */
void node_placed_by_answer(int nid, int kernel_adistance, int adistance);

/* Reports how much memory the node has, if that has changed since the last report. */
void node_report_memory(int nid);

/* Drops our types that no slot and no record refers to any more. */
void node_prune_types(void);

/* ---- memtier.c ---- */

/**
 * memtier_check_layout() - Checks that the kernel's tiers and slots look as expected
 *
 * Reads tier and memory type of every node with memory, and lets the kernel's own functions
 * change a slot. Call it before drivers_init().
 *
 * Return: 0, or -EOPNOTSUPP, with a message.
 */
int memtier_check_layout(void);

/**
 * memtier_find_callback() - Finds the notifier by which the kernel changes its tiers
 * @first: a registered notifier of the highest priority, on the same chain
 *
 * Return: 0, or -EOPNOTSUPP if it is not there, with a message.
 */
int memtier_find_callback(struct notifier_block *first);

/* Is the node in a tier? While its memory comes or goes, it may have memory and no tier. */
bool memtier_is_placed(int nid);

/* Returns the number of the node's tier, as sysfs shows it; -1 if it is in no tier. */
int memtier_number(int nid);

/**
 * memtier_type_of() - Finds the memory type by which a node is in its tier
 * @nid: the node
 *
 * Return: the type, which stays while the caller holds retier_lock and no hotplug
 * operation is under way; NULL if the node is in no tier; an ERR_PTR if the kernel's data
 * do not look as expected.
 */
struct memory_dev_type *memtier_type_of(int nid);

/* Does what memtier_type_of() does, for a caller that holds slot_lock(). */
struct memory_dev_type *memtier_type_locked(int nid);

/* Call it before @nid leaves its tier; prevents a deadlock of the kernel with sysfs readers. */
void memtier_drain_readers(int nid);

/* Takes @nid out of its tier, and touches no page. Call node_repair_slot() first. */
void memtier_remove(int nid);

/*
 * Adds @nid to the tier of the type in its slot. If the slot is empty, the kernel asks for
 * an adistance, and uses the type and the tier of the answer.
 */
void memtier_add(int nid);

/* ---- slot.c ---- */

/* As struct node_memory_type_map of mm/memory-tiers.c, the same from 6.1 to 7.3. */
struct slot {
	struct memory_dev_type *type; /* NULL if empty; holds a reference if @count > 0 */
	int count; /* of drivers that gave @type; can be any number on a stock kernel */
};

/*
 * Returns 0, or -EOPNOTSUPP if the slots cannot be found, with a message. Call it before
 * anything that reads tiers or slots.
 */
int slot_init(void);

/**
 * slot_test_layout() - Lets the kernel's own functions change a slot, and compares
 * @nid: the node
 * @type: the memory type by which it is in its tier
 *
 * Return: true if the slot changed as expected, and is as before again. False if it did
 * not, or if the test would drop a reference that the slot does not hold.
 */
bool slot_test_layout(int nid, struct memory_dev_type *type);

/* Takes the kernel's memory_tier_lock, which protects the slots, the tiers and their types. */
void slot_lock(void);
void slot_unlock(void);

/* Do what slot_read() and slot_write() do, for a caller that holds slot_lock(). */
struct slot slot_get(int nid);
void slot_set(int nid, struct memory_dev_type *type, int count);

/*
 * Returns a copy of the slot of @nid. The slot stays like that while the caller holds
 * retier_lock and no hotplug operation is under way.
 */
struct slot slot_read(int nid);

/**
 * slot_write() - Replaces the contents of a slot
 * @nid: the node
 * @type: the type that the slot holds, or another one to which the caller holds a
 *	reference; NULL for an empty slot
 * @count: of drivers; if positive, the slot takes a reference of its own to @type
 */
void slot_write(int nid, struct memory_dev_type *type, int count);

/* ---- drivers.c ---- */

/*
 * Returns 0 or -errno, with a message; -EOPNOTSUPP if kprobes do not work. Call it after
 * retier_init() and before hotplug_init().
 */
int drivers_init(void);

/* Waits until no driver runs code of this module any more. */
void drivers_exit(void);

/* ---- hotplug.c ---- */

/*
 * Returns 0 or -errno; -EOPNOTSUPP if the kernel's notifier is not found. Call it after
 * drivers_init().
 */
int hotplug_init(void);

/*
 * From here on the module answers no question of the kernel; moves are still kept apart
 * from its hotplug operations.
 */
void hotplug_stop_answering(void);

/* Call it after hotplug_stop_answering(), when no node is moved any more. */
void hotplug_exit(void);

/* ---- probe.c ---- */

struct kprobe;

/**
 * probe_find_data() - Finds a variable of the kernel that is not exported
 * @name: its name
 *
 * Return: its address, or NULL if there is no such variable, with a message.
 */
void *probe_find_data(const char *name);

/**
 * probe_register() - Registers a kprobe near the start of a function
 * @probe: symbol_name and handlers are set
 *
 * The handlers find the function's arguments and its return address in their usual places.
 * unregister_kprobe() of this kprobe cannot fail.
 *
 * Return: 0 or -errno; -ENOENT if there is no such function.
 */
int probe_register(struct kprobe *probe);

/* ---- demotion.c ---- */

/* Returns 0 or -errno, with a message. Call it before the first move. */
int demotion_init(void);

/* Call it when no node is moved any more. */
void demotion_exit(void);

/* ---- numa.c ---- */

#ifdef CONFIG_NUMA_BALANCING
/* Returns 0 or -errno, with a message. Call it before the first move. */
int numa_init(void);

/* Call it when no node is moved any more. */
void numa_exit(void);

/* Call it before tiers change, with retier_lock held; waits for an RCU grace period. */
void numa_move_begin(void);

/* Call it after the last change, with retier_lock held. */
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
