/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy on trial (load --try): unless it is confirmed in time, the former one
 * comes back, or none if there was none. All of it under the lock of pins.h.
 *
 * meta->trial_until says how long. policy/ holds besides its own pins:
 *
 *	former/		the pins of the policy that comes back; without it: none does
 *	overrides_before, restore_overrides	the overrides that come back with it
 *
 * They come and go in the same renames as the policy itself, so a kill leaves them
 * whole. Time is up by the clock: the guardian (guardian.h) ends the trial, and if
 * it is gone too, the next command that takes the lock.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <stdbool.h>
#include <tierbpf/abi.h>

#define TRIAL_MAX_SECONDS 86400

/* The trial that a load begins; if seconds is 0, the load is final. */
struct trial {
	unsigned int seconds;
	int guardian; /* guardian.h */
};

/* Returns the milliseconds left of the trial; 0 if there is no trial, or its time is up. */
unsigned int trial_left(const struct tierbpf_meta *meta);

/* The value of meta->trial_until for a trial that ends in @seconds. */
__u64 trial_end(unsigned int seconds);

/* Writes map `meta`, which is open as @fd. 0 or -errno. */
int trial_write_meta(int fd, const struct tierbpf_meta *meta);

/* Calls pins_heal(), and ends a trial whose time is up. 0 or -errno with a message. */
int trial_heal(void);

/* The policy on trial is in force for good. 0; -ENODATA: none is on trial; -errno; with a message. */
int trial_confirm(void);

/* Says so: -ENODATA. */
int trial_nothing_to_confirm(void);

/* ---- trial-begin.c: for a load ---- */

/*
 * Keeps in staging/ the policy that comes back if the one that is being loaded is not confirmed, if
 * there is any. 0 or -errno with a message, also where it cannot be told whether there is one.
 */
int trial_keep_former(void);

/*
 * Reads the overrides that come back after the trial, for map `overrides_before`. @override is the
 * live map. 0 or -errno.
 */
int trial_overrides(int override, struct tierbpf_overrides *overrides);

/* Writes the end of the trial into map `meta`, whose value is @meta, and tells the guardian. */
int trial_begin(const struct trial *t, int meta_fd, struct tierbpf_meta *meta, int ops_fd);

#endif
