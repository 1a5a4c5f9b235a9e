/* SPDX-License-Identifier: GPL-2.0-only */
/* Following what happens, from one policy to the next. */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

struct watch_options {
	bool json; /* one object a line */
	bool utc;  /* times of lines */
};

/*
 * Prints what happens to stdout, a line at once each, beginning with what nobody has read
 * yet, until SIGINT, SIGTERM, or stdout's reader is gone. Where no policy is loaded, it waits
 * for one. 0; -EBUSY: another watch is running; -errno; with a message.
 */
int watch(const struct watch_options *options);

#endif
