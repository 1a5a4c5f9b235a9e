// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel asks for an adistance, and where it says that a node got its
 * first memory or lost its last, or just more or less of it; and the memtier
 * callback, played to it for a node whose tier is to be built anew.
 */
#include <linux/kallsyms.h>
#include <linux/sched.h>
#include <tierbpf/adistance.h>

#include "compat.h"
#include "kmod.h"

/* The task in which memory-tiers is placing a node, and whether it will take an answer. */
static struct task_struct *placer;
static bool answer_counts;

static struct notifier_block *memtier_callback;

/* The rest of the chain's answer; without one, what the asker assumes. */
static int kernel_adistance(struct notifier_block *self, unsigned long nid, int adistance)
{
	struct notifier_block *nb;

	/* The chain cannot change: our caller holds its lock while it calls us. */
	for (nb = rcu_dereference_raw(self->next); nb; nb = rcu_dereference_raw(nb->next))
		if (nb->notifier_call(nb, nid, &adistance) & NOTIFY_STOP_MASK)
			break;
	return adistance;
}

/*
 * memory-tiers itself gets the policy's answer, as the centre of its tier: the
 * kernel keeps a memory type of each distinct answer for ever. A driver
 * (dax/kmem) gets the kernel's own, and its node is retiered afterwards: the
 * driver counts by a memory type of the answer, which would outlive us.
 */
static int adistance_notify(struct notifier_block *self, unsigned long nid, void *data)
{
	int kernel, wanted, *adistance = data;

	if (nid >= nr_node_ids || retier_is_mover())
		return NOTIFY_DONE;
	if (READ_ONCE(placer) != current) {
		node_driver_asks(nid);
		return NOTIFY_DONE;
	}
	if (!answer_counts || !hook_has_policy())
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

/* Runs before all others; from here to last_notify() no node is retiered. */
static int first_notify(struct notifier_block *self, unsigned long event, void *arg)
{
	int nid = node_event_nid(arg);

	if (nid < 0 || !(event & (NODE_EVENT_ADDED | NODE_EVENT_REMOVED)))
		return NOTIFY_DONE;
	/* Where the slot is full, the kernel asks and does not listen. */
	answer_counts = retier_hotplug_begin(nid, event == NODE_EVENT_ADDED);
	WRITE_ONCE(placer, current);
	return NOTIFY_DONE;
}

/*
 * Runs after all others: what the firmware's drivers know of the node, which
 * they only say after memory-tiers has asked, is there for a second look.
 */
static int last_notify(struct notifier_block *self, unsigned long event, void *arg)
{
	int nid = node_event_nid(arg);

	if (nid < 0 || !(event & (NODE_EVENT_ADDED | NODE_EVENT_REMOVED)))
		return NOTIFY_DONE;
	WRITE_ONCE(placer, NULL);
	retier_hotplug_end(nid, event == NODE_EVENT_ADDED);
	return NOTIFY_DONE;
}

static struct notifier_block first_nb = { .notifier_call = first_notify, .priority = INT_MAX };
static struct notifier_block last_nb = { .notifier_call = last_notify, .priority = INT_MIN };

/*
 * A block of memory, of perhaps many, came or went: what a policy makes of the
 * node's size may have changed.
 */
static int block_notify(struct notifier_block *self, unsigned long event, void *arg)
{
	const struct memory_notify *block = arg;

	if (event & (MEM_ONLINE | MEM_OFFLINE))
		retier_later(pfn_to_nid(block->start_pfn));
	return NOTIFY_DONE;
}

static struct notifier_block block_nb = { .notifier_call = block_notify };

/*
 * memtier_hotplug_callback() is static. It stands behind first_nb on the same
 * chain; nobody built into the kernel ever leaves that chain.
 */
static struct notifier_block *find_memtier_callback(void)
{
	char name[KSYM_SYMBOL_LEN];
	struct notifier_block *nb;

	for (nb = rcu_dereference_raw(first_nb.next); nb; nb = rcu_dereference_raw(nb->next)) {
		sprint_symbol_no_offset(name, (unsigned long)nb->notifier_call);
		if (!strcmp(name, "memtier_hotplug_callback"))
			return nb;
		if (nb->priority < MEMTIER_HOTPLUG_PRI)
			break;
	}
	return NULL;
}

/* No page is touched by these two: only the node's place among the tiers changes. */
void hotplug_remove_from_tier(int nid)
{
	memtier_drain_readers(nid);
	node_event_call(memtier_callback, NODE_EVENT_REMOVED, nid);
}

void hotplug_add_to_tier(int nid)
{
	node_event_call(memtier_callback, NODE_EVENT_ADDED, nid);
}

int hotplug_init(void)
{
	int err;

	err = node_event_register(&first_nb);
	if (err)
		return err;
	memtier_callback = find_memtier_callback();
	if (!memtier_callback) {
		pr_err("memtier_hotplug_callback not found: this kernel's memory tiers work in a way that is not known\n");
		err = -EOPNOTSUPP;
		goto out_first;
	}
	err = node_event_register(&last_nb);
	if (err)
		goto out_first;
	err = register_mt_adistance_algorithm(&adistance_nb);
	if (err)
		goto out_last;
	err = register_memory_notifier(&block_nb);
	if (err)
		goto out_adistance;
	return 0;

out_adistance:
	unregister_mt_adistance_algorithm(&adistance_nb);
out_last:
	node_event_unregister(&last_nb);
out_first:
	node_event_unregister(&first_nb);
	return err;
}

void hotplug_stop_answering(void)
{
	unregister_memory_notifier(&block_nb);
	unregister_mt_adistance_algorithm(&adistance_nb);
}

/* After hotplug_stop_answering(). */
void hotplug_exit(void)
{
	node_event_unregister(&last_nb);
	node_event_unregister(&first_nb);
}
