// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of each node, how it is moved, and the way back.
 *
 * A node is moved by taking it out of its tier, replacing the memory type in
 * its slot, and adding it again: no page moves (memtier.c, slot.c). The kernel's
 * own type is kept by reference while ours stands in for it, with the same count, and
 * goes back when the policy agrees with the kernel again or is gone.
 *
 * All of it runs under retier_lock, but for what memory-tiers calls.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
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

void node_update(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &nodes[nid];

	if (rec->ours && rec->ours != type)
		record_clear(rec);
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
 * A node leaves its tier by the type in its slot. Where that is none, the kernel
 * crashes (clear_node_memory_tier() follows it); where it is another than the one by
 * which the node came, that one keeps the node, and is freed while its tier still
 * lists it. Stock kernels get there by devices that were not counted.
 */
void node_repair_slot(int nid)
{
	if (slot_repair(nid))
		pr_warn("node %d had lost its memory type, as stock kernels let drivers do; it was given back\n",
			nid);
}

void node_repair_slots(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		node_repair_slot(nid);
}

/*
 * A device is counted where its type is the one in the slot, be it that ours stands in
 * for it. A type that is in a slot with a count of 0 or less came there before us, without
 * a reference, and may be gone: where no tier has it either, it is not looked at.
 */
void node_driver_came(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &nodes[nid];
	struct slot slot;

	rec->alone = false;
	slot_lock();
	slot = slot_get(nid);
	if (!slot.type || (slot.count <= 0 && !memtier_is_placed(nid)))
		slot_set(nid, type, 1);
	else if (slot.type == type || (rec->ours && slot.type == rec->ours && type == rec->stock))
		slot_set(nid, slot.type, max(slot.count, 0) + 1);
	slot_unlock();
}

/*
 * The last device takes the type with it, but not that of a node which is in a tier by
 * it: such a device was not counted when it came.
 */
void node_driver_left(int nid, struct memory_dev_type *type)
{
	struct node_record *rec = &nodes[nid];
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
		record_clear(rec);
	slot_unlock();
}

/* The kernel, which could not allocate the tier, leaves @nid among its type's nodes for good. */
static void check_unplaced(int nid)
{
	nodes[nid].unplaced = node_state(nid, N_MEMORY) && !memtier_is_placed(nid);
	if (nodes[nid].unplaced)
		slot_unset_node(nid);
}

int node_place(int nid)
{
	memtier_add(nid);
	check_unplaced(nid);
	return nodes[nid].unplaced ? -ENOMEM : 0;
}

static void node_leave_tier(int nid)
{
	node_repair_slot(nid);
	memtier_remove(nid);
}

/*
 * memory-tiers puts a node among the DRAM if it cannot allocate a type for the
 * kernel's own answer, and leaves it there. Such a type counts as ours: it is to go.
 */
static int adopt_fallback(int nid, struct node_record *rec)
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

void node_give_back(int nid, struct node_record *rec)
{
	struct slot slot = slot_read(nid);

	if (slot.type == rec->ours)
		slot_write(nid, rec->stock, rec->stock ? slot.count : 0);
	record_clear(rec);
}

void node_leave_for_home(int nid, struct node_record *rec)
{
	rec->asks = !rec->stock;
	node_leave_tier(nid);
	node_give_back(nid, rec);
}

int node_leave(int nid, struct node_record *rec, int want)
{
	struct memory_dev_type *to, *from = memtier_type_of(nid);

	if (IS_ERR_OR_NULL(from))
		return from ? PTR_ERR(from) : -EAGAIN;
	/* Only the tier shows: one type for each keeps their number low. */
	to = mt_find_alloc_memory_type(tierbpf_tier_centre(tierbpf_tier(want)), &own_types);
	if (IS_ERR(to))
		return PTR_ERR(to);
	type_get(from); /* the slot's may be the last */
	node_leave_tier(nid);
	slot_write(nid, to, max(slot_read(nid).count, 1));
	type_get(to);
	if (rec->ours) {
		put_memory_type(rec->ours);
		put_memory_type(from);
	} else {
		rec->stock = from;
	}
	rec->ours = to;
	return 0;
}

int node_enter(int nid, struct node_record *rec)
{
	struct slot before = slot_read(nid), after;
	int err = node_place(nid);

	after = slot_read(nid);
	/* memory-tiers counts its type for DRAM once more whenever it places a node by it. */
	if (rec->home && before.type && after.type == before.type)
		slot_write(nid, after.type, before.count);
	return !err && rec->home && rec->asks ? adopt_fallback(nid, rec) : err;
}

void node_adopt(int nid, struct node_record *rec)
{
	struct memory_dev_type *type = memtier_type_of(nid);

	check_unplaced(nid);
	if (!rec->answered || rec->unplaced)
		return;
	rec->answered = false;
	if (IS_ERR_OR_NULL(type))
		return;
	record_clear(rec);
	type_get(type);
	rec->ours = type;
}

void node_forget(int nid, struct node_record *rec, struct memory_dev_type *type)
{
	struct slot slot = slot_read(nid);

	if (!rec->alone || slot.type != type || slot.count != 1)
		return;
	slot_write(nid, NULL, 0);
	record_clear(rec);
}

void node_placed_by_answer(int nid, int kernel_adistance, int adistance)
{
	nodes[nid].answered = true;
	nodes[nid].kernel_adistance = kernel_adistance;
	hook_report(TIERBPF_EVENT_ANSWERED, nid, kernel_adistance, adistance, 0);
}

static int mib_of(int nid)
{
	return (int)(hook_bytes_of(nid) >> 20);
}

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
