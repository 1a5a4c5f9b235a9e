// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps each node in the tier that the hook answers, and knows the way back.
 *
 * A node is moved by taking it out of its tier, replacing the memory type in
 * its slot, and adding it again: no page moves (memtier.c, hotplug.c). The
 * kernel's own type is kept by reference while ours stands in for it, and goes
 * back when the policy agrees with the kernel again or is gone.
 */
#include <linux/bitmap.h>
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
 * A driver that asked for an adistance, or whose memory just left, is about to
 * change the count of the node's slot, outside of any lock that we could take.
 * The slot is left alone for so long.
 */
#define DRIVER_GRACE HZ

/* Longest that the tiers' callbacks of one hotplug operation are waited for. */
#define HOTPLUG_PATIENCE (10 * HZ)

#define PLACE_TRIES 10

struct node_record {
	/* In the slot because of us; NULL: the slot is the kernel's. Reference held. */
	struct memory_dev_type *ours;
	/* What was there before. NULL: the kernel placed the node by our answer. Reference held. */
	struct memory_dev_type *stock;
	int owners; /* of @ours, as far as we know */
	/* The latest answer that memory-tiers took, and the kernel's own instead of it. */
	int answered;
	int kernel_adistance;
	atomic_t new_owners; /* drivers that came while the slot held @ours */
	unsigned long driver_until;
	bool driver_busy;
	bool unplaced; /* has memory and is in no tier: place() failed */
};

static DEFINE_MUTEX(retier_lock); /* the records, own_types and the sequence of a move */
static struct node_record *records; /* by node */
static LIST_HEAD(own_types);
static struct task_struct *mover; /* holds retier_lock */
static bool closing;

static bool hotplug_runs; /* a hotplug operation is changing the tiers */
static DECLARE_WAIT_QUEUE_HEAD(hotplug_ended);

static DECLARE_BITMAP(pending, MAX_NUMNODES);
static struct workqueue_struct *queue;
static void retier_pending(struct work_struct *work);
static DECLARE_DELAYED_WORK(retier_work, retier_pending);

static void report(u32 kind, int nid, int from, int to, u64 ns)
{
	struct tierbpf_event event = {
		.kind = kind, .node = nid, .from = from, .to = to, .ns = ns,
	};

	tierbpf_event(&event);
}

static void lock(void)
{
	for (;;) {
		mutex_lock(&retier_lock);
		if (!READ_ONCE(hotplug_runs))
			break;
		mutex_unlock(&retier_lock);
		if (!wait_event_timeout(hotplug_ended, !READ_ONCE(hotplug_runs), HOTPLUG_PATIENCE)) {
			pr_warn("a memory hotplug operation did not end\n");
			WRITE_ONCE(hotplug_runs, false);
		}
	}
	WRITE_ONCE(mover, current);
}

static void unlock(void)
{
	WRITE_ONCE(mover, NULL);
	mutex_unlock(&retier_lock);
}

/* True in a task that is deciding or moving: questions from there lead nowhere. */
bool retier_is_mover(void)
{
	return READ_ONCE(mover) == current;
}

static void type_get(struct memory_dev_type *type)
{
	kref_get(&type->kref);
}

static void record_clear(struct node_record *rec)
{
	if (rec->ours)
		put_memory_type(rec->ours);
	if (rec->stock)
		put_memory_type(rec->stock);
	rec->ours = NULL;
	rec->stock = NULL;
	rec->owners = 0;
	atomic_set(&rec->new_owners, 0);
}

/* Our types that no slot and no record refers to any more. */
static void prune_own_types(void)
{
	struct memory_dev_type *type, *next;

	list_for_each_entry_safe(type, next, &own_types, list) {
		if (kref_read(&type->kref) > 1)
			continue;
		list_del(&type->list);
		put_memory_type(type);
	}
}

/* Brings the record in line with what happened to the node, which is in @type. */
static void record_update(struct node_record *rec, struct memory_dev_type *type)
{
	if (rec->ours && rec->ours != type)
		record_clear(rec); /* its owners took it away, and others came */
	if (!rec->ours && rec->answered && type->adistance == rec->answered &&
	    tierbpf_tier(rec->answered) != tierbpf_tier(rec->kernel_adistance)) {
		type_get(type);
		rec->ours = type;
	}
	rec->answered = 0;
}

static void count_new_owners(int nid, struct node_record *rec)
{
	int n = atomic_xchg(&rec->new_owners, 0);

	if (!rec->ours)
		return;
	rec->owners += n;
	while (n--)
		init_node_memory_type(nid, rec->ours);
}

static int stock_adistance(const struct node_record *rec, const struct memory_dev_type *type)
{
	if (!rec->ours)
		return type->adistance;
	return rec->stock ? rec->stock->adistance : rec->kernel_adistance;
}

static bool driver_is_busy(struct node_record *rec)
{
	if (READ_ONCE(rec->driver_busy) && time_after(jiffies, READ_ONCE(rec->driver_until)))
		WRITE_ONCE(rec->driver_busy, false);
	return READ_ONCE(rec->driver_busy);
}

