/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a first policy for a machine, as a starting point for the administrator. */
#ifndef INITIAL_POLICY_H
#define INITIAL_POLICY_H

#include <stdio.h>

#include "machine/machine.h"

/*
 * The policy can be loaded without editing. It puts each node where its measured performance
 * (machine_node.measured) says, or else the firmware's, without changing the order in which the
 * kernel has the nodes already (placement.h). What it assumes is in its description, and in notes
 * on stderr. Returns 0 or -errno with a message.
 */
int initial_policy_write(const struct machine *m, FILE *out);

#endif
