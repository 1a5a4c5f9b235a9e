// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slot of each node, node_memory_types[nid] of mm/memory-tiers.c: the memory
 * type by which the node joins a tier, and how many drivers gave it (map_count).
 *
 * The kernel exports neither the array nor its lock. Clearing a slot to find out what is
 * in it would drop a reference that the slot may never have taken. So this file looks both
 * up by name, and reads and writes the array in place, under the kernel's own lock. As in
 * the kernel, a slot holds one reference to its type while its count is positive.
 */
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

bool slot_test_layout(int nid, struct memory_dev_type *type)
{
	struct slot before, given, cleared;

	if (copy_from_kernel_nofault(&before, &slots[nr_node_ids - 1], sizeof(before)))
		return false;
	before = slot_read(nid);
	/* The test would drop a reference that an unsound slot does not hold. */
	if (before.type ? before.type != type || before.count <= 0 : before.count)
		return false;
	init_node_memory_type(nid, type);
	given = slot_read(nid);
	clear_node_memory_type(nid, type);
	cleared = slot_read(nid);
	return given.type == type && given.count == before.count + 1 &&
	       cleared.type == before.type && cleared.count == before.count;
}

int slot_init(void)
{
	slots = probe_find_data("node_memory_types");
	memory_tier_lock = probe_find_data("memory_tier_lock");
	return slots && memory_tier_lock ? 0 : -EOPNOTSUPP;
}
