/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that depends on the kernel's version, with the version that changed it. */
#ifndef TIERBPF_COMPAT_H
#define TIERBPF_COMPAT_H

#include <linux/device.h>
#include <linux/memory.h>
#include <linux/node.h>
#include <linux/ptrace.h>
#include <linux/version.h>

/*
 * 6.17 gave nodes a notifier chain of their own (struct node_notify). Before, the memory
 * chain told in status_change_nid which node gets its first memory or loses its last.
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

/* Since 7.0 next_demotion_node() copies its mask before it reads it (demotion.c). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define DEMOTION_TARGET_MAY_BE_NONE
#endif

/* The counterpart of regs_get_kernel_argument(); the kernel has none. */
static inline void set_first_argument(struct pt_regs *regs, unsigned long value)
{
#if defined(CONFIG_X86_64)
	regs->di = value;
#elif defined(CONFIG_ARM64)
	regs->regs[0] = value;
#else
#error "set_first_argument() needs the register of the first argument on this architecture"
#endif
}

/* Exported to modules, but declared only in kernel/rcu/rcu.h (4.x to 7.3). */
void rcu_expedite_gp(void);
void rcu_unexpedite_gp(void);

/*
 * The beginning of struct memory_tier, which only mm/memory-tiers.c knows; the same from
 * 6.1 to 7.3. The module reads it without faulting, and checks it for every node before it
 * loads (memtier_check_layout()).
 */
struct memory_tier_head {
	struct list_head list;
	struct list_head memory_types;
	int adistance_start;
	struct device dev;
};

#endif
