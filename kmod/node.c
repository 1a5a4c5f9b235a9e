// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of each node: how the node is moved between tiers, and the way back.
 *
 * To move a node, this file takes it out of its tier, replaces the memory type in its
 * slot, and adds it again; no page moves (memtier.c, slot.c). While one of our types stands
 * in for the kernel's own type, the record holds a reference to the latter. It goes back
 * into the slot, with the same count, when the policy agrees with the kernel again or is
 * gone.
 *
 * All of it runs under retier_lock, except for what memory-tiers itself calls.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <tierbpf/adistance.h>

#include "kmod.h"

struct node_record *node_records;
static LIST_HEAD(own_types);

static void get_type(struct memory_dev_type *type)
{
	kref_get(&type->kref);
}

static void put_types(struct node_record *rec)
{
	if (rec->ours)
		put_memory_type(rec->ours);
	if (rec->stock)
		put_memory_type(rec->stock);
	rec->ours = NULL;
	rec->stock = NULL;
}

void node_prune_types(void)
{
	struct memory_dev_type *type, *next;

	list_for_each_entry_safe(type, next, &own_types, list) {
		if (kref_read(&type->kref) > 1 || !nodes_empty(type->nodes))
			continue;
		list_del(&type->list);
		put_memory_type(type);
	}
}

void node_forget_stale_type(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &node_records[nid];

	if (rec->ours && rec->ours != type)
		put_types(rec);
}

int node_stock_adistance(const struct node_record *rec, const struct memory_dev_type *type)
{
	if (!rec->ours)
		return type->adistance;
	return rec->stock ? rec->stock->adistance : rec->kernel_adistance;
}

bool node_is_held(const struct node_record *rec)
{
	return rec->moves > TIERBPF_MOVES && time_before64(get_jiffies_64(), rec->moves_until);
}

void node_count_move(struct node_record *rec)
{
	u64 now = get_jiffies_64();

	if (!time_before64(now, rec->moves_until)) {
		rec->moves_until = now + msecs_to_jiffies(TIERBPF_MOVES_MS);
		rec->moves = 0;
	}
	rec->moves++;
}

/*
 * The kernel takes a node out of its tier by the type in the node's slot. If the slot is
 * empty, the kernel crashes (clear_node_memory_tier() follows the pointer). If the slot
 * holds another type than the one by which the node came, that one keeps the node, and is
 * freed while its tier still lists it. Stock kernels get there when a driver's devices
 * were not all counted.
 */
void node_repair_slot(int nid)
{
	struct memory_dev_type *type;
	struct slot slot;
	bool is_wrong;

	slot_lock();
	type = memtier_type_locked(nid);
	slot = slot_get(nid);
	is_wrong = !IS_ERR_OR_NULL(type) && (slot.type != type || slot.count <= 0);
	if (is_wrong)
		slot_set(nid, type, 1);
	slot_unlock();
	if (is_wrong)
		pr_warn("node %d had lost its memory type, which happens on stock kernels when drivers leave; repaired\n",
			nid);
}

void node_repair_slots(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		node_repair_slot(nid);
}

/*
 * A device is counted if its type is the one in the slot, or the one that ours stands in
 * for. A type in a slot with a count of 0 or less has been there since before this module
 * was loaded. The slot holds no reference to it, so it may have been freed: unless the
 * node is in a tier by it, do not touch it.
 */
void node_driver_came(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &node_records[nid];
	struct slot slot;

	rec->no_driver = false;
	slot_lock();
	slot = slot_get(nid);
	if (!slot.type || (slot.count <= 0 && !memtier_is_placed(nid)))
		slot_set(nid, type, 1);
	else if (slot.type == type || (rec->ours && slot.type == rec->ours && type == rec->stock))
		slot_set(nid, slot.type, max(slot.count, 0) + 1);
	slot_unlock();
}

/*
 * The last device that leaves empties the slot, unless the node is still in a tier by the
 * slot's type: then the memory of another device, which was not counted, is still online.
 */
void node_driver_left(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &node_records[nid];
	struct slot slot;

	if (type && rec->ours && type == rec->stock)
		type = rec->ours;
	slot_lock();
	slot = slot_get(nid);
	if (slot.type && (!type || type == slot.type)) {
		if (slot.count > 1)
			slot_set(nid, slot.type, slot.count - 1);
		else if (!memtier_is_placed(nid))
			slot_set(nid, NULL, 0);
	}
	if (rec->ours && !slot_get(nid).type)
		put_types(rec);
	slot_unlock();
}

/* If the kernel cannot allocate a tier, it still lists the node among its type's nodes. */
static void remove_from_type(int nid)
{
	struct slot slot;

	slot_lock();
	slot = slot_get(nid);
	if (!memtier_is_placed(nid) && slot.type)
		node_clear(nid, slot.type->nodes);
	slot_unlock();
}

