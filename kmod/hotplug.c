// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's notifiers. The kernel asks here for a node's adistance, and tells here that
 * a node got its first memory or lost its last, that its memory grew or shrank, and that a
 * CPU came or went.
 */
#include <linux/cpuhotplug.h>
#include <linux/sched.h>
#include <linux/topology.h>
#include <tierbpf/adistance.h>

#include "compat.h"
#include "kmod.h"

/* The task in which memory-tiers is placing a node now. */
static struct task_struct *placer;

static int cpu_state; /* from cpuhp_setup_state_nocalls() */

/* Returns the answer of the rest of the chain; without one, the value that the caller assumes. */
static int kernel_adistance(struct notifier_block *self, unsigned long nid, int adistance)
{
	struct notifier_block *nb;

	/* The chain cannot change: the kernel holds its lock while it calls us. */
	for (nb = rcu_dereference_raw(self->next); nb; nb = rcu_dereference_raw(nb->next))
		if (nb->notifier_call(nb, nid, &adistance) & NOTIFY_STOP_MASK)
			break;
	return adistance;
}

/*
 * Gives the policy's answer to memory-tiers alone, as the centre of its tier, since the
 * kernel keeps a memory type of each distinct answer for ever. Any other caller, such as
 * dax/kmem, gets the kernel's own answer, and its node is moved afterwards: a driver keeps
 * a memory type of the answer, which would outlive this module.
 */
static int adistance_notify(struct notifier_block *self, unsigned long nid, void *data)
{
	int kernel, wanted, *adistance = data;

	/* A notifier that stops the chain leaves a stale @placer behind. */
	if (nid >= nr_node_ids || READ_ONCE(placer) != current || !retier_in_hotplug())
		return NOTIFY_DONE;
	/* memory-tiers holds slot_lock(). If the slot is full, it asks but ignores the answer. */
	if (slot_get(nid).type || retier_is_mover() || !hook_has_policy())
		return NOTIFY_DONE;
	kernel = kernel_adistance(self, nid, *adistance);
	wanted = hook_decide(nid, kernel);
	if (tierbpf_tier(wanted) == tierbpf_tier(kernel))
		return NOTIFY_DONE;
	*adistance = tierbpf_tier_centre(tierbpf_tier(wanted));
	node_placed_by_answer(nid, kernel, *adistance);
	return NOTIFY_STOP;
}

static struct notifier_block adistance_nb = {
	.notifier_call = adistance_notify,
	.priority = INT_MAX,
};

/* Runs before all other notifiers. No node is moved from here to after_tiers_change(). */
static int before_tiers_change(struct notifier_block *self, unsigned long event, void *arg)
{
	int nid = node_event_nid(arg);

	if (nid < 0 || (event != NODE_EVENT_ADDED && event != NODE_EVENT_REMOVED))
		return NOTIFY_DONE;
	retier_hotplug_begin(nid, event == NODE_EVENT_ADDED);
	WRITE_ONCE(placer, current);
	return NOTIFY_DONE;
}

/*
 * Runs after all other notifiers. The drivers of firmware tables tell what they know about
 * the node only after memory-tiers has asked; the retier at the end uses it. While the
 * module is loaded or removed, this may run without before_tiers_change() before it.
 */
static int after_tiers_change(struct notifier_block *self, unsigned long event, void *arg)
{
	int nid = node_event_nid(arg);

	if (nid < 0 || (event != NODE_EVENT_ADDED && event != NODE_EVENT_REMOVED))
		return NOTIFY_DONE;
	WRITE_ONCE(placer, NULL);
	retier_hotplug_end(nid, event == NODE_EVENT_ADDED);
	return NOTIFY_DONE;
}

static struct notifier_block first_nb = { .notifier_call = before_tiers_change,
					  .priority = INT_MAX };
static struct notifier_block last_nb = { .notifier_call = after_tiers_change, .priority = INT_MIN };

/* A block of memory came or went, so a policy that uses the node's size may decide otherwise. */
static int block_notify(struct notifier_block *self, unsigned long event, void *arg)
{
	const struct memory_notify *block = arg;

	/* Compared as a whole: these are bits in 6.12, but consecutive numbers in 7.3. */
	if (event == MEM_ONLINE || event == MEM_OFFLINE)
		retier_later(pfn_to_nid(block->start_pfn));
	return NOTIFY_DONE;
}

static struct notifier_block block_nb = { .notifier_call = block_notify };

/*
 * The node may get its first CPU or lose its last. N_CPU shows it at the end of the
 * operation; the worker waits for that.
 */
static int cpu_notify(unsigned int cpu)
{
	int nid = cpu_to_node(cpu);

	if (nid >= 0)
		retier_later(nid);
	return 0;
}

int hotplug_init(void)
{
	int err;

	/*
	 * In this order, an operation between the two runs the last notifier alone, which
	 * then only asks for a retier of the node. The other order would leave moves waiting.
	 */
	err = node_event_register(&last_nb);
	if (err)
		return err;
	err = node_event_register(&first_nb);
	if (err)
		goto out_last;
	err = memtier_find_callback(&first_nb);
	if (err)
		goto out_first;
	err = register_mt_adistance_algorithm(&adistance_nb);
	if (err)
		goto out_first;
	err = register_memory_notifier(&block_nb);
	if (err)
		goto out_adistance;
	err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "tierbpf:online", cpu_notify,
					cpu_notify);
	if (err < 0)
		goto out_block;
	cpu_state = err;
	return 0;

out_block:
	unregister_memory_notifier(&block_nb);
out_adistance:
	unregister_mt_adistance_algorithm(&adistance_nb);
out_first:
	node_event_unregister(&first_nb);
out_last:
	node_event_unregister(&last_nb);
	return err;
}

void hotplug_stop_answering(void)
{
	cpuhp_remove_state_nocalls(cpu_state);
	unregister_memory_notifier(&block_nb);
	unregister_mt_adistance_algorithm(&adistance_nb);
}

void hotplug_exit(void)
{
	node_event_unregister(&first_nb);
	node_event_unregister(&last_nb);
}
