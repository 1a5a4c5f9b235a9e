/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel alone puts a node, when it cannot be asked. */
#ifndef KERNEL_ADISTANCE_H
#define KERNEL_ADISTANCE_H

#include "machine/machine.h"

/*
 * Completes fact KERNEL_ADISTANCE of the nodes with memory that lack it: what the
 * kernel computes from latencies and bandwidths where that gives the node's tier
 * (SOURCE_DERIVED), otherwise the centre of the tier (SOURCE_TIER), which is
 * exact for its defaults: 576 for DRAM, 2880 for dax/kmem.
 * @tiers_are_the_kernels: no policy has moved a node, so that its tier tells.
 */
void kernel_adistance_estimate(struct machine *m, bool tiers_are_the_kernels);

#endif
