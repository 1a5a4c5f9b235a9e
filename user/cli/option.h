/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers in options and arguments. */
#ifndef OPTION_H
#define OPTION_H

#include <argp.h>
#include <stdbool.h>

/* Reads the digits at the start of @text; *end is what follows them. False: there are none, or the value is above @max. */
bool option_digits(const char *text, unsigned long long max, unsigned long long *value,
		   const char **end);

/* The number of a node; anything else, or more, is a usage error. */
int option_node(const char *text, struct argp_state *state);

#endif
