// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in front of the two functions by which drivers (dax/kmem) change the slot of
 * a node, init_node_memory_type() and clear_node_memory_type(), and plays their part.
 *
 * A kprobe sends whoever calls them here instead. So a driver waits while a node is
 * moved, it is counted on our type where that stands in for the kernel's, and what
 * stock kernels (6.1 to 7.3) get wrong does not happen: a clear that takes the type
 * from a node that is still in a tier, a count that becomes negative, a type in a slot
 * without a reference, put_memory_type(NULL).
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>

#include "kmod.h"

static_assert(__same_type(init_node_memory_type, void(int, struct memory_dev_type *)));
static_assert(__same_type(clear_node_memory_type, void(int, struct memory_dev_type *)));

static atomic_t inside; /* tasks on their way through init_instead() or clear_instead() */
static bool reached; /* by try_probes() */

static bool nid_is_possible(int nid)
{
	return nid >= 0 && nid < nr_node_ids;
}

/* In the place of init_node_memory_type(). */
static noinline void init_instead(int nid, struct memory_dev_type *type)
{
	if (nid_is_possible(nid) && type) {
		retier_nodes_lock();
		node_driver_came(nid, type);
		retier_nodes_unlock();
	}
	atomic_dec(&inside); /* the last thing: see drivers_exit() */
}

/* In the place of clear_node_memory_type(). */
static noinline void clear_instead(int nid, struct memory_dev_type *type)
{
	WRITE_ONCE(reached, true);
	if (nid_is_possible(nid)) {
		retier_nodes_lock();
		node_driver_left(nid, type);
		retier_nodes_unlock();
	}
	atomic_dec(&inside); /* the last thing: see drivers_exit() */
}

/* The arguments and the return address stay where they are. */
static int send_to_init(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&inside);
	instruction_pointer_set(regs, (unsigned long)init_instead);
	return 1;
}

static int send_to_clear(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&inside);
	instruction_pointer_set(regs, (unsigned long)clear_instead);
	return 1;
}
NOKPROBE_SYMBOL(send_to_init);
NOKPROBE_SYMBOL(send_to_clear);

/* A probe without a post_handler may become a jump, which cannot send anybody elsewhere. */
static void stay_a_breakpoint(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe init_probe = {
	.symbol_name = "init_node_memory_type",
	.pre_handler = send_to_init,
	.post_handler = stay_a_breakpoint,
};

static struct kprobe clear_probe = {
	.symbol_name = "clear_node_memory_type",
	.pre_handler = send_to_clear,
	.post_handler = stay_a_breakpoint,
};

static struct kprobe *probes[] = { &init_probe, &clear_probe };

/*
 * Clears a type that no slot holds. That changes nothing, be it here or, if the probes do
 * not work, in the kernel, where the slot has a count (slot_check() has seen one, or none).
 */
static int try_probes(void)
{
	static struct memory_dev_type nobody;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		if (slot_read(nid).count > 0) {
			clear_node_memory_type(nid, &nobody);
			return READ_ONCE(reached) ? 0 : -EOPNOTSUPP;
		}
	}
	return 0;
}

int drivers_init(void)
{
	int err = probe_register(&init_probe) ?: probe_register(&clear_probe);

	err = err ?: try_probes();
	if (err) {
		pr_err("no kprobes on the memory types of drivers (error %d); CONFIG_KPROBES is needed, and 1 in /sys/kernel/debug/kprobes/enabled\n",
		       err);
		drivers_exit();
	}
	return err;
}

void drivers_exit(void)
{
	unregister_kprobes(probes, ARRAY_SIZE(probes));
	while (atomic_read(&inside))
		msleep(20);
	/* Who was last inside may still be at the function's last instructions. */
	synchronize_rcu_tasks();
}
