/* SPDX-License-Identifier: GPL-2.0-only */
/* Who looks for findings: doctor_look() calls each of the look-*.c. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "doctor/finding.h"

/* Looks at all of it. 0, or -ENOMEM with a message. The caller calls doctor_free(). */
int doctor_look(struct doctor *d);

struct machine;

/* look-kernel.c: the kernel, and what the running process may do. */
void doctor_look_at_kernel(struct doctor *d);
/* look-module.c: the module, for the kernel of that release. */
void doctor_look_at_module(struct doctor *d, const char *release);
/* look-machine.c: firmware's tables, distances, switches. */
void doctor_look_at_machine(struct doctor *d);
/* look-memory.c: memory that is no node's. */
void doctor_look_at_memory(struct doctor *d, const struct machine *m);

#endif
