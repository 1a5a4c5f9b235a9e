// SPDX-License-Identifier: GPL-2.0-only
/*
 * tierbpf: BPF programs decide to which memory tier a NUMA node belongs.
 *
 * Loading the module moves no node; attaching a policy does (tierbpf_ops, ops.c). When the
 * module is removed, it returns every node to the tier that the kernel would choose.
 */
#include <linux/module.h>

#include "kmod.h"

static int __init tierbpf_init(void)
{
	int err;

	err = slot_init();
	if (err)
		return err;
	err = memtier_check_layout();
	if (err)
		return err;
	err = numa_init();
	if (err)
		return err;
	err = demotion_init();
	if (err)
		goto out_numa;
	err = retier_init();
	if (err)
		goto out_demotion;
	err = drivers_init();
	if (err)
		goto out_retier;
	err = hotplug_init();
	if (err)
		goto out_drivers;
	retier_nodes_lock();
	node_repair_slots();
	retier_nodes_unlock();
	/* Comes last: BPF programs can call the module from here on, and it cannot be undone. */
	err = ops_register();
	if (err)
		goto out_hotplug;
	return 0;

out_hotplug:
	hotplug_stop_answering();
	hotplug_exit();
out_drivers:
	drivers_exit();
out_retier:
	retier_exit();
out_demotion:
	demotion_exit();
out_numa:
	numa_exit();
	return err;
}

static void __exit tierbpf_exit(void)
{
	hotplug_stop_answering();
	/* The guards against drivers and memory hotplug stay until all nodes are back. */
	retier_restore_all();
	drivers_exit();
	hotplug_exit();
	retier_exit();
	demotion_exit();
	numa_exit();
}

module_init(tierbpf_init);
module_exit(tierbpf_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Memory tiers of NUMA nodes, decided by BPF");
MODULE_VERSION(__stringify(TIERBPF_ABI)); /* tierbpf doctor reads it */
