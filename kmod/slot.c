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
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#include "kmod.h"

static struct slot *slots;
static struct mutex *memory_tier_lock;

/*
 * register_kprobe() looks the name up before it refuses to probe what is not code, and
 * leaves the address behind (5.x to 7.3). kallsyms_lookup_name() is not exported, and
 * a call of it through a pointer would trap where IBT is on.
 */
static void *address_of(const char *name)
{
	struct kprobe lookup = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&lookup);

	if (!err)
		unregister_kprobe(&lookup);
	if (err != -EINVAL || !lookup.addr) {
		pr_err("%s not found; the kernel needs CONFIG_KALLSYMS_ALL and mm/memory-tiers.c as known\n",
		       name);
		return NULL;
	}
	return lookup.addr;
}

struct slot slot_read(int nid)
{
	struct slot slot;

	mutex_lock(memory_tier_lock);
	slot = slots[nid];
	mutex_unlock(memory_tier_lock);
	return slot;
}

void slot_write(int nid, struct memory_dev_type *type, int count)
{
	struct slot before;

	mutex_lock(memory_tier_lock);
	before = slots[nid];
	if (type && count > 0)
		kref_get(&type->kref);
	slots[nid].type = type;
	slots[nid].count = count;
	mutex_unlock(memory_tier_lock);
	if (before.type && before.count > 0)
		put_memory_type(before.type);
}

bool slot_repair(int nid)
{
	struct memory_dev_type *type = memtier_type_of(nid);
	struct slot slot = slot_read(nid);

	if (IS_ERR_OR_NULL(type) || (slot.type == type && slot.count > 0))
		return false;
	slot_write(nid, type, 1);
	return true;
}

/* What is taken for the slot of @nid changes as the exported functions change the slot. */
static bool slot_follows(int nid, struct memory_dev_type *type)
{
	struct slot before = slot_read(nid), given, cleared;

	if (before.type != type || before.count <= 0)
		return false;
	init_node_memory_type(nid, type);
	given = slot_read(nid);
	clear_node_memory_type(nid, type);
	cleared = slot_read(nid);
	return given.type == type && given.count == before.count + 1 &&
	       cleared.type == type && cleared.count == before.count;
}

static bool slots_are_known(void)
{
	struct slot copy;
	int nid;

	if (copy_from_kernel_nofault(&copy, &slots[nr_node_ids - 1], sizeof(copy)))
		return false;
	for_each_node_state(nid, N_MEMORY) {
		struct memory_dev_type *type = memtier_type_of(nid);

		if (!IS_ERR_OR_NULL(type) && slot_follows(nid, type))
			return true;
	}
	return false;
}

int slot_init(void)
{
	slots = address_of("node_memory_types");
	memory_tier_lock = address_of("memory_tier_lock");
	if (!slots || !memory_tier_lock)
		return -EOPNOTSUPP;
	if (slots_are_known())
		return 0;
	pr_err("node_memory_types of this kernel is not laid out as known\n");
	return -EOPNOTSUPP;
}
