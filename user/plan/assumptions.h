/* SPDX-License-Identifier: GPL-2.0-only */
/* What a placement assumes of a machine, in sentences for people. */
#ifndef ASSUMPTIONS_H
#define ASSUMPTIONS_H

#include <stddef.h>

#include "plan/placement.h"

struct assumptions {
	char **sentences; /* without '"', '\' and control characters */
	size_t count;
	char *advice; /* how to find out what is only assumed; NULL: nothing is */
};

/* 0, and the caller frees *a with assumptions_free(); -ENOMEM with a message. */
int assumptions_find(const struct placement *p, struct assumptions *a);
void assumptions_free(struct assumptions *a);

#endif
