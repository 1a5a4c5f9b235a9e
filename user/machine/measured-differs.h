/* SPDX-License-Identifier: GPL-2.0-only */
/* Warns where a measurement contradicts the firmware. */
#ifndef MEASURED_DIFFERS_H
#define MEASURED_DIFFERS_H

#include <jansson.h>
#include <stdio.h>

#include "machine/machine.h"

/*
 * Prints a line for each measured value that differs from the fact of the same name by more than
 * 25 %: "warning: node 1: measured read latency 180 ns, HMAT says 90 (measured-differs)".
 */
void measured_differs_print(const struct machine *m, FILE *out);

/*
 * Returns these warnings as a list of objects with "id" and "message"; it is empty if there are
 * none.
 */
json_t *measured_differs_json(const struct machine *m);

#endif
