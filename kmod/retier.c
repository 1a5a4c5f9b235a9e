// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps each node in the tier that the hook answers: asks, moves what is elsewhere,
 * keeps real hotplug and our moves apart, and comes back to what must wait.
 */
#include <linux/bitmap.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <tierbpf/adistance.h>

#include "compat.h"
#include "kmod.h"

/* Longest that the tiers' callbacks of one hotplug operation are waited for. */
#define HOTPLUG_PATIENCE (10 * HZ)

/*
 * The worker rests for so long: who asks for a retier at the end of each one, or of
 * each look at a node that stays, must not keep a CPU busy. A worker that never sleeps
 * also holds up RCU Tasks, and with that the detaching of the program that asks.
 */
#define REST msecs_to_jiffies(20)

/* What must wait is looked at again after so long: a hold, a shortage of memory. */
#define RETRY (HZ / 4)

/* How often a module that is removed tries to restore, RETRY apart. */
#define RESTORE_TRIES 40

/*
 * Nodes are taken out of their tiers for no longer than this at a time; the rest of a
 * long list is the worker's. Attaching and detaching a policy holds BPF's mutex of
 * struct_ops meanwhile (ops.c).
 */
#define MOVE_PATIENCE (20 * HZ)

static DEFINE_MUTEX(retier_lock); /* the nodes' records (node.c) and the sequence of a move */
static struct task_struct *mover; /* holds retier_lock */
static bool closing;

static bool hotplug_runs; /* a hotplug operation is changing the tiers */
static u64 hotplug_since; /* jiffies64 */
static struct memory_dev_type *leaving; /* of the node whose last memory goes in it */
static DECLARE_WAIT_QUEUE_HEAD(hotplug_ended);

static DECLARE_BITMAP(pending, MAX_NUMNODES);
static struct workqueue_struct *queue;
static void retier_pending(struct work_struct *work);
static DECLARE_DELAYED_WORK(retier_work, retier_pending);
static u64 rests_until; /* jiffies64; the worker's */
static unsigned long kicked; /* bit KICKED: the worker was asked, and has not begun */
#define KICKED 0

/* With retier_lock held: jiffies that the hotplug operation under way may still take. */
static long hotplug_left(void)
{
	u64 now = get_jiffies_64(), until = hotplug_since + HOTPLUG_PATIENCE;

	return hotplug_runs && time_before64(now, until) ? until - now : 0;
}

/* retier_lock, while no hotplug operation is changing the tiers. */
static void lock_for_moves(void)
{
	long left;

	mutex_lock(&retier_lock);
	while ((left = hotplug_left())) {
		mutex_unlock(&retier_lock);
		wait_event_timeout(hotplug_ended, !READ_ONCE(hotplug_runs), left);
		mutex_lock(&retier_lock);
	}
	if (hotplug_runs) {
		pr_warn("a memory hotplug operation did not end\n");
		WRITE_ONCE(hotplug_runs, false);
	}
	WRITE_ONCE(mover, current);
}

static void unlock_after_moves(void)
{
	WRITE_ONCE(mover, NULL);
	mutex_unlock(&retier_lock);
}

/* A driver's own hotplug operation may be waiting for it: only moves are kept out. */
void retier_nodes_lock(void)
{
	mutex_lock(&retier_lock);
}

void retier_nodes_unlock(void)
{
	mutex_unlock(&retier_lock);
}

bool retier_is_mover(void)
{
	return READ_ONCE(mover) == current;
}

bool retier_in_hotplug(void)
{
	return READ_ONCE(hotplug_runs);
}

void retier_later(int nid)
{
	set_bit(nid, pending);
	if (!READ_ONCE(closing))
		queue_delayed_work(queue, &retier_work, RETRY);
}

static int want_of(int nid, int kernel)
{
	return closing || !hook_has_policy() ? kernel : hook_decide(nid, kernel);
}

static bool in_place(const struct node_record *rec, const struct memory_dev_type *type, int kernel,
		     int want)
{
	if (tierbpf_tier(want) == tierbpf_tier(kernel))
		return !rec->ours;
	return tierbpf_tier(want) == tierbpf_tier(type->adistance);
}

/*
 * While a policy is in force our type stays in a slot that a driver counts on, even
 * without memory; the stock kernel keeps its own the same way.
 */
static int retier_without_memory(int nid, struct node_record *rec)
{
	if (memtier_is_placed(nid))
		return -EAGAIN; /* its last memory is just leaving */
	if (rec->ours && (closing || !hook_has_policy()))
		node_give_back(nid, rec);
	return 0;
}

