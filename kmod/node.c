// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of each node, how it is moved, and the way back.
 *
 * A node is moved by taking it out of its tier, replacing the memory type in
 * its slot, and adding it again: no page moves (memtier.c, hotplug.c). The
 * kernel's own type is kept by reference while ours stands in for it, and goes
 * back when the policy agrees with the kernel again or is gone.
 *
 * All of it runs under retier_lock, but for what drivers and memory-tiers call.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <tierbpf/adistance.h>

#include "kmod.h"

struct node_record *nodes;
static LIST_HEAD(own_types);

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
void node_prune_types(void)
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
void node_count_new_owners(int nid, struct node_record *rec)
{
	int n = atomic_xchg(&rec->new_owners, 0);

	/* Without memory, an empty slot is for others; with it, one that left has been faster. */
	if (!n || !rec->ours || (!memtier_is_placed(nid) && memtier_slot_is_empty(nid)))
		return;
	rec->owners += n;
	while (n--)
		init_node_memory_type(nid, rec->ours);
}

/* Brings the record in line with what happened to the node, which is in @type. */
void node_update(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &nodes[nid];

	if (rec->ours && rec->ours != type)
		record_clear(rec); /* its owners took it away, and others came */
	node_count_new_owners(nid, rec);
}

int node_stock_adistance(const struct node_record *rec, const struct memory_dev_type *type)
{
	if (!rec->ours)
		return type->adistance;
	return rec->stock ? rec->stock->adistance : rec->kernel_adistance;
}

bool node_driver_is_busy(const struct node_record *rec)
{
	return time_before64(get_jiffies_64(), READ_ONCE(rec->driver_until));
}

bool node_is_held(const struct node_record *rec)
{
	return rec->held && time_before64(get_jiffies_64(), rec->moves_until);
}

/* False if this move is one too many: then the node is held. */
bool node_count_move(struct node_record *rec)
{
	u64 now = get_jiffies_64();

	if (!time_before64(now, rec->moves_until)) {
		rec->moves_until = now + msecs_to_jiffies(TIERBPF_MOVES_MS);
		rec->moves = 0;
	}
	rec->held = rec->moves >= TIERBPF_MOVES;
	rec->moves++;
	return !rec->held;
}

/* 0, or -ENOMEM: adding a node to its tier allocates the tier. It is tried again later. */
int node_place(int nid)
{
	hotplug_add_to_tier(nid);
	nodes[nid].unplaced = node_state(nid, N_MEMORY) && !memtier_is_placed(nid);
	return nodes[nid].unplaced ? -ENOMEM : 0;
}

static void leave_tier(int nid)
{
	memtier_heal_slot(nid);
	hotplug_remove_from_tier(nid);
}

/*
 * memory-tiers puts a node among the DRAM if it cannot allocate a type for the
 * kernel's own answer, and leaves it there. Such a type counts as ours: it is to go.
 */
static int node_fell_back(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);
	int adistance = MEMTIER_ADISTANCE_DRAM;

	mt_calc_adistance(nid, &adistance);
	if (IS_ERR_OR_NULL(type) || tierbpf_tier(type->adistance) == tierbpf_tier(adistance))
		return 0;
	rec->answered = true;
	rec->kernel_adistance = adistance;
	node_adopt(nid, rec);
	return -ENOMEM;
}

/* Of a node without memory: its slot may have been emptied and filled by others since. */
void node_give_back(int nid, struct node_record *rec)
{
	memtier_swap_slot(nid, rec->ours, rec->stock, rec->owners);
	record_clear(rec);
}

/* Out of our tier, and back to the kernel's own type, with as many owners. */
void node_leave_for_home(int nid, struct node_record *rec)
{
	leave_tier(nid);
	rec->owners_at_home = memtier_swap_slot(nid, rec->ours, rec->stock, 0);
	rec->asks = !rec->stock && rec->owners_at_home >= 0;
	record_clear(rec);
}

