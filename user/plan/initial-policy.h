/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a first policy for a machine, as a starting point for the administrator. */
#ifndef INITIAL_POLICY_H
#define INITIAL_POLICY_H

#include <stdio.h>

#include "machine/machine.h"

/*
 * The policy can be loaded without editing. A node without CPUs gets its tier from its measured
 * performance (machine_node.measured), or else from what firmware reports. If neither is known of
 * any such node, the policy assumes that they are slower than DRAM, and its description says so.
 * Returns 0 or -errno with a message.
 */
int initial_policy_write(const struct machine *m, FILE *out);

#endif
