// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tiers of mm/memory-tiers.c: which one a node is in, by which memory type, and
 * how it leaves and joins one.
 *
 * A node's tier is pgdat->memtier; its types are found by lists that the kernel's
 * memory_tier_lock protects (slot.c). They are read with copy_from_kernel_nofault(), since
 * their layout is copied from the kernel (compat.h).
 */
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "kmod.h"

/* More memory types than any machine has: the layout is not what we think. */
#define MANY 4096

static struct notifier_block *memtier_callback;

#define read_kernel(dst, src) copy_from_kernel_nofault(dst, src, sizeof(*(dst)))

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

	if (!tier || read_kernel(&adistance, &tier->adistance_start))
		return -1;
	return adistance >> MEMTIER_CHUNK_BITS;
}

/* What visit_types() looks for, and what it found. */
struct search {
	int nid;
	struct memory_dev_type *found;
};

/*
 * Calls @visit for a copy of each memory type of @tier until it returns true, which
 * makes that type the one that is found. 0, or -EOPNOTSUPP where the kernel's data do
 * not look as expected.
 */
static int visit_types(struct memory_tier_head *tier, struct search *search,
		       bool (*visit)(const struct memory_dev_type *type, int nid))
{
	struct list_head memory_types, *pos;
	struct memory_dev_type copy;
	int i, adistance;

	search->found = NULL;
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
		if (visit(&copy, search->nid)) {
			search->found = type;
			return 0;
		}
		pos = copy.tier_sibling.next;
	}
	return i < MANY ? 0 : -EOPNOTSUPP;
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

struct memory_dev_type *memtier_find_type(int nid)
{
	struct memory_tier_head *tier = tier_of(nid);
	struct search search = { .nid = nid };
	int err;

	if (!tier)
		return NULL;
	err = visit_types(tier, &search, has_node);
	if (err || !search.found)
		return ERR_PTR(-EOPNOTSUPP);
	return search.found;
}

struct memory_dev_type *memtier_type_of(int nid)
{
	struct memory_dev_type *type;

	slot_lock();
	type = memtier_find_type(nid);
	slot_unlock();
	return type;
}

/* The device of a tier is where we think it is: it has the tier's number. */
static bool device_is_known(struct memory_tier_head *tier)
{
	int adistance;
	u32 id;

	return !read_kernel(&adistance, &tier->adistance_start) &&
	       !read_kernel(&id, &tier->dev.id) && id == adistance >> MEMTIER_CHUNK_BITS;
}

int memtier_check_layout(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		if (IS_ERR(memtier_type_of(nid)) || (tier_of(nid) && !device_is_known(tier_of(nid))))
			return -EOPNOTSUPP;
	return 0;
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
	bool last;

	slot_lock();
	last = tier && !visit_types(tier, &search, has_another_node) && !search.found;
	slot_unlock();
	if (last)
		sysfs_remove_file(&tier->dev.kobj, &nodelist);
}

/*
 * memtier_hotplug_callback() is static. It stands behind hotplug.c's first notifier on
 * the same chain, and nobody built into the kernel ever leaves that chain.
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
	pr_err("memtier_hotplug_callback not found: this kernel's memory tiers work in a way that is not known\n");
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
