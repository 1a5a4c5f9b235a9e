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

/* How often a removed module tries to restore, a quarter of DRIVER_GRACE apart. */
#define RESTORE_TRIES 40

struct node_record {
	/* In the slot because of us; NULL: the slot is the kernel's. Reference held. */
	struct memory_dev_type *ours;
	/* What was there before. NULL: the kernel placed the node by our answer. Reference held. */
	struct memory_dev_type *stock;
	int owners; /* of @ours, as far as we know */
	int kernel_adistance; /* the kernel's own; only where @stock is NULL */
	bool answered; /* memory-tiers is placing the node by our answer */
	bool unplaced; /* has memory and is in no tier: place() failed */
	atomic_t new_owners; /* drivers that came while the slot held @ours */
	u64 driver_until; /* jiffies64; DRIVER_GRACE */
	struct task_struct *driver; /* who asked last */
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

/* Devices that memory-tiers does not count, because they met our type in the slot. */
static void count_new_owners(int nid, struct node_record *rec)
{
	int n = atomic_xchg(&rec->new_owners, 0);

	if (!n || !rec->ours || memtier_slot_is_empty(nid))
		return;
	rec->owners += n;
	while (n--)
		init_node_memory_type(nid, rec->ours);
}

/* Brings the record in line with what happened to the node, which is in @type. */
static void record_update(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &records[nid];

	if (rec->ours && rec->ours != type)
		record_clear(rec); /* its owners took it away, and others came */
	count_new_owners(nid, rec);
}

static int stock_adistance(const struct node_record *rec, const struct memory_dev_type *type)
{
	if (!rec->ours)
		return type->adistance;
	return rec->stock ? rec->stock->adistance : rec->kernel_adistance;
}

static bool driver_is_busy(const struct node_record *rec)
{
	return time_before64(get_jiffies_64(), READ_ONCE(rec->driver_until));
}

/* Looks at @nid again when a driver, or a shortage of memory, may be over. */
static void later(int nid)
{
	set_bit(nid, pending);
	if (!READ_ONCE(closing))
		queue_delayed_work(queue, &retier_work, DRIVER_GRACE / 4);
}

/* 0, or -ENOMEM: adding a node to its tier allocates the tier. It is tried again later. */
static int place(int nid)
{
	hotplug_add_to_tier(nid);
	records[nid].unplaced = node_state(nid, N_MEMORY) && !memtier_is_placed(nid);
	return records[nid].unplaced ? -ENOMEM : 0;
}

static void leave_tier(int nid)
{
	memtier_heal_slot(nid);
	hotplug_remove_from_tier(nid);
}

/* Back to the kernel's own type, with as many owners. */
static int restore(int nid, struct node_record *rec)
{
	bool placed = memtier_is_placed(nid);
	int owners, err;

	if (placed)
		leave_tier(nid);
	/* Without memory, the slot may have been emptied and filled by others since. */
	owners = memtier_swap_slot(nid, rec->ours, rec->stock, placed ? 0 : rec->owners);
	record_clear(rec);
	if (!placed)
		return 0;
	err = place(nid);
	/* memory-tiers gives its own types one more owner whenever it places a node. */
	memtier_set_owners(nid, owners);
	return err;
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
	leave_tier(nid);
	owners = memtier_swap_slot(nid, type, to, 0);
	if (owners < 0)
		return place(nid) ?: owners;
	type_get(to);
	if (rec->ours) {
		put_memory_type(rec->ours);
	} else {
		type_get(type);
		rec->stock = type;
	}
	rec->owners = owners;
	/* From here on, drivers that ask are counted. */
	WRITE_ONCE(rec->ours, to);
	return place(nid);
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
	type = memtier_type_of(nid);
	report(TIERBPF_EVENT_RETIERED, nid, from, IS_ERR_OR_NULL(type) ? want : type->adistance,
	       ktime_get_ns() - start);
	return 1;
}

static int want_of(int nid, int kernel)
{
	return closing || !hook_has_policy() ? kernel : hook_decide(nid, kernel);
}

static bool in_place(const struct node_record *rec, const struct memory_dev_type *type,
		     int kernel, int want)
{
	if (tierbpf_tier(want) == tierbpf_tier(kernel))
		return !rec->ours;
	return tierbpf_tier(want) == tierbpf_tier(type->adistance);
}

/* A node without memory keeps our type while a policy is in force, as it keeps the kernel's. */
static int retier_without_memory(int nid, struct node_record *rec)
{
	if (memtier_is_placed(nid))
		return -EAGAIN; /* its last memory is just leaving */
	count_new_owners(nid, rec);
	if (!rec->ours || (!closing && hook_has_policy()))
		return 0;
	return driver_is_busy(rec) ? -EAGAIN : restore(nid, rec);
}

/* 1: moved, 0: is where it belongs, or -errno. */
static int retier_locked(int nid)
{
	struct node_record *rec = &records[nid];
	struct memory_dev_type *type;
	int kernel, want;

	if (!node_state(nid, N_MEMORY))
		return retier_without_memory(nid, rec);
	if (rec->unplaced && place(nid))
		return -ENOMEM;
	type = memtier_type_of(nid);
	if (IS_ERR_OR_NULL(type)) /* NULL: its first memory is just coming */
		return PTR_ERR_OR_ZERO(type);
	record_update(nid, type);
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
	if (ret == -EAGAIN || ret == -ENOMEM)
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
		record_update(nid, type);
		hook_ask(nid, stock_adistance(&records[nid], type), answer);
		ret = 0;
	}
	unlock();
	return ret;
}

