// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prevents an Oops of the stock kernel (6.12 to 6.19) in demotion.
 *
 * next_demotion_node() counts the nodes of a mask and then selects one of them. If
 * establish_demotion_targets() clears the mask between the two, the result is
 * MAX_NUMNODES, and demotion allocates from a node that does not exist. Stock kernels
 * clear the masks when memory comes or goes; a retier does, too. 7.0 copies the mask first.
 *
 * So a kprobe where demotion allocates replaces a target that does not exist. While
 * kprobes are switched off, the kernel is as a stock kernel (DESIGN-NOTES).
 */
#include <linux/kprobes.h>
#include <linux/nodemask.h>

#include "compat.h"
#include "kmod.h"

#ifdef DEMOTION_TARGET_MAY_BE_NONE

/* The beginning of struct migration_target_control (mm/internal.h); the same from 5.18 to 7.3. */
struct target_control {
	int nid;
	nodemask_t *nmask; /* other nodes that may be used: those of the lower tiers */
};

/*
 * struct folio *alloc_migrate_folio(struct folio *src, unsigned long private): no
 * static_assert() checks these arguments, since mm/internal.h has the declaration and a
 * module cannot include it. They are the same from 6.12 to 6.19, the last kernel that
 * needs this.
 */
static int replace_missing_target(struct kprobe *probe, struct pt_regs *regs)
{
	struct target_control *control = (void *)regs_get_kernel_argument(regs, 1);

	if (control->nid >= MAX_NUMNODES) {
		control->nid = control->nmask ? first_node(*control->nmask) : MAX_NUMNODES;
		if (control->nid >= MAX_NUMNODES)
			control->nid = NUMA_NO_NODE; /* the allocator then uses the nearest node */
	}
	return 0;
}

static struct kprobe target_probe = { .pre_handler = replace_missing_target };

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
		pr_err("cannot guard demotion by a kprobe (error %d), and it could crash while nodes move: needs CONFIG_KPROBES\n",
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
