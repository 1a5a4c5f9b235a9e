// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps each node in the tier that the hook answers. Asks the hook, moves the nodes that
 * are in another tier, keeps moves apart from the kernel's memory hotplug, and tries again
 * later where a move has to wait.
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

/*
 * How long a move waits for one hotplug operation to finish changing the tiers. An
 * operation that another notifier has cut short never tells its end.
 */
#define HOTPLUG_PATIENCE (10 * HZ)

/* After this time a move waits for no further operation; the worker tries again later. */
#define HOTPLUGS_PATIENCE (2 * HOTPLUG_PATIENCE)

/*
 * The worker rests between two rounds, so that a program that asks for a retier at the end
 * of each round keeps no CPU busy. A worker that never slept would also hold up the grace
 * period of RCU Tasks, which detaching that very program waits for.
 */
#define WORKER_REST msecs_to_jiffies(20)

/* A node that is held, or for which memory was short, is tried again after this time. */
#define RETRY_DELAY (HZ / 4)

/* How often a module that is being removed tries to restore the nodes, RETRY_DELAY apart. */
#define RESTORE_TRIES 40

/*
 * How long one caller takes nodes out of their tiers; the worker moves the rest of a long
 * list. The limit matters when a policy is attached or detached, since BPF holds its mutex
 * of struct_ops meanwhile (ops.c).
 */
#define MOVE_PATIENCE (20 * HZ)

/* Protects the records of nodes (node.c) and the sequence of a move. */
static DEFINE_MUTEX(retier_lock);
static struct task_struct *mover; /* the task that holds retier_lock to decide or to move */
static bool closing; /* the module is being removed: every node goes to the kernel's tier */

static bool hotplug_runs; /* a hotplug operation is changing the tiers */
static u64 hotplug_since; /* jiffies64 */
/* The type by which the node is in its tier whose last memory the operation removes. */
static struct memory_dev_type *leaving_type;
static DECLARE_WAIT_QUEUE_HEAD(hotplug_ended);

static DECLARE_BITMAP(pending, MAX_NUMNODES);
static struct workqueue_struct *queue;
static void retier_pending(struct work_struct *work);
static DECLARE_DELAYED_WORK(retier_work, retier_pending);
static u64 rests_until; /* jiffies64: the worker begins no round before */
static unsigned long kicked; /* bit KICKED: the worker was asked, and has not begun its round */
#define KICKED 0

/* Returns how many jiffies a move still waits for the hotplug operation. Needs retier_lock. */
static long hotplug_left(void)
{
	u64 now = get_jiffies_64(), until = hotplug_since + HOTPLUG_PATIENCE;

	return hotplug_runs && time_before64(now, until) ? until - now : 0;
}

/*
 * Takes retier_lock while no hotplug operation is changing the tiers. Returns -EAGAIN,
 * without the lock, if one followed the other for too long.
 */
static int lock_for_moves(void)
{
	u64 until = get_jiffies_64() + HOTPLUGS_PATIENCE;
	long left;

	mutex_lock(&retier_lock);
	while ((left = hotplug_left())) {
		mutex_unlock(&retier_lock);
		if (!time_before64(get_jiffies_64(), until))
			return -EAGAIN;
		wait_event_timeout(hotplug_ended, !READ_ONCE(hotplug_runs), left);
		mutex_lock(&retier_lock);
	}
	if (hotplug_runs) {
		pr_warn("a memory hotplug operation did not end within %d s; nodes are moved without waiting for it\n",
			HOTPLUG_PATIENCE / HZ);
		WRITE_ONCE(hotplug_runs, false);
	}
	WRITE_ONCE(mover, current);
	return 0;
}

static void unlock_after_moves(void)
{
	WRITE_ONCE(mover, NULL);
	mutex_unlock(&retier_lock);
}

/* Does not wait for a hotplug operation: that one may itself wait for the driver. */
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
		queue_delayed_work(queue, &retier_work, RETRY_DELAY);
}

static int wanted_adistance(int nid, int kernel)
{
	return closing || !hook_has_policy() ? kernel : hook_decide(nid, kernel);
}

static bool is_in_place(const struct node_record *rec, const struct memory_dev_type *type,
			int kernel, int want)
{
	if (tierbpf_tier(want) == tierbpf_tier(kernel))
		return !rec->ours;
	return tierbpf_tier(want) == tierbpf_tier(type->adistance);
}

/*
 * While a policy is loaded, keep our type in a slot that a driver counts on, even without
 * memory; the stock kernel keeps its own the same way.
 */
static int retier_without_memory(int nid, struct node_record *rec)
{
	if (memtier_is_placed(nid))
		return -EAGAIN; /* its last memory is just being removed */
	if (rec->ours && (closing || !hook_has_policy()))
		node_restore_stock(nid, rec);
	return 0;
}

static int report_held(int nid, const struct memory_dev_type *type, int want)
{
	hook_report(TIERBPF_EVENT_HELD, nid, type->adistance, want, 0);
	pr_warn_ratelimited("node %d was moved %d times within %d ms; it is held in tier %u until they are over\n",
			    nid, TIERBPF_MOVES, TIERBPF_MOVES_MS, tierbpf_tier(type->adistance));
	return -EAGAIN;
}

/*
 * Asks where the node belongs. Returns 1 if the node has to be moved, 0 if it is in place,
 * or -errno. With @at_once, a node is moved even if it was moved too often.
 */