static void driver_expected(struct node_record *rec)
{
	WRITE_ONCE(rec->driver, current);
	WRITE_ONCE(rec->driver_until, get_jiffies_64() + DRIVER_GRACE);
}

/*
 * Called first of all when a node is about to enter (@added) or to leave its
 * tier; waits for a move that is under way. Tells whether memory-tiers will
 * take an answer for the node: it only does where the slot is empty.
 */
bool retier_hotplug_begin(int nid, bool added)
{
	bool empty = false;

	mutex_lock(&retier_lock);
	WRITE_ONCE(hotplug_runs, true);
	if (added) {
		empty = memtier_slot_is_empty(nid);
	} else {
		memtier_heal_slot(nid);
		memtier_drain_readers(nid);
	}
	mutex_unlock(&retier_lock);
	return empty;
}

/* The node stands where we said: take note of the type, to give it back one day. */
static void adopt(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);

	rec->answered = false;
	if (IS_ERR_OR_NULL(type))
		return;
	record_clear(rec);
	type_get(type);
	rec->owners = 1;
	WRITE_ONCE(rec->ours, type);
}

/* Called after all others. */
void retier_hotplug_end(int nid, bool added)
{
	struct node_record *rec = &records[nid];

	mutex_lock(&retier_lock);
	if (rec->answered)
		adopt(nid, rec);
	if (!added)
		driver_expected(rec);
	else if (READ_ONCE(rec->driver) == current)
		WRITE_ONCE(rec->driver_until, 0); /* this was what it asked for */
	WRITE_ONCE(hotplug_runs, false);
	mutex_unlock(&retier_lock);
	wake_up_all(&hotplug_ended);
	if (added)
		retier_queue(nid);
}

/* Between the two above, with memory_tier_lock held: memory-tiers takes our answer. */
void retier_placed_by_answer(int nid, int kernel_adistance, int adistance)
{
	records[nid].answered = true;
	records[nid].kernel_adistance = kernel_adistance;
	report(TIERBPF_EVENT_ANSWERED, nid, kernel_adistance, adistance, 0);
}

/*
 * A driver (dax/kmem) asks because it will add memory to @nid. Where our type
 * holds the slot it will not be counted as an owner, though it takes its share
 * of the count away when it leaves: count it for it. One whose probe then fails
 * has been counted too often; the node keeps its memory type a while longer.
 */
void retier_driver_asks(int nid)
{
	struct node_record *rec = &records[nid];

	driver_expected(rec);
	if (READ_ONCE(rec->ours)) {
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

/* Every node back to the kernel's own tier, and no retier from here on. */
void retier_restore_all(void)
{
	int i;

	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	cancel_delayed_work_sync(&retier_work);
	for (i = 0; retier_all() < 0 && i < RESTORE_TRIES; i++)
		msleep(jiffies_to_msecs(DRIVER_GRACE) / 4);
}

void retier_exit(void)
{
	WRITE_ONCE(closing, true);
	irq_work_sync(&retier_kick);
	cancel_delayed_work_sync(&retier_work);
	if (queue)
		destroy_workqueue(queue);
	mt_put_memory_types(&own_types);
	kvfree(records);
}
