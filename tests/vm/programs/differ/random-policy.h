/* SPDX-License-Identifier: GPL-2.0-only */
/* Random machines and policies. A seed gives the same ones everywhere. */
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

/* Facts take only a few values each, so that rules often match. The caller frees *m. */
int random_machine(struct rng *r, int nr_nodes, struct machine **m);

/* The text of a valid policy with @nr_rules rules for nodes 0..nr_nodes-1. */
void random_policy(struct rng *r, int nr_nodes, int nr_rules, FILE *out);

#endif
