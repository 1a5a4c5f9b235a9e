/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a measurement contradicts firmware. */
#ifndef MEASURED_DIFFERS_H
#define MEASURED_DIFFERS_H

#include <jansson.h>
#include <stdio.h>

#include "machine/machine.h"

/*
 * "warning: node 1: measured read latency 180 ns, HMAT says 90 (measured-differs)": one line
 * for each measured value that is more than 25 % off the fact of the same name.
 */
void measured_differs_print(const struct machine *m, FILE *out);

/* The same as a list of objects, "id" and "message"; empty where all agrees. */
json_t *measured_differs_json(const struct machine *m);

#endif
