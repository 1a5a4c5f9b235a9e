/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes all checks: doctor_look() calls those of each look-*.c. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "doctor/finding.h"

/* Makes all checks. 0, or -ENOMEM with a message. The caller calls doctor_free(). */
int doctor_look(struct doctor *d);

struct machine;

/* look-kernel.c: the kernel, and the rights of the process. */
void doctor_look_at_kernel(struct doctor *d);
/* look-module.c: the module, for the kernel of that release. */
void doctor_look_at_module(struct doctor *d, const char *release);
/* look-machine.c: firmware's tables, distances, switches. */
void doctor_look_at_machine(struct doctor *d);
/* look-memory.c: memory that belongs to no node. */
void doctor_look_at_memory(struct doctor *d, const struct machine *m);

/* look-devices.c: memory of CXL cards, CXL regions and dax devices. */
void doctor_look_at_devices(struct doctor *d, const struct machine *m);

#endif
