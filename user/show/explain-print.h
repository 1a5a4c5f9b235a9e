/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints how a node's adistance came about, as text and as JSON. */
#ifndef EXPLAIN_PRINT_H
#define EXPLAIN_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "plan/explain.h"

void explain_print(const struct explanation *e, FILE *out);
json_t *explain_json(const struct explanation *e);

#endif