/* Out of its tier, to a type of ours. -errno: the slot is as it was, the node perhaps in no tier. */
int node_leave(int nid, struct node_record *rec, int want)
{
	struct memory_dev_type *to, *from = memtier_type_of(nid);
	int owners;

	/* Only the tier shows: one type for each keeps their number low. */
	to = mt_find_alloc_memory_type(tierbpf_tier_centre(tierbpf_tier(want)), &own_types);
	if (IS_ERR(to))
		return PTR_ERR(to);
	type_get(from); /* the slot's may be the last */
	leave_tier(nid);
	owners = memtier_swap_slot(nid, from, to, 0);
	if (owners < 0) {
		put_memory_type(from);
		return owners;
	}
	type_get(to);
	if (rec->ours) {
		put_memory_type(rec->ours);
		put_memory_type(from);
	} else {
		rec->stock = from;
	}
	rec->owners = owners;
	/* From here on, drivers that ask are counted. */
	WRITE_ONCE(rec->ours, to);
	return 0;
}

/* Into the tier of the type that is in its slot now. */
int node_enter(int nid, struct node_record *rec)
{
	int err = node_place(nid);

	/* memory-tiers gives its own types one more owner whenever it places a node. */
	if (rec->home)
		memtier_set_owners(nid, rec->owners_at_home);
	return !err && rec->home && rec->asks ? node_fell_back(nid, rec) : err;
}

void node_driver_expected(struct node_record *rec)
{
	WRITE_ONCE(rec->driver, current);
	WRITE_ONCE(rec->driver_until, get_jiffies_64() + DRIVER_GRACE);
}

/*
 * memory-tiers has placed the node. Where it stands by our answer, take note of the
 * type, to give it back one day; where the tier could not be allocated, of that.
 */
void node_adopt(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);

	rec->unplaced = !type && node_state(nid, N_MEMORY);
	if (!rec->answered || rec->unplaced)
		return;
	rec->answered = false;
	if (IS_ERR_OR_NULL(type))
		return;
	record_clear(rec);
	type_get(type);
	rec->owners = 1;
	WRITE_ONCE(rec->ours, type);
}

/*
 * The last memory, of @type, has gone. memory-tiers would use the slot as it is when
 * memory comes again, though policy or facts may be others by then: where the slot is
 * its alone, it is emptied, so that it asks. A driver would take its share away itself.
 */
void node_forget(int nid, struct node_record *rec, struct memory_dev_type *type)
{
	if (READ_ONCE(rec->alone) && !IS_ERR_OR_NULL(type) && memtier_swap_slot(nid, type, NULL, 1) == 1)
		record_clear(rec);
}

/* With memory_tier_lock held: memory-tiers takes our answer. */
void node_placed_by_answer(int nid, int kernel_adistance, int adistance)
{
	nodes[nid].answered = true;
	nodes[nid].kernel_adistance = kernel_adistance;
	hook_report(TIERBPF_EVENT_ANSWERED, nid, kernel_adistance, adistance, 0);
}

/*
 * A driver (dax/kmem) asks because it will add memory to @nid. Where our type
 * holds the slot it will not be counted as an owner, though it takes its share
 * of the count away when it leaves: count it for it. One whose probe then fails
 * has been counted too often; the node keeps its memory type a while longer.
 */
void node_driver_asks(int nid)
{
	struct node_record *rec = &nodes[nid];

	node_driver_expected(rec);
	WRITE_ONCE(rec->alone, false);
	if (READ_ONCE(rec->ours)) {
		atomic_inc(&rec->new_owners);
		retier_queue(nid);
	}
}

static int mib_of(int nid)
{
	return (int)(hook_bytes_of(nid) >> 20);
}

/* Says how much memory the node has, if that has changed. */
void node_report_memory(int nid)
{
	int before = nodes[nid].mib;

	nodes[nid].mib = mib_of(nid);
	if (nodes[nid].mib != before)
		hook_report(TIERBPF_EVENT_MEMORY, nid, before, nodes[nid].mib, 0);
}

int node_init(void)
{
	int nid;

	nodes = kvcalloc(nr_node_ids, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;
	for_each_node(nid)
		nodes[nid].mib = mib_of(nid);
	return 0;
}

void node_exit(void)
{
	mt_put_memory_types(&own_types);
	kvfree(nodes);
}
