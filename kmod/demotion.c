// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps demotion from an Oops of the stock kernel (6.12 to 6.19).
 *
 * next_demotion_node() counts the nodes of a mask, and then looks for one of them,
 * while establish_demotion_targets() may clear the mask: what it finds then is
 * MAX_NUMNODES, and demotion allocates from a node that never was. Stock kernels clear
 * the masks when memory comes or goes; we do at each retier. 7.0 takes a copy first.
 *
 * So before demotion allocates, a target that is none is replaced.
 */
#include <linux/kprobes.h>
#include <linux/nodemask.h>

#include "compat.h"
#include "kmod.h"

#ifdef DEMOTION_TARGET_MAY_BE_NONE

/* The beginning of struct migration_target_control (mm/internal.h), the same from 5.18 to 7.3. */
struct target_control {
	int nid;
	nodemask_t *nmask; /* where else it may go: the lower tiers */
};

/*
 * struct folio *alloc_migrate_folio(struct folio *src, unsigned long private): declared in
 * mm/internal.h, out of a module's reach; the same from 6.12 to 6.19, where this ends.
 */
static int check_target(struct kprobe *probe, struct pt_regs *regs)
{
	struct target_control *control = (void *)regs_get_kernel_argument(regs, 1);

	if (control->nid >= MAX_NUMNODES) {
		control->nid = control->nmask ? first_node(*control->nmask) : MAX_NUMNODES;
		if (control->nid >= MAX_NUMNODES)
			control->nid = NUMA_NO_NODE; /* as is good for all that allocates */
	}
	return 0;
}

static struct kprobe target_probe = { .pre_handler = check_target };

int demotion_init(void)
{
	int err;

	target_probe.symbol_name = "alloc_migrate_folio";
	err = probe_register(&target_probe);
	if (err == -ENOENT) {
		target_probe.symbol_name = "alloc_demote_folio"; /* since 6.17 */
		err = probe_register(&target_probe);
	}
	if (err)
		pr_err("no kprobe on demotion (error %d), which could crash while nodes move; CONFIG_KPROBES is needed\n",
		       err);
	return err;
}

void demotion_exit(void)
{
	unregister_kprobe(&target_probe);
}

#else

int demotion_init(void)
{
	return 0;
}

void demotion_exit(void)
{
}

#endif
