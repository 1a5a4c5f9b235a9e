/* SPDX-License-Identifier: GPL-2.0-only */
/* How an adistance was computed, a line for each step: by the policy, and by the kernel alone. */
#ifndef EXPLAIN_STEPS_H
#define EXPLAIN_STEPS_H

#include "plan/explain.h"

#define STEP_LINE 256

struct steps {
	char line[8][STEP_LINE];
	size_t count;
};

/* Adds a line; beyond the eighth it is dropped. */
void step(struct steps *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From the action of the rule that decides to the tier. */
void steps_of_answer(const struct explanation *e, struct steps *s);

/* Why the kernel alone gives the node its adistance. */
void steps_of_kernel(const struct explanation *e, struct steps *s);

#endif
