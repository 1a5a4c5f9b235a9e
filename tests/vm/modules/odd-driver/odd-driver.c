// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls the functions that memory-tiers exports to drivers, also as no driver should:
 *
 *   echo WHAT NODE >/sys/module/odd_driver/parameters/call
 *
 *   ask     asks for the node's adistance, though no memory will be added
 *   init    init_node_memory_type() of the driver's own memory type
 *   clear   clear_node_memory_type() of any type, as dax/kmem calls it when a device leaves
 *   mine    clear_node_memory_type() of the driver's own type
 *   drain   empties the slot of a node without memory. Afterwards parameter `owners` holds the
 *           count that the slot had: negative if it was cleared too often, 100 if it cannot be
 *           emptied
 */
#include <linux/memory-tiers.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/string.h>

#define MAX_COUNT 100
#define MAX_NEGATIVE 8

static int adistance = 5000;
module_param(adistance, int, 0444);
MODULE_PARM_DESC(adistance, "adistance of the driver's own memory type");

static int owners;
module_param(owners, int, 0444);
MODULE_PARM_DESC(owners, "count that drain found");

static struct memory_dev_type *type;

static bool takes_reference(int node)
{
	unsigned int before = kref_read(&type->kref);

	init_node_memory_type(node, type);
	return kref_read(&type->kref) != before;
}

/*
 * The kernel takes a reference when the count goes from 0 to 1, and only if the slot is empty or
 * holds this very type.
 */
static int drain(int node)
{
	int i, n;

	for (i = 0; i < MAX_NEGATIVE; i++) {
		if (!takes_reference(node))
			continue;
		clear_node_memory_type(node, type);
		return -i;
	}
	for (n = 0; n < MAX_COUNT && !takes_reference(node); n++)
		clear_node_memory_type(node, NULL);
	if (n < MAX_COUNT)
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
MODULE_DESCRIPTION("Calls memory-tiers as no driver should, to test the guards against it");
