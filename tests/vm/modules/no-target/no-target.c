// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes every third answer of next_demotion_node() MAX_NUMNODES, a node that does not exist, as
 * if the kernel had cleared the mask of targets at that moment.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/nodemask.h>

static int asked, spoiled;
module_param(spoiled, int, 0444);
MODULE_PARM_DESC(spoiled, "number of answers that were replaced");

static int spoil(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if ((int)regs_return_value(regs) == NUMA_NO_NODE || ++asked % 3)
		return 0;
	regs_set_return_value(regs, MAX_NUMNODES);
	spoiled++;
	return 0;
}

static struct kretprobe probe = { .kp.symbol_name = "next_demotion_node", .handler = spoil };

static int __init no_target_init(void)
{
	return register_kretprobe(&probe);
}

static void __exit no_target_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(no_target_init);
module_exit(no_target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Makes demotion find no target, to test the guard against it");