/* Looks at @nid again when a driver, or a shortage of memory, may be over. */
static void later(int nid)
{
	set_bit(nid, pending);
	if (!READ_ONCE(closing))
		queue_delayed_work(queue, &retier_work, DRIVER_GRACE / 4);
}

/* Adding a node to its tier allocates the tier: where memory is short, try again. */
static void place(int nid)
{
	int i;

	for (i = 0; i < PLACE_TRIES; i++) {
		hotplug_add_to_tier(nid);
		records[nid].unplaced = !rcu_access_pointer(NODE_DATA(nid)->memtier) &&
					node_state(nid, N_MEMORY);
		if (!records[nid].unplaced)
			return;
		msleep(10 << i);
	}
	pr_err("node %d is in no tier: out of memory; it is tried again\n", nid);
	later(nid);
}

/*
 * Replaces @from in the slot by @to; NULL: by what the kernel will choose, with
 * as many owners. The number of owners or -errno, as memtier_swap_slot().
 */
static int change_type(int nid, struct memory_dev_type *from, struct memory_dev_type *to,
		       int max)
{
	bool online = node_state(nid, N_MEMORY);
	struct memory_dev_type *chosen;
	int owners, i;

	if (online) {
		owners = memtier_heal_slot(nid, from);
		if (owners < 0)
			return owners;
		hotplug_remove_from_tier(nid);
	}
	owners = memtier_swap_slot(nid, from, to, max);
	if (!online)
		return owners;
	place(nid);
	chosen = memtier_type_of(nid);
	if (!to && !IS_ERR_OR_NULL(chosen))
		for (i = 1; i < owners; i++)
			init_node_memory_type(nid, chosen);
	return owners;
}

/* Back to the kernel's own type. */
static int restore(int nid, struct node_record *rec)
{
	/* Without memory, the slot may have been emptied and filled by others since. */
	int max = node_state(nid, N_MEMORY) ? 0 : rec->owners;
	int err;

	err = change_type(nid, rec->ours, rec->stock, max);
	if (err < 0 && err != -EBUSY)
		return err;
	record_clear(rec);
	return 0;
}

/* From @type, which is in the slot, to the tier of @want. */
static int move(int nid, struct node_record *rec, struct memory_dev_type *type, int want)
{
	struct memory_dev_type *to;
	int owners;

	/* Only the tier shows: one type for each keeps their number low. */
	to = mt_find_alloc_memory_type(tierbpf_tier_centre(tierbpf_tier(want)), &own_types);
	if (IS_ERR(to))
		return PTR_ERR(to);
	owners = change_type(nid, type, to, 0);
	if (owners < 0)
		return owners;
	type_get(to);
	if (rec->ours) {
		put_memory_type(rec->ours);
	} else {
		type_get(type);
		rec->stock = type;
	}
	rec->ours = to;
	rec->owners = owners;
	return 0;
}

static int move_timed(int nid, struct node_record *rec, struct memory_dev_type *type,
		      int kernel, int want)
{
	int from = type->adistance;
	u64 start = ktime_get_ns();
	int err;

	rcu_expedite_gp();
	if (tierbpf_tier(want) == tierbpf_tier(kernel))
		err = restore(nid, rec);
	else
		err = move(nid, rec, type, want);
	rcu_unexpedite_gp();
	if (err) {
		report(TIERBPF_EVENT_FAILED, nid, from, err, 0);
		pr_warn_ratelimited("node %d was not moved to tier %u: error %d\n", nid,
				    tierbpf_tier(want), err);
		return err;
	}
	report(TIERBPF_EVENT_RETIERED, nid, from, want, ktime_get_ns() - start);
	return 1;
}

static int want_of(int nid, int kernel)
{
	struct tierbpf_answer answer;

	if (closing || !hook_has_policy())
		return kernel;
	hook_ask(nid, kernel, &answer);
	return answer.adistance;
}

static bool in_place(const struct node_record *rec, const struct memory_dev_type *type,
		     int kernel, int want)
{
	if (tierbpf_tier(want) == tierbpf_tier(kernel))
		return !rec->ours;
	return tierbpf_tier(want) == tierbpf_tier(type->adistance);
}

/* 1: moved, 0: is where it belongs, or -errno. */
static int retier_locked(int nid)
{
	struct node_record *rec = &records[nid];
	struct memory_dev_type *type;
	int kernel, want;

	if (!node_state(nid, N_MEMORY)) {
		if (!rec->ours || (!closing && hook_has_policy()))
			return 0;
		return driver_is_busy(rec) ? -EAGAIN : restore(nid, rec);
	}
	if (rec->unplaced)
		place(nid);
	type = memtier_type_of(nid);
	if (IS_ERR_OR_NULL(type))
		return PTR_ERR_OR_ZERO(type);
	record_update(rec, type);
	count_new_owners(nid, rec);
	kernel = stock_adistance(rec, type);
	want = want_of(nid, kernel);
	if (in_place(rec, type, kernel, want))
		return 0;
	return driver_is_busy(rec) ? -EAGAIN : move_timed(nid, rec, type, kernel, want);
}

