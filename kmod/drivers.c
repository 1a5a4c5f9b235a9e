// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces the two functions by which drivers (dax/kmem) change the slot of a node,
 * init_node_memory_type() and clear_node_memory_type().
 *
 * A kprobe on each of them sends its callers to a function of this file instead. So a
 * driver waits while a node is moved, and is counted on our type while that stands in for
 * the kernel's. It also prevents what stock kernels (6.1 to 7.3) get wrong: a clear that
 * takes the type from a node that is still in a tier, a count that becomes negative, a
 * type in a slot without a reference, and put_memory_type(NULL).
 *
 * A kprobe that misses does not send its caller here: the kernel's own function runs. That
 * happens while kprobes are switched off (DESIGN-NOTES), and for a call out of the handler
 * of another kprobe, which nobody can make, since both functions sleep.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/rcupdate.h>

#include "kmod.h"

static_assert(__same_type(init_node_memory_type, void(int, struct memory_dev_type *)));
static_assert(__same_type(clear_node_memory_type, void(int, struct memory_dev_type *)));

static atomic_t redirected_tasks; /* tasks that are in, or on their way to, a function below */
static bool redirect_works; /* test_probes() has come here by its kprobe */

static bool nid_is_possible(int nid)
{
	return nid >= 0 && nid < nr_node_ids;
}

/* Runs instead of init_node_memory_type(). */
static noinline void tierbpf_init_node_memory_type(int nid, struct memory_dev_type *type)
{
	if (nid_is_possible(nid) && type) {
		retier_nodes_lock();
		node_driver_came(nid, type);
		retier_nodes_unlock();
	}
	atomic_dec(&redirected_tasks); /* the last thing to do; see drivers_exit() */
}

/* Runs instead of clear_node_memory_type(). */
static noinline void tierbpf_clear_node_memory_type(int nid, struct memory_dev_type *type)
{
	WRITE_ONCE(redirect_works, true);
	if (nid_is_possible(nid)) {
		retier_nodes_lock();
		node_driver_left(nid, type);
		retier_nodes_unlock();
	}
	atomic_dec(&redirected_tasks); /* the last thing to do; see drivers_exit() */
}

/* The arguments and the return address stay where they are, so this acts like a tail call. */
static int redirect_init(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&redirected_tasks);
	instruction_pointer_set(regs, (unsigned long)tierbpf_init_node_memory_type);
	return 1;
}

static int redirect_clear(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&redirected_tasks);
	instruction_pointer_set(regs, (unsigned long)tierbpf_clear_node_memory_type);
	return 1;
}
NOKPROBE_SYMBOL(redirect_init);
NOKPROBE_SYMBOL(redirect_clear);

/*
 * Does nothing. The kernel may optimize a kprobe without a post_handler to a jump, whose
 * handler cannot change the instruction pointer.
 */
static void keep_breakpoint(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe init_probe = {
	.symbol_name = "init_node_memory_type",
	.pre_handler = redirect_init,
	.post_handler = keep_breakpoint,
};

static struct kprobe clear_probe = {
	.symbol_name = "clear_node_memory_type",
	.pre_handler = redirect_clear,
	.post_handler = keep_breakpoint,
};

static struct kprobe *probes[] = { &init_probe, &clear_probe };

/*
 * Checks that a call arrives here, by clearing a type that no slot holds. That changes
 * nothing, even if the kprobes do not work and the kernel's own function runs: the node is
 * one whose slot has a count, so the kernel does not take a reference away.
 */
static int test_probes(void)
{
	static struct memory_dev_type unused_type;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		if (slot_read(nid).count > 0) {
			clear_node_memory_type(nid, &unused_type);
			return READ_ONCE(redirect_works) ? 0 : -EOPNOTSUPP;
		}
	}
	return 0;
}

int drivers_init(void)
{
	int err = probe_register(&init_probe) ?: probe_register(&clear_probe);

	err = err ?: test_probes();
	if (err) {
		pr_err("cannot guard the memory types of drivers by kprobes (error %d): needs CONFIG_KPROBES, and 1 in /sys/kernel/debug/kprobes/enabled\n",
		       err);
		drivers_exit();
	}
	return err;
}

void drivers_exit(void)
{
	unregister_kprobes(probes, ARRAY_SIZE(probes));
	while (atomic_read(&redirected_tasks))
		msleep(20);
	/* The last task has counted itself out, but may not have executed its last instructions. */
	synchronize_rcu_tasks();
}
