/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `tierbpf measure` found, and the file that keeps it:
 *
 *	{"version": 1, "nodes": [{"node": 0, "cpus": "0-1", "bytes": 268435456, "pages": "huge",
 *	 "read_latency_ns": 96, "read_latency_spread_percent": 2, …}]}
 *
 * "node" and the four values are required; the rest says how they came about.
 */
#ifndef MEASUREMENT_H
#define MEASUREMENT_H

#include <jansson.h>
#include <stddef.h>

#include "machine/machine.h"
#include "json/diag.h"
#include "json/members.h"

struct measured_value {
	int64_t median; /* ns, MB/s (10^6 bytes); > 0 */
	int64_t spread; /* percent of the median between the quartiles, rounded up */
};

struct measured_node {
	int node;
	char *cpus;    /* from which; "0-3"; NULL: not told */
	int64_t bytes; /* of the buffer; 0: not told */
	bool huge;	   /* most of the buffer was huge pages */
	struct measured_value values[NR_COORDINATES];
};

struct measurement {
	struct measured_node *nodes;
	size_t count;
};

/* What a file of measurements may hold, and each of its nodes; the manual is held against these. */
extern const struct members measurement_members;
extern const struct members measurement_node_members;

/* 0, and *measurement is the caller's; -EBADMSG with entries in @diags; -ENOMEM. */
int measurement_parse(const char *text, size_t length, struct diags *diags,
		      struct measurement **measurement);
void measurement_free(struct measurement *measurement);

/* The file @path, "-": standard input. As above, or another -errno; with messages. */
int measurement_read(const char *path, struct measurement **measurement);

/* What the file holds. */
json_t *measurement_json(const struct measurement *measurement);

/* Fills n->measured; nodes that @m cannot have are named in a note. */
void measurement_apply(const struct measurement *measurement, struct machine *m);

/* Reads @path and applies it; nothing for NULL. */
int measurement_use(const char *path, struct machine *m);

/* The same where its numbers take the place of firmware's: a note names each node that it lacks. */
int measurement_prefer(const char *path, struct machine *m);

static inline void cleanup_measurement(struct measurement **m)
{
	measurement_free(*m);
}

#endif
