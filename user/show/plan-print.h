/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints a plan, as a table and as JSON. */
#ifndef PLAN_PRINT_H
#define PLAN_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "plan/plan.h"

/* Prints a table that begins with the changes, then the warnings. 0 or -errno with a message. */
int plan_print(const struct plan *plan, FILE *out);
void plan_print_warnings(const struct plan *plan, FILE *out);
json_t *plan_json(const struct plan *plan);

#endif
