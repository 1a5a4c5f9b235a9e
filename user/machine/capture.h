/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine copied into a directory, so that --sysroot can read it elsewhere. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "machine/machine.h"

/*
 * Copies what tierbpf reads of this machine into @dir, which must be new or empty:
 * files of sysfs about nodes, tiers, CXL, NVDIMM and dax devices, firmware's tables,
 * and where the kernel alone puts each node. Nothing else: no host name, no file of
 * users, no addresses of networks. *files: how many. 0, or -errno with a message;
 * what could not be read (tables, for others than root) is named in a note.
 */
int capture_save(const struct machine *m, const char *dir, size_t *files);

/* Fact KERNEL_ADISTANCE of a captured machine, where the kernel had been asked. */
void capture_read_adistances(const char *dir, struct machine *m);

#endif
