/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows events as they happen, from one policy to the next. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

struct watch_options {
	bool json; /* one object a line */
	bool utc;  /* in the times of lines; JSON always has UTC */
};

/*
 * Prints each event to standard output at once, beginning with those that nobody has read yet, until
 * SIGINT, SIGTERM, or nobody reads the output any more. While no policy is loaded it waits for one. 0;
 * -EBUSY: another watch is running; -errno; with a message.
 */
int watch(const struct watch_options *options);

#endif
