/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy to begin with, made from what is known of a machine. */
#ifndef INITIAL_POLICY_H
#define INITIAL_POLICY_H

#include <stdio.h>

#include "machine/machine.h"

/*
 * Writes a policy that loads as it is. Where latencies and bandwidths of nodes without CPUs
 * were measured (machine_node.measured) or are known, those nodes get tiers by them; where none
 * are, they are taken to be slower than DRAM, and the description says so. 0 or -errno with a
 * message.
 */
int initial_policy_write(const struct machine *m, FILE *out);

#endif
