/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures a machine in a directory, so that --sysroot can read it elsewhere. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "machine/machine.h"

/*
 * Copies what tierbpf reads of this machine into @dir, which must be new or empty: files of
 * sysfs about nodes, tiers, CXL, NVDIMM and dax devices, the firmware tables, and the kernel's
 * own adistance of each node. Nothing else is copied: no host name, no user's file, no network
 * address. *files is the number of files. 0, or -errno with a message; a note names what could
 * not be read (without root: the tables).
 */
int capture_save(const struct machine *m, const char *dir, size_t *files);

/*
 * Reads fact KERNEL_ADISTANCE of each node whose adistance the captured kernel had been asked
 * for.
 */
void capture_read_adistances(const char *dir, struct machine *m);

#endif
