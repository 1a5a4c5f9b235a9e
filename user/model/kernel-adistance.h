/* SPDX-License-Identifier: GPL-2.0-only */
/* Estimates the kernel's own adistance of a node if the kernel cannot be asked. */
#ifndef KERNEL_ADISTANCE_H
#define KERNEL_ADISTANCE_H

#include "machine/machine.h"

/*
 * Sets fact KERNEL_ADISTANCE of each node with memory that lacks it. The value is what the
 * kernel computes from latency and bandwidth, if that lies in the node's tier (SOURCE_DERIVED);
 * otherwise it is the centre of the tier (SOURCE_TIER), which is exact for the kernel's
 * defaults: 576 for DRAM, 2880 for dax/kmem.
 * @tiers_are_the_kernels: no policy has moved a node, so the current tiers are the kernel's.
 */
void kernel_adistance_estimate(struct machine *m, bool tiers_are_the_kernels);

#endif
