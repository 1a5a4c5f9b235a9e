// SPDX-License-Identifier: GPL-2.0-only
#include "cli/option.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <tierbpf/abi.h>

bool option_digits(const char *text, unsigned long long max, unsigned long long *value,
		   const char **end)
{
	char *after;

	errno = 0;
	*value = strtoull(text, &after, 10);
	*end = after;
	return isdigit((unsigned char)*text) && !errno && *value <= max;
}

int option_node(const char *text, struct argp_state *state)
{
	unsigned long long node;
	const char *end;

	if (!option_digits(text, TIERBPF_MAX_NODES - 1, &node, &end) || *end)
		argp_error(state, "\"%s\" is not a node, 0 to %d", text, TIERBPF_MAX_NODES - 1);
	return (int)node;
}
