// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls what memory-tiers exports to drivers, also as no driver should:
 *
 *   echo WHAT NODE >/sys/module/odd_driver/parameters/call
 *
 *   ask     what is the node's adistance? As somebody does who will add no memory.
 *   init    an owner more for the node's slot, of the driver's own memory type
 *   clear   an owner less, of whatever type, as dax/kmem does it when a device leaves
 *   mine    an owner less, of the driver's own type
 *   drain   empties the slot of a node without memory, and says in parameter `owners` how
 *           many it had: less than 0 where too many were cleared, 100 where there is no end
 */
#include <linux/memory-tiers.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#define MOST 100
#define FEW 8

static int adistance = 5000;
module_param(adistance, int, 0444);
MODULE_PARM_DESC(adistance, "of the driver's own memory type");

static int owners;
module_param(owners, int, 0444);
MODULE_PARM_DESC(owners, "what drain found");

static struct memory_dev_type *type;

static bool takes_reference(int node)
{
	unsigned int before = kref_read(&type->kref);

	init_node_memory_type(node, type);
	return kref_read(&type->kref) != before;
}

/* The reference is taken when the count goes from 0 to 1, and only by the type in the slot. */
static int drain(int node)
{
	int i, n;

	for (i = 0; i < FEW; i++) {
		if (!takes_reference(node))
			continue;
		clear_node_memory_type(node, type);
		return -i;
	}
	for (n = 0; n < MOST && !takes_reference(node); n++)
		clear_node_memory_type(node, NULL);
	if (n < MOST)
		clear_node_memory_type(node, type);
	return n;
}

static int call(const char *value, const struct kernel_param *param)
{
	int answer = MEMTIER_ADISTANCE_DRAM;
	unsigned int node;
	char what[16];

	if (sscanf(value, "%15s %u", what, &node) != 2 || node >= nr_node_ids)
		return -EINVAL;
	if (!strcmp(what, "ask"))
		mt_calc_adistance(node, &answer);
	else if (!strcmp(what, "init"))
		init_node_memory_type(node, type);
	else if (!strcmp(what, "clear"))
		clear_node_memory_type(node, NULL);
	else if (!strcmp(what, "mine"))
		clear_node_memory_type(node, type);
	else if (!strcmp(what, "drain") && !node_state(node, N_MEMORY))
		owners = drain(node);
	else
		return -EINVAL;
	return 0;
}

static const struct kernel_param_ops call_ops = { .set = call };

static int __init odd_driver_init(void)
{
	type = alloc_memory_type(adistance);
	return PTR_ERR_OR_ZERO(type);
}

static void __exit odd_driver_exit(void)
{
	put_memory_type(type);
}

module_param_cb(call, &call_ops, NULL, 0200);
MODULE_PARM_DESC(call, "WHAT NODE");

module_init(odd_driver_init);
module_exit(odd_driver_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Calls memory-tiers as no driver should, for a test of what mends it");