/* As the kfunc tierbpf_retier() for one node. */
int retier_node(int nid)
{
	int ret;

	if (nid < 0 || nid >= nr_node_ids)
		return -EINVAL;
	lock();
	ret = retier_locked(nid);
	prune_own_types();
	unlock();
	if (ret == -EAGAIN)
		later(nid);
	return ret;
}

/* Every node. Returns how many were moved, or the first -errno; the rest is still done. */
int retier_all(void)
{
	int nid, moved = 0, err = 0;

	for_each_node(nid) {
		int ret = retier_node(nid);

		if (ret > 0)
			moved += ret;
		else
			err = err ?: ret;
	}
	return err ?: moved;
}

static void retier_pending(struct work_struct *work)
{
	int nid;

	for_each_set_bit(nid, pending, MAX_NUMNODES)
		if (test_and_clear_bit(nid, pending))
			retier_node(nid);
}

static void kick(struct irq_work *work)
{
	if (!READ_ONCE(closing))
		mod_delayed_work(queue, &retier_work, 0);
}

static DEFINE_IRQ_WORK(retier_kick, kick);

/* Asks for a retier of @nid, all nodes if negative. From any context. 0 or -EINVAL. */
int retier_queue(int nid)
{
	int i;

	if (nid >= (int)nr_node_ids)
		return -EINVAL;
	for_each_node(i)
		if (nid < 0 || nid == i)
			set_bit(i, pending);
	irq_work_queue(&retier_kick);
	return 0;
}

/* As the kfunc tierbpf_ask(). */
int retier_ask(int nid, struct tierbpf_answer *answer)
{
	struct memory_dev_type *type = NULL;
	int ret = -ENOENT;

	if (nid < 0 || nid >= nr_node_ids)
		return -EINVAL;
	lock();
	if (node_state(nid, N_MEMORY))
		type = memtier_type_of(nid);
	if (!IS_ERR_OR_NULL(type)) {
		record_update(&records[nid], type);
		hook_ask(nid, stock_adistance(&records[nid], type), answer);
		ret = 0;
	}
	unlock();
	return ret;
}

/* Called first of all when a node is about to enter or to leave its tier. */
void retier_hotplug_begin(void)
{
	mutex_lock(&retier_lock); /* waits for a move that is under way */
	WRITE_ONCE(hotplug_runs, true);
	mutex_unlock(&retier_lock);
}

static void driver_expected(struct node_record *rec)
{
	WRITE_ONCE(rec->driver_until, jiffies + DRIVER_GRACE);
	WRITE_ONCE(rec->driver_busy, true);
}

/* Called after all others. */
void retier_hotplug_end(int nid, bool has_memory)
{
	if (has_memory) {
		WRITE_ONCE(records[nid].driver_busy, false);
		if (!READ_ONCE(closing))
			retier_queue(nid);
	} else {
		driver_expected(&records[nid]);
	}
	WRITE_ONCE(hotplug_runs, false);
	wake_up_all(&hotplug_ended);
}

/* Between the two above, without a lock: memory-tiers places @nid by our answer. */
void retier_placed_by_answer(int nid, const struct tierbpf_answer *answer)
{
	records[nid].answered = answer->adistance;
	if (!records[nid].ours)
		records[nid].kernel_adistance = answer->node.kernel_adistance;
	report(TIERBPF_EVENT_ANSWERED, nid, answer->node.kernel_adistance, answer->adistance, 0);
}

/*
 * A driver (dax/kmem) asks because it will add memory to @nid. Where our type
 * holds the slot it will not be counted as an owner, though it takes its share
 * of the count away when it leaves: count it for it.
 */
void retier_driver_asks(int nid)
{
	struct node_record *rec = &records[nid];

	driver_expected(rec);
	if (node_state(nid, N_MEMORY) && READ_ONCE(rec->ours)) {
		atomic_inc(&rec->new_owners);
		retier_queue(nid);
	}
}

int retier_init(void)
{
	records = kvcalloc(nr_node_ids, sizeof(*records), GFP_KERNEL);
	queue = alloc_ordered_workqueue("tierbpf", 0);
	if (records && queue)
		return 0;
	retier_exit();
	return -ENOMEM;
}

/* Every node back to the kernel's own tier; no question is answered any more. */
void retier_exit(void)
{
	int i;

	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	if (queue)
		cancel_delayed_work_sync(&retier_work);
	for (i = 0; records && retier_all() == -EAGAIN && i < 20; i++)
		msleep(jiffies_to_msecs(DRIVER_GRACE) / 4);
	irq_work_sync(&retier_kick);
	if (queue)
		destroy_workqueue(queue);
	mt_put_memory_types(&own_types);
	kvfree(records);
}
