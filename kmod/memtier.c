// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tiers of mm/memory-tiers.c: which tier a node is in, by which memory type, and
 * how the node leaves and joins one.
 *
 * A node's tier is pgdat->memtier. The tier lists its memory types, and each type its
 * nodes; the kernel's memory_tier_lock protects these lists (slot_lock()). They are read
 * with copy_from_kernel_nofault(), since their layout is copied from the kernel (compat.h).
 */
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "kmod.h"

/* No machine has as many memory types: a longer list means that the layout is another one. */
#define MAX_TYPES 4096

static struct notifier_block *memtier_callback;

static struct memory_tier_head *tier_of(int nid)
{
	return NODE_DATA(nid) ? (void *)rcu_access_pointer(NODE_DATA(nid)->memtier) : NULL;
}

bool memtier_is_placed(int nid)
{
	return tier_of(nid);
}

int memtier_number(int nid)
{
	struct memory_tier_head *tier = tier_of(nid);
	int adistance;

	if (!tier || get_kernel_nofault(adistance, &tier->adistance_start))
		return -1;
	return adistance >> MEMTIER_CHUNK_BITS;
}

/*
 * Finds the first memory type of @tier for which @matches is true of a copy of it, and
 * puts it into *@found; NULL if there is none. The caller holds slot_lock(). Returns 0, or
 * -EOPNOTSUPP if the kernel's data do not look as expected.
 */
static int find_type(struct memory_tier_head *tier, int nid,
		     bool (*matches)(const struct memory_dev_type *type, int nid),
		     struct memory_dev_type **found)
{
	struct list_head memory_types, *pos;
	struct memory_dev_type copy;
	int i, adistance;

	*found = NULL;
	if (get_kernel_nofault(memory_types, &tier->memory_types) ||
	    get_kernel_nofault(adistance, &tier->adistance_start))
		return -EOPNOTSUPP;
	pos = memory_types.next;
	for (i = 0; i < MAX_TYPES && pos != &tier->memory_types; i++) {
		struct memory_dev_type *type =
			container_of(pos, struct memory_dev_type, tier_sibling);

		if (get_kernel_nofault(copy, type) ||
		    round_down(copy.adistance, MEMTIER_CHUNK_SIZE) != adistance)
			return -EOPNOTSUPP;
		if (matches(&copy, nid)) {
			*found = type;
			return 0;
		}
		pos = copy.tier_sibling.next;
	}
	return i < MAX_TYPES ? 0 : -EOPNOTSUPP;
}

static bool has_node(const struct memory_dev_type *type, int nid)
{
	return node_isset(nid, type->nodes);
}

static bool has_another_node(const struct memory_dev_type *type, int nid)
{
	nodemask_t others = type->nodes;

	node_clear(nid, others);
	return !nodes_empty(others);
}

struct memory_dev_type *memtier_type_locked(int nid)
{
	struct memory_tier_head *tier = tier_of(nid);
	struct memory_dev_type *type;

	if (!tier)
		return NULL;
	if (find_type(tier, nid, has_node, &type) || !type)
		return ERR_PTR(-EOPNOTSUPP);
	return type;
}

struct memory_dev_type *memtier_type_of(int nid)
{
	struct memory_dev_type *type;

	slot_lock();
	type = memtier_type_locked(nid);
	slot_unlock();
	return type;
}

/* Is struct memory_tier_head right about the tier's device? The device has the tier's number. */
static bool device_matches_tier(struct memory_tier_head *tier)
{
	int adistance;
	u32 id;

	return !get_kernel_nofault(adistance, &tier->adistance_start) &&
	       !get_kernel_nofault(id, &tier->dev.id) && id == adistance >> MEMTIER_CHUNK_BITS;
}

/* 1 if the layout of the node's tier is as expected, 0 if the node is in no tier. */
static int check_tier(int nid, struct memory_dev_type **type)
{
	int ret;

	slot_lock();
	*type = memtier_type_locked(nid);
	ret = PTR_ERR_OR_ZERO(*type);
	if (*type && !ret)
		ret = device_matches_tier(tier_of(nid)) ? 1 : -EOPNOTSUPP;
	slot_unlock();
	return ret;
}

int memtier_check_layout(void)
{
	struct memory_dev_type *type;
	bool slots_are_known = false;
	int nid, ret;

	for_each_node_state(nid, N_MEMORY) {
		ret = check_tier(nid, &type);
		if (ret < 0) {
			pr_err("this kernel's struct memory_tier has a layout that this module does not know\n");
			return ret;
		}
		slots_are_known = slots_are_known || (ret && slot_test_layout(nid, type));
	}
	if (slots_are_known)
		return 0;
	pr_err("this kernel's node_memory_types has a layout that this module does not know\n");
	return -EOPNOTSUPP;
}

/*
 * The kernel removes a tier with its last node, and removes the tier's device while it
 * holds memory_tier_lock. A task that reads the tier's nodelist at this moment waits for
 * that lock, while the removal waits for the task: a deadlock (Linux 6.1 to 7.3). So if
 * @nid is the last node of its tier, remove the file first, without the lock.
 */
void memtier_drain_readers(int nid)
{
	static const struct attribute nodelist = { .name = "nodelist" };
	struct memory_tier_head *tier = tier_of(nid);
	struct memory_dev_type *other;
	bool is_last;

	slot_lock();
	is_last = tier && !find_type(tier, nid, has_another_node, &other) && !other;
	slot_unlock();
	if (is_last)
		sysfs_remove_file(&tier->dev.kobj, &nodelist);
}

/*
 * memtier_hotplug_callback() is static, but it is on the same notifier chain as hotplug.c's
 * first notifier, behind it. Nothing that is built into the kernel ever leaves that chain.
 */
int memtier_find_callback(struct notifier_block *first)
{
	char name[KSYM_SYMBOL_LEN];
	struct notifier_block *nb;

	for (nb = rcu_dereference_raw(first->next); nb; nb = rcu_dereference_raw(nb->next)) {
		sprint_symbol_no_offset(name, (unsigned long)nb->notifier_call);
		if (!strcmp(name, "memtier_hotplug_callback")) {
			memtier_callback = nb;
			return 0;
		}
		if (nb->priority < MEMTIER_HOTPLUG_PRI)
			break;
	}
	pr_err("memtier_hotplug_callback is not on the kernel's notifier chain; this module does not know this kernel's memory tiers\n");
	return -EOPNOTSUPP;
}

void memtier_remove(int nid)
{
	memtier_drain_readers(nid);
	node_event_call(memtier_callback, NODE_EVENT_REMOVED, nid);
}

void memtier_add(int nid)
{
	node_event_call(memtier_callback, NODE_EVENT_ADDED, nid);
}
