/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tierbpf needs of a machine, and what makes its nodes look other than they are: each
 * finding with what is there, what is wanted, and the cure.
 */
#ifndef FINDING_H
#define FINDING_H

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

/* Frees the findings. */
void doctor_free(struct doctor *d);

const char *doctor_verdict_name(enum doctor_verdict verdict);

#endif
