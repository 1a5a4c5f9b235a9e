/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that depends on the kernel's version, each with the version that changed it. */
#ifndef TIERBPF_COMPAT_H
#define TIERBPF_COMPAT_H

#include <linux/device.h>
#include <linux/memory.h>
#include <linux/node.h>
#include <linux/ptrace.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "tierbpf needs Linux 6.12: struct_ops from modules with links, atomic update of them"
#endif

/*
 * 6.17 gave nodes a notifier chain of their own (struct node_notify); before,
 * the memory chain carried the node that changes in status_change_nid.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)

#define NODE_EVENT_ADDED NODE_ADDED_FIRST_MEMORY
#define NODE_EVENT_REMOVED NODE_REMOVED_LAST_MEMORY

static inline int node_event_register(struct notifier_block *nb)
{
	return register_node_notifier(nb);
}

static inline void node_event_unregister(struct notifier_block *nb)
{
	unregister_node_notifier(nb);
}

static inline int node_event_nid(void *arg)
{
	return ((struct node_notify *)arg)->nid;
}

static inline void node_event_call(struct notifier_block *nb, unsigned long event, int nid)
{
	struct node_notify arg = { .nid = nid };

	nb->notifier_call(nb, event, &arg);
}

#else

#define NODE_EVENT_ADDED MEM_ONLINE
#define NODE_EVENT_REMOVED MEM_OFFLINE

static inline int node_event_register(struct notifier_block *nb)
{
	return register_memory_notifier(nb);
}

static inline void node_event_unregister(struct notifier_block *nb)
{
	unregister_memory_notifier(nb);
}

static inline int node_event_nid(void *arg)
{
	return ((struct memory_notify *)arg)->status_change_nid;
}

static inline void node_event_call(struct notifier_block *nb, unsigned long event, int nid)
{
	struct memory_notify arg = { .status_change_nid = nid, .status_change_nid_normal = -1 };

	nb->notifier_call(nb, event, &arg);
}

#endif

/* 7.0 made next_demotion_node() copy its mask before it looks into it; demotion.c. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define DEMOTION_TARGET_MAY_BE_NONE
#endif

/* The counterpart of regs_get_kernel_argument(), which no architecture has. */
static inline void set_first_argument(struct pt_regs *regs, unsigned long value)
{
#if defined(CONFIG_X86_64)
	regs->di = value;
#elif defined(CONFIG_ARM64)
	regs->regs[0] = value;
#else
#error "where is a function's first argument on this architecture?"
#endif
}

/* Exported to modules, though kernel/rcu/rcu.h keeps the declarations (4.x to 7.3). */
void rcu_expedite_gp(void);
void rcu_unexpedite_gp(void);

/*
 * The beginning of struct memory_tier, which mm/memory-tiers.c keeps to itself;
 * the same from 6.1 to 7.3. Its lists are walked with copy_from_kernel_nofault(),
 * and all of it is checked for every node before the module loads
 * (memtier_check_layout()).
 */
struct memory_tier_head {
	struct list_head list;
	struct list_head memory_types;
	int adistance_start;
	struct device dev;
};

#endif