static int hold_node(int nid, const struct memory_dev_type *type, int want)
{
	hook_report(TIERBPF_EVENT_HELD, nid, type->adistance, want, 0);
	pr_warn_ratelimited("node %d was moved %d times within %d ms; for the rest of them it is held in tier %u\n",
			    nid, TIERBPF_MOVES, TIERBPF_MOVES_MS, tierbpf_tier(type->adistance));
	return -EAGAIN;
}

/* Asks about @nid. 1: it is to be moved, 0: it is in place, or -errno. @at_once: is not held. */
static int prepare_move(int nid, bool at_once)
{
	struct node_record *rec = &nodes[nid];
	struct memory_dev_type *type;
	int kernel, want;

	node_report_memory(nid);
	if (!node_state(nid, N_MEMORY))
		return retier_without_memory(nid, rec);
	if (rec->unplaced) {
		numa_move_begin();
		node_place(nid);
		node_adopt(nid, rec);
		numa_move_end();
	}
	if (rec->unplaced)
		return -ENOMEM;
	type = memtier_type_of(nid);
	if (IS_ERR_OR_NULL(type)) /* NULL: its first memory is just coming */
		return PTR_ERR_OR_ZERO(type);
	node_update(nid, type);
	if (!at_once && node_is_held(rec))
		return -EAGAIN;
	kernel = node_stock_adistance(rec, type);
	want = want_of(nid, kernel);
	if (in_place(rec, type, kernel, want))
		return 0;
	node_count_move(rec);
	if (!at_once && node_is_held(rec))
		return hold_node(nid, type, want);
	rec->from = type->adistance;
	rec->want = want;
	rec->home = tierbpf_tier(want) == tierbpf_tier(kernel);
	return 1;
}

static void leave_old_tier(int nid)
{
	struct node_record *rec = &nodes[nid];

	rec->left_at = ktime_get_ns();
	rec->err = 0;
	if (rec->home)
		node_leave_for_home(nid, rec);
	else
		rec->err = node_leave(nid, rec, rec->want);
}

/* 1: is in its new tier, or -errno. */
static int enter_new_tier(int nid)
{
	struct node_record *rec = &nodes[nid];
	int err = memtier_is_placed(nid) ? 0 : node_enter(nid, rec);
	struct memory_dev_type *type;

	err = rec->err ?: err;
	if (err) {
		hook_report(TIERBPF_EVENT_FAILED, nid, rec->from, err, 0);
		pr_warn_ratelimited("node %d was not moved to tier %u: error %d\n", nid,
				    tierbpf_tier(rec->want), err);
		return err;
	}
	type = memtier_type_of(nid);
	hook_report(TIERBPF_EVENT_RETIERED, nid, rec->from,
		    IS_ERR_OR_NULL(type) ? rec->want : type->adistance,
		    ktime_get_ns() - rec->left_at);
	return 1;
}

struct outcome {
	int moved;
	int err; /* the first one */
};

static void count_outcome(struct outcome *all, int nid, int ret)
{
	if (ret > 0)
		all->moved++;
	else
		all->err = all->err ?: ret;
	if (ret == -EAGAIN || ret == -ENOMEM)
		retier_later(nid);
}

/*
 * All leave before the first one enters: each step makes the kernel look for the targets
 * of every node, which takes the more time the more nodes there are in both of two tiers.
 */
static void move_together(const nodemask_t *moving, u64 until, struct outcome *all)
{
	nodemask_t left = NODE_MASK_NONE;
	int nid;

	for_each_node_mask(nid, *moving) {
		if (time_before64(get_jiffies_64(), until)) {
			leave_old_tier(nid);
			node_set(nid, left);
		} else {
			count_outcome(all, nid, -EAGAIN);
		}
	}
	for_each_node_mask(nid, left)
		count_outcome(all, nid, enter_new_tier(nid));
}

static void move_all(nodemask_t *moving, struct outcome *all)
{
	u64 until = get_jiffies_64() + MOVE_PATIENCE;

	rcu_expedite_gp();
	numa_move_begin();
	/* Not the whole machine at once: who looks at the tiers meanwhile would find none. */
	if (nodes_equal(*moving, node_states[N_MEMORY])) {
		nodemask_t first = nodemask_of_node(first_node(*moving));

		move_together(&first, until, all);
		nodes_andnot(*moving, *moving, first);
	}
	move_together(moving, until, all);
	numa_move_end();
	rcu_unexpedite_gp();
}

static int retier_nodes(const nodemask_t *which, bool at_once)
{
	nodemask_t moving = NODE_MASK_NONE;
	struct outcome all = {};
	int nid, ret;

	lock_for_moves();
	for_each_node_mask(nid, *which) {
		ret = prepare_move(nid, at_once);
		if (ret > 0)
			node_set(nid, moving);
		else
			count_outcome(&all, nid, ret);
	}
	if (!nodes_empty(moving))
		move_all(&moving, &all);
	node_prune_types();
	unlock_after_moves();
	return all.err ?: all.moved;
}

