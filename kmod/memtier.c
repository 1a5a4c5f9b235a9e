// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mechanics of mm/memory-tiers.c, through what it exports.
 *
 * The kernel keeps for each node a slot (node_memory_types[nid]): a memory
 * type, and how many owners gave it (map_count; one per kmem device). Neither
 * can be read from outside; this file finds out by what the exported functions
 * do to the reference count of a type.
 *
 * All of it runs under retier_lock.
 */
#include <linux/err.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "kmod.h"

/* More memory types or owners than any machine has: the layout is not what we think. */
#define MANY 65536

#define read_kernel(dst, src) copy_from_kernel_nofault(dst, src, sizeof(*(dst)))

/*
 * The memory type through which @nid is part of its tier; NULL where it has no
 * tier, an ERR_PTR where the kernel's data do not look as expected. The type
 * stays while the caller holds retier_lock and no hotplug is being carried out.
 */
struct memory_dev_type *memtier_type_of(int nid)
{
	struct memory_tier_head tier, *at;
	struct memory_dev_type type;
	struct list_head *pos;
	int i;

	at = (void *)rcu_access_pointer(NODE_DATA(nid)->memtier);
	if (!at)
		return NULL;
	if (read_kernel(&tier, at) || tier.adistance_start % MEMTIER_CHUNK_SIZE)
		return ERR_PTR(-EOPNOTSUPP);

	pos = tier.memory_types.next;
	for (i = 0; i < MANY && pos != &at->memory_types; i++) {
		struct memory_dev_type *found =
			container_of(pos, struct memory_dev_type, tier_sibling);

		if (read_kernel(&type, found) ||
		    round_down(type.adistance, MEMTIER_CHUNK_SIZE) != tier.adistance_start)
			break;
		if (node_isset(nid, type.nodes))
			return found;
		pos = type.tier_sibling.next;
	}
	return ERR_PTR(-EOPNOTSUPP);
}

/* 0 if the memory type of every node with memory can be told, -EOPNOTSUPP if not. */
int memtier_check_layout(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		if (IS_ERR(memtier_type_of(nid)))
			return -EOPNOTSUPP;
	return 0;
}

/* Puts @probe into the slot if that is empty; tells by the reference that this takes. */
static bool slot_takes(int nid, struct memory_dev_type *probe)
{
	unsigned int before = kref_read(&probe->kref);

	init_node_memory_type(nid, probe);
	return kref_read(&probe->kref) != before;
}

/*
 * A node whose slot is empty while it is part of a tier would crash the kernel
 * when it goes offline (clear_node_memory_tier() follows a NULL type); stock
 * kernels get there when a kmem device that was never counted is removed.
 * Gives the slot its type back. 0, or -ENOMEM.
 */
int memtier_heal_slot(int nid, struct memory_dev_type *type)
{
	struct memory_dev_type *probe = alloc_memory_type(0);

	if (IS_ERR(probe))
		return PTR_ERR(probe);
	if (slot_takes(nid, probe)) {
		clear_node_memory_type(nid, probe);
		init_node_memory_type(nid, type);
		pr_warn("node %d had lost its memory type; it was given back\n", nid);
	}
	put_memory_type(probe);
	return 0;
}

/*
 * Replaces type @from in the slot of @nid by @to (NULL: leaves it empty), with
 * the same number of owners, at most @max (0: any). Returns this number; 0 if
 * the slot was empty already. -EBUSY if the slot holds another type than
 * @from, -ENOMEM: then it is as it was. An empty slot is never cleared: its
 * count would go to -1 and stay there.
 */
int memtier_swap_slot(int nid, struct memory_dev_type *from, struct memory_dev_type *to, int max)
{
	struct memory_dev_type *probe = alloc_memory_type(0);
	int owners = 0, i;

	if (IS_ERR(probe))
		return PTR_ERR(probe);
	while (!slot_takes(nid, probe)) {
		if (owners == (max ?: MANY)) {
			owners = -EBUSY;
			goto out;
		}
		clear_node_memory_type(nid, from);
		owners++;
	}
	clear_node_memory_type(nid, probe);
	for (i = 0; to && i < owners; i++)
		init_node_memory_type(nid, to);
out:
	put_memory_type(probe);
	return owners;
}
