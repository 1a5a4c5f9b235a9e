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
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "kmod.h"

/* More memory types or owners than any machine has: the layout is not what we think. */
#define MANY 4096

/* A type of ours that no node keeps: it tells whether a slot is empty. */
static struct memory_dev_type *probe;

#define read_kernel(dst, src) copy_from_kernel_nofault(dst, src, sizeof(*(dst)))

static struct memory_tier_head *tier_of(int nid)
{
	return (void *)rcu_access_pointer(NODE_DATA(nid)->memtier);
}

/* Is the node part of a tier? Not the same as having memory, while that comes or goes. */
bool memtier_is_placed(int nid)
{
	return NODE_DATA(nid) && tier_of(nid);
}

/* The number of the node's tier, as sysfs shows it; -1: in none. */
int memtier_number(int nid)
{
	int adistance;

	if (!memtier_is_placed(nid) || read_kernel(&adistance, &tier_of(nid)->adistance_start))
		return -1;
	return adistance >> MEMTIER_CHUNK_BITS;
}

/*
 * Calls @visit for the memory types of @tier until it returns false. 0, or
 * -EOPNOTSUPP where the kernel's data do not look as expected.
 */
static int visit_types(struct memory_tier_head *tier,
			 bool (*visit)(struct memory_dev_type *type, void *arg), void *arg)
{
	struct list_head memory_types, *pos;
	struct memory_dev_type copy;
	int i, adistance;

	if (read_kernel(&memory_types, &tier->memory_types) ||
	    read_kernel(&adistance, &tier->adistance_start))
		return -EOPNOTSUPP;
	pos = memory_types.next;
	for (i = 0; i < MANY && pos != &tier->memory_types; i++) {
		struct memory_dev_type *type =
			container_of(pos, struct memory_dev_type, tier_sibling);

		if (read_kernel(&copy, type) ||
		    round_down(copy.adistance, MEMTIER_CHUNK_SIZE) != adistance)
			return -EOPNOTSUPP;
		if (!visit(type, arg))
			return 0;
		pos = copy.tier_sibling.next;
	}
	return i < MANY ? 0 : -EOPNOTSUPP;
}

struct search {
	int nid;
	struct memory_dev_type *found;
};

static bool is_type_of(struct memory_dev_type *type, void *arg)
{
	struct search *search = arg;

	if (node_isset(search->nid, type->nodes))
		search->found = type;
	return !search->found;
}

/*
 * The memory type through which @nid is part of its tier; NULL where it has no
 * tier, an ERR_PTR where the kernel's data do not look as expected. The type
 * stays while the caller holds retier_lock and no hotplug is being carried out.
 */
struct memory_dev_type *memtier_type_of(int nid)
{
	struct memory_tier_head *tier = tier_of(nid);
	struct search search = { .nid = nid };
	int err;

	if (!tier)
		return NULL;
	err = visit_types(tier, is_type_of, &search);
	if (err || !search.found)
		return ERR_PTR(-EOPNOTSUPP);
	return search.found;
}

/* The device of a tier is where we think it is: it has the tier's number. */
static bool device_is_known(struct memory_tier_head *tier)
{
	int adistance;
	u32 id;

	return !read_kernel(&adistance, &tier->adistance_start) &&
	       !read_kernel(&id, &tier->dev.id) && id == adistance >> MEMTIER_CHUNK_BITS;
}

/* 0 if tier and memory type of every node with memory can be told, -EOPNOTSUPP if not. */
int memtier_check_layout(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		if (IS_ERR(memtier_type_of(nid)) || (tier_of(nid) && !device_is_known(tier_of(nid))))
			return -EOPNOTSUPP;
	return 0;
}

static bool has_no_other(struct memory_dev_type *type, void *arg)
{
	struct search *search = arg;
	int nid;

	for_each_node_mask(nid, type->nodes)
		if (nid != search->nid)
			search->found = type;
	return !search->found;
}

/*
 * A tier goes with its last node, and the kernel removes its device with
 * memory_tier_lock held; whoever reads its nodelist at this moment waits for
 * that lock, and is waited for: both for ever (6.1 to 7.3). So where @nid is
 * about to leave as the last one, take the file away first, without the lock.
 */
