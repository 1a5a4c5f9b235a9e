/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures a machine in a directory, so that --sysroot can read it elsewhere. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "machine/machine.h"
#include "machine/policy-state.h"

/*
 * Copies what tierbpf reads of the machine below @root ("" for this one) into @dir, which must be new or empty: files of
 * sysfs about nodes, tiers, CXL, NVDIMM and dax devices, the firmware tables, and @state, the
 * policy in force with what it and the kernel answer for each node. Nothing else is copied: no host
 * name, no other file of a user, no network address. *files is the number of files. 0, or -errno
 * with a message; a note names what could not be read (without root: the tables).
 */
int capture_save(const char *root, const struct machine *m, const struct policy_state *state,
		 const char *dir, size_t *files);

#endif
