/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks what tierbpf needs of a machine, and what makes its nodes appear other than they are. Each
 * finding says what was found, what is wanted, and how to fix it.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum doctor_verdict {
	DOCTOR_FINE,
	DOCTOR_UNKNOWN, /* it could not be checked */
	DOCTOR_ADVICE, /* tierbpf works, but nodes may appear other than they are */
	DOCTOR_MISSING, /* tierbpf cannot work */
};

struct finding {
	const char *what;	  /* "kernel"; constant text */
	enum doctor_verdict verdict;
	char *found;
	const char *wanted; /* constant text */
	const char *cure;	  /* how to fix it, constant text; NULL if nothing is wrong */
};

struct doctor {
	const char *root; /* of a captured machine; "": the running one */
	struct finding *findings;
	size_t count;
	bool full; /* out of memory */
};

/* Adds a finding. @found is a format, and comes last with its arguments. */
void doctor_finds(struct doctor *d, const char *what, enum doctor_verdict verdict,
		  const char *wanted, const char *cure, const char *found, ...)
	__attribute__((format(printf, 6, 7)));

/* Makes all checks. 0, or -ENOMEM with a message. The caller calls doctor_free(). */
int doctor_look(struct doctor *d);
void doctor_free(struct doctor *d);

struct machine;

/* look-kernel.c: the kernel, and the rights of the process. */
void doctor_look_at_kernel(struct doctor *d);
/* look-module.c: the module, for the kernel of that release. */
void doctor_look_at_module(struct doctor *d, const char *release);
/* look-machine.c: firmware's tables, distances, switches. */
void doctor_look_at_machine(struct doctor *d);
/* look-memory.c: memory that belongs to no node. */
void doctor_look_at_memory(struct doctor *d, const struct machine *m);

const char *doctor_verdict_name(enum doctor_verdict verdict);

#endif