void memtier_drain_readers(int nid)
{
	static const struct attribute nodelist = { .name = "nodelist" };
	struct memory_tier_head *tier = tier_of(nid);
	struct search search = { .nid = nid };

	if (tier && !visit_types(tier, has_no_other, &search) && !search.found)
		sysfs_remove_file(&tier->dev.kobj, &nodelist);
}

/*
 * Puts the probe into the slot if that is empty; tells by the reference that
 * this takes. The second time is for a slot whose count an unbalanced driver
 * has brought to -1: there the first one fills the slot without a reference.
 */
static bool slot_takes_probe(int nid)
{
	unsigned int before = kref_read(&probe->kref);
	int i;

	for (i = 0; i < 2 && kref_read(&probe->kref) == before; i++)
		init_node_memory_type(nid, probe);
	return kref_read(&probe->kref) != before;
}

bool memtier_slot_is_empty(int nid)
{
	if (!slot_takes_probe(nid))
		return false;
	clear_node_memory_type(nid, probe);
	return true;
}

static void add_owners(int nid, struct memory_dev_type *type, int owners)
{
	while (owners-- > 0)
		init_node_memory_type(nid, type);
}

/*
 * Replaces type @from in the slot of @nid by @to (NULL: leaves it empty), with
 * the same number of owners, at most @max (0: any). Returns this number; 0 if
 * the slot was empty already. -EBUSY if the slot holds another type than
 * @from, or has more owners: then it is as it was. An empty slot is never
 * cleared: its count would go to -1 and stay there.
 *
 * The steps take memory_tier_lock one by one. A kmem device that is unbound just
 * between two of them is not kept out by anything that the kernel exports;
 * DRIVER_GRACE (node.c) keeps away from the times when that is likely.
 */
int memtier_swap_slot(int nid, struct memory_dev_type *from, struct memory_dev_type *to, int max)
{
	int owners = 0;

	while (!slot_takes_probe(nid)) {
		if (owners == (max ?: MANY)) {
			/* Of a type that is not in the slot, these were not taken away. */
			add_owners(nid, from, owners);
			return -EBUSY;
		}
		clear_node_memory_type(nid, from);
		owners++;
	}
	clear_node_memory_type(nid, probe);
	if (to)
		add_owners(nid, to, owners);
	return owners;
}

/* Empties the slot, whatever type it holds. Returns how many owners that had. */
static int evict(int nid)
{
	int owners = 0;

	for (; owners < MANY && !slot_takes_probe(nid); owners++)
		clear_node_memory_type(nid, NULL);
	clear_node_memory_type(nid, probe);
	return owners;
}

/*
 * A node leaves its tier by the type in its slot. Where that is none, the kernel crashes
 * (clear_node_memory_tier() follows it); where it is another than the one by which the
 * node came, that keeps the node, and is freed one day while its tier still lists it.
 * Devices of dax/kmem that were not counted bring it there: they empty the slot when
 * they go, and the next one fills it with a type of its own. Gives the slot its type back.
 */
void memtier_heal_slot(int nid)
{
	struct memory_dev_type *type = memtier_type_of(nid);
	int owners;

	if (IS_ERR_OR_NULL(type))
		return;
	kref_get(&type->kref); /* the slot's may be the last */
	owners = memtier_swap_slot(nid, type, type, 0);
	if (owners <= 0) {
		add_owners(nid, type, owners ? evict(nid) : 1);
		pr_warn("node %d had lost its memory type; it was given back\n", nid);
	}
	put_memory_type(type);
}

/* Makes the number of owners in the slot of @nid, which is in a tier, @owners. */
void memtier_set_owners(int nid, int owners)
{
	struct memory_dev_type *type = memtier_type_of(nid);
	int now;

	if (IS_ERR_OR_NULL(type) || owners < 1)
		return;
	now = memtier_swap_slot(nid, type, type, 0);
	if (now < 1)
		return;
	add_owners(nid, type, owners - now);
	for (; now > owners; now--)
		clear_node_memory_type(nid, type);
}

int memtier_init(void)
{
	probe = alloc_memory_type(0);
	return PTR_ERR_OR_ZERO(probe);
}

void memtier_exit(void)
{
	put_memory_type(probe);
}
