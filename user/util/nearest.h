/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the known name that somebody probably meant who wrote another one:
 *
 *	struct nearest near = nearest_to(written);
 *
 *	for (i = 0; i < count; i++)
 *		nearest_try(&near, names[i]);
 *	fail(-EINVAL, "no thing \"%s\"%s", written, nearest_hint(&near));
 */
#ifndef NEAREST_H
#define NEAREST_H

/* Longer names have no neighbours: the time to compare two names stays small, whatever a file holds. */
#define NEAREST_MAX 40 /* characters */

struct nearest {
	const char *written;
	const char *name; /* the nearest so far; NULL: none is near */
	unsigned int typos; /* that lead from @name to @written */
	char hint[NEAREST_MAX + 20];
};

/* Nothing is copied: @written must live as long as the result. */
struct nearest nearest_to(const char *written);

/*
 * Takes @name if it is near, and nearer than those tried before. One typo is a letter that is wrong,
 * missing, too much, or exchanged with its neighbour. Upper case does not count. A name that
 * breaks off within a word counts as one typo.
 */
void nearest_try(struct nearest *n, const char *name);

/* ' (did you mean "NAME"?)', or "" if no name is near; lives in *n. */
const char *nearest_hint(struct nearest *n);

#endif
