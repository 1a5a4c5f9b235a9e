/* SPDX-License-Identifier: GPL-2.0-only */
/* How status and plan show live overrides. */
#ifndef OVERRIDES_H
#define OVERRIDES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <tierbpf/abi.h>

/* The line for an override of a node without memory, which the table of the nodes does not have. */
void override_print_waiting(const struct tierbpf_override *o, FILE *out);

/* An element of "overrides", as status.schema.json says. @memory: the node has memory. */
json_t *override_json(const struct tierbpf_override *o, bool memory);

#endif
