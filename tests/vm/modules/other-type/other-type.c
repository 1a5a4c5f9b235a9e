// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes the slot of a node as dax/kmem does if its devices were not all counted: one that
 * leaves empties the slot, and the next one fills it with a type of its own.
 */
#include <linux/memory-tiers.h>
#include <linux/module.h>

static int node = 1;
module_param(node, int, 0);
MODULE_PARM_DESC(node, "the node; its slot has a count of 1");

static struct memory_dev_type *type;

static int __init other_type_init(void)
{
	type = alloc_memory_type(2880);
	if (IS_ERR(type))
		return PTR_ERR(type);
	clear_node_memory_type(node, NULL);
	init_node_memory_type(node, type);
	return 0;
}

static void __exit other_type_exit(void)
{
	put_memory_type(type);
}

module_init(other_type_init);
module_exit(other_type_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Puts another memory type into a node's slot, to test its repair");
