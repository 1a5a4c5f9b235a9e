// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slot of each node, node_memory_types[nid] of mm/memory-tiers.c: the memory
 * type by which the node joins a tier, and how often drivers gave it (map_count).
 *
 * Neither the array nor its lock is exported, and finding out what is in a slot by
 * clearing it drops references that the slot may never have taken. So both are looked
 * up by name, read and written in place, under the kernel's own lock. A slot holds one
 * reference to its type while its count is positive, as in the kernel.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "kmod.h"

static struct slot *slots;
static struct mutex *memory_tier_lock;

void slot_lock(void)
{
	mutex_lock(memory_tier_lock);
}

void slot_unlock(void)
{
	mutex_unlock(memory_tier_lock);
}

struct slot slot_get(int nid)
{
	return slots[nid];
}

void slot_set(int nid, struct memory_dev_type *type, int count)
{
	struct slot before = slots[nid];

	if (type && count > 0)
		kref_get(&type->kref);
	slots[nid].type = type;
	slots[nid].count = count;
	if (before.type && before.count > 0)
		put_memory_type(before.type);
}

struct slot slot_read(int nid)
{
	struct slot slot;

	slot_lock();
	slot = slot_get(nid);
	slot_unlock();
	return slot;
}

void slot_write(int nid, struct memory_dev_type *type, int count)
{
	slot_lock();
	slot_set(nid, type, count);
	slot_unlock();
}

bool slot_repair(int nid)
{
	struct memory_dev_type *type;
	struct slot slot;
	bool wrong;

	slot_lock();
	type = memtier_find_type(nid);
	slot = slot_get(nid);
	wrong = !IS_ERR_OR_NULL(type) && (slot.type != type || slot.count <= 0);
	if (wrong)
		slot_set(nid, type, 1);
	slot_unlock();
	return wrong;
}

void slot_unset_node(int nid)
{
	slot_lock();
	if (!memtier_is_placed(nid) && slots[nid].type)
		node_clear(nid, slots[nid].type->nodes);
	slot_unlock();
}

/*
 * What is taken for the slot of @nid changes as the exported functions change the slot.
 * Only where they drop no reference that was not taken: a sound slot, or an empty one.
 */
static bool try_slot(int nid, struct memory_dev_type *type)
{
	struct slot before = slot_read(nid), given, cleared;

	if (before.type ? before.type != type || before.count <= 0 : before.count)
		return false;
	init_node_memory_type(nid, type);
	given = slot_read(nid);
	clear_node_memory_type(nid, type);
	cleared = slot_read(nid);
	return given.type == type && given.count == before.count + 1 &&
	       cleared.type == before.type && cleared.count == before.count;
}

int slot_check(void)
{
	struct slot copy;
	int nid, err = copy_from_kernel_nofault(&copy, &slots[nr_node_ids - 1], sizeof(copy));

	for_each_node_state(nid, N_MEMORY) {
		struct memory_dev_type *type = memtier_type_of(nid);

		if (!err && !IS_ERR_OR_NULL(type) && try_slot(nid, type))
			return 0;
	}
	pr_err("node_memory_types of this kernel is not laid out as known\n");
	return -EOPNOTSUPP;
}

int slot_init(void)
{
	slots = probe_find_data("node_memory_types");
	memory_tier_lock = probe_find_data("memory_tier_lock");
	return slots && memory_tier_lock ? 0 : -EOPNOTSUPP;
}