static int prepare_move(int nid, bool at_once)
{
	struct node_record *rec = &node_records[nid];
	struct memory_dev_type *type;
	int kernel, want;

	node_report_memory(nid);
	if (!node_state(nid, N_MEMORY))
		return retier_without_memory(nid, rec);
	if (rec->unplaced) {
		numa_move_begin();
		node_place(nid);
		node_record_placement(nid, rec);
		numa_move_end();
	}
	if (rec->unplaced)
		return -ENOMEM;
	type = memtier_type_of(nid);
	if (IS_ERR_OR_NULL(type)) /* NULL: its first memory is just being added */
		return PTR_ERR_OR_ZERO(type);
	node_forget_stale_type(nid, type);
	if (!at_once && node_is_held(rec))
		return -EAGAIN;
	kernel = node_stock_adistance(rec, type);
	want = wanted_adistance(nid, kernel);
	if (is_in_place(rec, type, kernel, want))
		return 0;
	node_count_move(rec);
	if (!at_once && node_is_held(rec))
		return report_held(nid, type, want);
	rec->from = type->adistance;
	rec->want = want;
	rec->to_stock = tierbpf_tier(want) == tierbpf_tier(kernel);
	return 1;
}

static void leave_old_tier(int nid)
{
	struct node_record *rec = &node_records[nid];

	rec->left_at = ktime_get_ns();
	rec->err = 0;
	if (rec->to_stock)
		node_leave_for_stock(nid, rec);
	else
		rec->err = node_leave_for_ours(nid, rec, rec->want);
}

/* Returns 1 if the node is in its new tier, or -errno. */
static int join_new_tier(int nid)
{
	struct node_record *rec = &node_records[nid];
	int err = memtier_is_placed(nid) ? 0 : node_join_tier(nid, rec);
	struct memory_dev_type *type;

	err = rec->err ?: err;
	if (err) {
		hook_report(TIERBPF_EVENT_FAILED, nid, rec->from, err, 0);
		pr_warn_ratelimited("node %d could not be moved to tier %u: error %d\n", nid,
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
	int err; /* of the first node that failed */
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
 * All nodes leave their tiers before the first one joins another. At each step the kernel
 * looks for the demotion targets of every node, which takes longer the more nodes there
 * are in two neighbouring tiers.
 */
static void move_in_two_steps(const nodemask_t *moving, u64 until, struct outcome *all)
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
		count_outcome(all, nid, join_new_tier(nid));
}

static void move_all(nodemask_t *moving, struct outcome *all)
{
	u64 until = get_jiffies_64() + MOVE_PATIENCE;

	rcu_expedite_gp();
	numa_move_begin();
	/* If all nodes left together, a reader of the tiers would see a machine without any. */
	if (nodes_equal(*moving, node_states[N_MEMORY])) {
		nodemask_t first = nodemask_of_node(first_node(*moving));

		move_in_two_steps(&first, until, all);
		nodes_andnot(*moving, *moving, first);
	}
	move_in_two_steps(moving, until, all);
	numa_move_end();
	rcu_unexpedite_gp();
}

static int retier_nodes(const nodemask_t *which, bool at_once)
{
	nodemask_t moving = NODE_MASK_NONE;
	struct outcome all = {};
	int nid, ret;

	ret = lock_for_moves();
	if (ret) {
		for_each_node_mask(nid, *which)
			retier_later(nid);
		return ret;
	}
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

/* Returns how many jiffies the worker still rests. */
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

	/* Somebody asked during the last round, before the worker began to rest. */
	if (rest) {
		queue_delayed_work(queue, &retier_work, rest);
		return;
	}
	clear_bit(KICKED, &kicked);
	/* A request that finds KICKED set is collected below; a later one kicks again. */
	smp_mb__after_atomic();
	for_each_set_bit(nid, pending, MAX_NUMNODES)
		if (test_and_clear_bit(nid, pending))
			node_set(nid, which);
	/*
	 * N_CPU changes at the end of a CPU hotplug operation, but hotplug.c learns of the
	 * operation near its beginning. So wait for the end of one that was collected above.
	 */
	cpus_read_lock();
	cpus_read_unlock();
	retier_nodes(&which, false);
	WRITE_ONCE(rests_until, get_jiffies_64() + WORKER_REST);
}

/*
 * A BPF program on a function that is called here may ask for a retier. It finds KICKED
 * set; otherwise this interrupt would queue itself for ever. A program on this function
 * itself could do the same, hence notrace.
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
	int ret;

	if (nid < 0 || nid >= nr_node_ids)
		return -EINVAL;
	ret = lock_for_moves();
	if (ret)
		return ret;
	ret = -ENOENT;
	if (node_state(nid, N_MEMORY))
		type = memtier_type_of(nid);
	if (!IS_ERR_OR_NULL(type)) {
		node_forget_stale_type(nid, type);
		hook_ask(nid, node_stock_adistance(&node_records[nid], type), answer);
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
		node_records[nid].no_driver = !slot_read(nid).type;
	} else {
		node_repair_slot(nid);
		leaving_type = memtier_type_of(nid);
		memtier_drain_readers(nid);
	}
	mutex_unlock(&retier_lock);
}

void retier_hotplug_end(int nid, bool added)
{
	struct node_record *rec = &node_records[nid];

	mutex_lock(&retier_lock);
	node_record_placement(nid, rec);
	/* If moves have gone on without waiting, @leaving_type may be freed by now. */
	if (hotplug_runs && !added && !IS_ERR_OR_NULL(leaving_type))
		node_empty_slot(nid, rec, leaving_type);
	leaving_type = NULL;
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
		msleep(jiffies_to_msecs(RETRY_DELAY));
}

void retier_exit(void)
{
	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	cancel_delayed_work_sync(&retier_work);
	destroy_workqueue(queue);
	node_exit();
}
