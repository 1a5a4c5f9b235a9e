/* SPDX-License-Identifier: GPL-2.0-only */
/* Random machines and policies, the same for the same seed everywhere. */
#ifndef RANDOM_POLICY_H
#define RANDOM_POLICY_H

#include <stdint.h>
#include <stdio.h>

#include "machine/machine.h"

struct rng {
	uint64_t state;
};

/* 0..n-1 */
uint32_t rng_below(struct rng *r, uint32_t n);

/* Nodes 0..nr_nodes-1 with facts from a few values each, so that rules often match; *m is to be freed. */
int random_machine(struct rng *r, int nr_nodes, struct machine **m);

/* A valid policy of @nr_rules rules for nodes 0..nr_nodes-1, as text. */
void random_policy(struct rng *r, int nr_nodes, int nr_rules, FILE *out);

#endif
