/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tierbpf needs of a machine, and what makes its nodes look other than they are: each
 * finding with what is there, what is wanted, and the cure.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum doctor_verdict {
	DOCTOR_FINE,
	DOCTOR_UNKNOWN, /* could not be looked at */
	DOCTOR_ADVICE, /* tierbpf works, and the machine could be better understood */
	DOCTOR_MISSING, /* tierbpf cannot work */
};

struct finding {
	const char *what;	  /* "kernel"; constant text */
	enum doctor_verdict verdict;
	char *found;
	const char *wanted; /* constant text */
	const char *cure;	  /* the same; NULL where nothing is amiss */
};

struct doctor {
	const char *root; /* of the machine; "": this one */
	struct finding *findings;
	size_t count;
	bool full; /* out of memory */
};

/*
 * doctor_finds(d, "BTF", DOCTOR_MISSING, "none", "…", "…"): adds a finding; @found is a
 * format and goes last, with its arguments.
 */
void doctor_finds(struct doctor *d, const char *what, enum doctor_verdict verdict,
		  const char *wanted, const char *cure, const char *found, ...)
	__attribute__((format(printf, 6, 7)));

/* Looks at all of it. 0, or -ENOMEM with a message. The caller calls doctor_free(). */
int doctor_look(struct doctor *d);
void doctor_free(struct doctor *d);

struct machine;

/* doctor-kernel.c: the kernel, and what the running process may do. */
void doctor_look_at_kernel(struct doctor *d);
/* doctor-module.c: the module, for the kernel of that release. */
void doctor_look_at_module(struct doctor *d, const char *release);
/* doctor-machine.c: firmware's tables, distances, switches. */
void doctor_look_at_machine(struct doctor *d);
/* doctor-memory.c: memory that is no node's. */
void doctor_look_at_memory(struct doctor *d, const struct machine *m);

const char *doctor_verdict_name(enum doctor_verdict verdict);

#endif