static void update_unplaced(int nid)
{
	node_records[nid].unplaced = node_state(nid, N_MEMORY) && !memtier_is_placed(nid);
	if (node_records[nid].unplaced)
		remove_from_type(nid);
}

int node_place(int nid)
{
	memtier_add(nid);
	update_unplaced(nid);
	return node_records[nid].unplaced ? -ENOMEM : 0;
}

static void remove_from_tier(int nid)
{
	node_repair_slot(nid);
	memtier_remove(nid);
}

/*
 * If memory-tiers cannot allocate a type for the kernel's own answer, it falls back to
 * DRAM's type, and the node would stay there. Recording that type as ours makes the next
 * retier move the node.
 */
static int record_fallback(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);
	int adistance = MEMTIER_ADISTANCE_DRAM;

	mt_calc_adistance(nid, &adistance);
	if (IS_ERR_OR_NULL(type) || tierbpf_tier(type->adistance) == tierbpf_tier(adistance))
		return 0;
	rec->answered = true;
	rec->kernel_adistance = adistance;
	node_record_placement(nid, rec);
	return -ENOMEM;
}

void node_restore_stock(int nid, struct node_record *rec)
{
	struct slot slot = slot_read(nid);

	if (slot.type == rec->ours)
		slot_write(nid, rec->stock, rec->stock ? slot.count : 0);
	put_types(rec);
}

void node_leave_for_stock(int nid, struct node_record *rec)
{
	rec->asks_kernel = !rec->stock;
	remove_from_tier(nid);
	node_restore_stock(nid, rec);
}

int node_leave_for_ours(int nid, struct node_record *rec, int want)
{
	struct memory_dev_type *to, *from = memtier_type_of(nid);

	if (IS_ERR_OR_NULL(from))
		return from ? PTR_ERR(from) : -EAGAIN;
	/* Only the tier is visible, so one type for each tier is enough. */
	to = mt_find_alloc_memory_type(tierbpf_tier_centre(tierbpf_tier(want)), &own_types);
	if (IS_ERR(to))
		return PTR_ERR(to);
	get_type(from); /* the slot's reference, which goes now, may be the last */
	remove_from_tier(nid);
	slot_write(nid, to, max(slot_read(nid).count, 1));
	get_type(to);
	if (rec->ours) {
		put_memory_type(rec->ours);
		put_memory_type(from);
	} else {
		rec->stock = from;
	}
	rec->ours = to;
	return 0;
}

int node_join_tier(int nid, struct node_record *rec)
{
	struct slot before = slot_read(nid), after;
	int err = node_place(nid);

	after = slot_read(nid);
	/* memory-tiers adds to the count of DRAM's type whenever it places a node by it. */
	if (rec->to_stock && before.type && after.type == before.type)
		slot_write(nid, after.type, before.count);
	return !err && rec->to_stock && rec->asks_kernel ? record_fallback(nid, rec) : err;
}

void node_record_placement(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);

	update_unplaced(nid);
	if (!rec->answered || rec->unplaced)
		return;
	rec->answered = false;
	if (IS_ERR_OR_NULL(type))
		return;
	put_types(rec);
	get_type(type);
	rec->ours = type;
}

void node_empty_slot(int nid, struct node_record *rec, struct memory_dev_type *type)
{
	struct slot slot = slot_read(nid);

	if (!rec->no_driver || slot.type != type || slot.count != 1)
		return;
	slot_write(nid, NULL, 0);
	put_types(rec);
}

void node_placed_by_answer(int nid, int kernel_adistance, int adistance)
{
	node_records[nid].answered = true;
	node_records[nid].kernel_adistance = kernel_adistance;
	hook_report(TIERBPF_EVENT_ANSWERED, nid, kernel_adistance, adistance, 0);
}

static int online_mib(int nid)
{
	return (int)(hook_bytes_of(nid) >> 20);
}

void node_report_memory(int nid)
{
	int before = node_records[nid].mib;

	node_records[nid].mib = online_mib(nid);
	if (node_records[nid].mib != before)
		hook_report(TIERBPF_EVENT_MEMORY, nid, before, node_records[nid].mib, 0);
}

int node_init(void)
{
	int nid;

	node_records = kvcalloc(nr_node_ids, sizeof(*node_records), GFP_KERNEL);
	if (!node_records)
		return -ENOMEM;
	for_each_node(nid)
		node_records[nid].mib = online_mib(nid);
	return 0;
}

void node_exit(void)
{
	mt_put_memory_types(&own_types);
	kvfree(node_records);
}