int retier_node(int nid)
{
	nodemask_t which = NODE_MASK_NONE;

	if (nid < 0 || nid >= nr_node_ids)
		return -EINVAL;
	node_set(nid, which);
	return retier_nodes(&which, false);
}

int retier_all(bool at_once)
{
	return retier_nodes(&node_possible_map, at_once);
}

/* jiffies; 0: it does not rest. */
static notrace unsigned long rest_left(void)
{
	u64 now = get_jiffies_64(), until = READ_ONCE(rests_until);

	return time_before64(now, until) ? until - now : 0;
}

static void retier_pending(struct work_struct *work)
{
	unsigned long rest = rest_left();
	nodemask_t which = NODE_MASK_NONE;
	int nid;

	/* Asked while it ran, before it began to rest. */
	if (rest) {
		queue_delayed_work(queue, &retier_work, rest);
		return;
	}
	/* A CPU that comes or goes is in N_CPU, or is not, at the end of its hotplug operation. */
	cpus_read_lock();
	cpus_read_unlock();
	clear_bit(KICKED, &kicked);
	smp_mb__after_atomic(); /* who asks from here on kicks again; who did before is collected */
	for_each_set_bit(nid, pending, MAX_NUMNODES)
		if (test_and_clear_bit(nid, pending))
			node_set(nid, which);
	retier_nodes(&which, false);
	WRITE_ONCE(rests_until, get_jiffies_64() + REST);
}

/*
 * A program on what is called here may ask again. It finds KICKED set, or this interrupt
 * would queue itself for ever; notrace, since nobody needs a program on it.
 */
static notrace void retier_kick_worker(struct irq_work *work)
{
	if (!READ_ONCE(closing))
		mod_delayed_work(queue, &retier_work, rest_left());
}

static DEFINE_IRQ_WORK(retier_kick, retier_kick_worker);

int retier_queue(int nid)
{
	int i;

	if (nid >= (int)nr_node_ids)
		return -EINVAL;
	for_each_node(i)
		if (nid < 0 || nid == i)
			set_bit(i, pending);
	if (!test_and_set_bit(KICKED, &kicked))
		irq_work_queue(&retier_kick);
	return 0;
}

int retier_ask(int nid, struct tierbpf_answer *answer)
{
	struct memory_dev_type *type = NULL;
	int ret = -ENOENT;

	if (nid < 0 || nid >= nr_node_ids)
		return -EINVAL;
	lock_for_moves();
	if (node_state(nid, N_MEMORY))
		type = memtier_type_of(nid);
	if (!IS_ERR_OR_NULL(type)) {
		node_update(nid, type);
		hook_ask(nid, node_stock_adistance(&nodes[nid], type), answer);
		ret = 0;
	}
	unlock_after_moves();
	return ret;
}

void retier_hotplug_begin(int nid, bool added)
{
	mutex_lock(&retier_lock);
	WRITE_ONCE(hotplug_runs, true);
	hotplug_since = get_jiffies_64();
	numa_move_begin();
	node_report_memory(nid);
	if (added) {
		nodes[nid].alone = !slot_read(nid).type;
	} else {
		node_repair_slot(nid);
		leaving = memtier_type_of(nid);
		memtier_drain_readers(nid);
	}
	mutex_unlock(&retier_lock);
}

void retier_hotplug_end(int nid, bool added)
{
	struct node_record *rec = &nodes[nid];

	mutex_lock(&retier_lock);
	node_adopt(nid, rec);
	/* Not where moves have gone on meanwhile: then @leaving may be a type that is gone. */
	if (hotplug_runs && !added && !IS_ERR_OR_NULL(leaving))
		node_forget(nid, rec, leaving);
	leaving = NULL;
	if (added)
		node_repair_slot(nid);
	numa_move_end();
	WRITE_ONCE(hotplug_runs, false);
	mutex_unlock(&retier_lock);
	wake_up_all(&hotplug_ended);
	if (added)
		retier_queue(nid);
}

int retier_init(void)
{
	int err = node_init();

	if (err)
		return err;
	queue = alloc_ordered_workqueue("tierbpf", 0);
	if (!queue)
		node_exit();
	return queue ? 0 : -ENOMEM;
}

void retier_restore_all(void)
{
	int i;

	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	cancel_delayed_work_sync(&retier_work);
	for (i = 0; retier_all(true) < 0 && i < RESTORE_TRIES; i++)
		msleep(jiffies_to_msecs(RETRY));
}

void retier_exit(void)
{
	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	cancel_delayed_work_sync(&retier_work);
	destroy_workqueue(queue);
	node_exit();
}
