/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The findings of doctor. Each says what was found, what is wanted, and how to fix it: what tierbpf needs
 * of a machine, and what makes its nodes appear other than they are.
 */
#ifndef FINDING_H
#define FINDING_H

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
	char *fix; /* how to fix it; NULL if nothing is wrong */
};

struct doctor {
	const char *root; /* of a captured machine; "": the running one */
	struct finding *findings;
	size_t count;
	bool full; /* out of memory */
};

/* Adds a finding. @found is a format, and comes last with its arguments. */
void doctor_finds(struct doctor *d, const char *what, enum doctor_verdict verdict,
		  const char *wanted, const char *fix, const char *found, ...)
	__attribute__((format(printf, 6, 7)));

/* Frees the findings. */
void doctor_free(struct doctor *d);

const char *doctor_verdict_name(enum doctor_verdict verdict);

#endif
