/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy that init writes for a machine, and its plan. */
#ifndef UNIT_INITIAL_H
#define UNIT_INITIAL_H

#include "unit-plan.h"

struct first {
	char *text; /* the policy */
	char *said; /* on stderr */
	struct diags diags;
	struct policy *policy;
	struct compiled_policy *compiled;
	struct plan *plan;
	struct machine *machine;
};

/* Takes ownership of @m. Ends the test unless the policy is valid, without a warning. */
struct first first_policy(struct machine *m);
void first_free(struct first *f);

#endif
