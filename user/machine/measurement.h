/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The results of `tierbpf measure`, and the file that stores them:
 *
 *	{"version": 1, "nodes": [{"node": 0, "cpus": "0-1", "bytes": 268435456, "pages": "huge",
 *	 "read_latency_ns": 96, "read_latency_spread_percent": 2, …}]}
 *
 * "node" and the four values are required; the other members say how they were measured.
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
	int64_t spread; /* interquartile range in percent of the median, rounded up */
	size_t rounds; /* of this measurement; 0 if it is from a file */
};

/* May the values of a node be used? */
enum measured_grade {
	GRADE_UNKNOWN, /* an older file, or one that was written by hand */
	GRADE_GOOD,
	GRADE_FAIR, /* they tell nodes apart that differ much */
	GRADE_POOR, /* they should not be used */
	NR_GRADES
};

/* Why a grade is not good. */
enum measured_doubt {
	DOUBT_EMULATED, /* the CPU is emulated: the emulator's speed was measured */
	DOUBT_ONE_CPU, /* too few to reach the bandwidth of memory */
	DOUBT_BUSY, /* something else ran on the CPUs */
	DOUBT_SPREAD, /* the rounds differ much */
	DOUBT_CACHE, /* the CPU cache held a part of the buffer */
	DOUBT_FEW_ROUNDS, /* the time was not enough */
	NR_DOUBTS
};

struct measured_node {
	int node;
	char *cpus;    /* the CPUs that measured, "0-3"; NULL: not known */
	int64_t bytes; /* size of the buffer; 0: not known */
	bool huge;	   /* most of the buffer consisted of huge pages */
	enum measured_grade grade;
	unsigned int doubts; /* bit 1 << enum measured_doubt */
	struct measured_value values[NR_COORDINATES];
};

struct measurement {
	struct measured_node *nodes;
	size_t count;
};

const char *measured_grade_name(enum measured_grade grade); /* "good"; "-": unknown */

/* Lists @doubts, "emulated, one-cpu", in @text, which has room for MEASURED_DOUBTS_TEXT. Returns @text. */
#define MEASURED_DOUBTS_TEXT 64
char *measured_doubts_text(unsigned int doubts, char *text);

/* The members of a measurement file, and of each node in it. Tests compare the manual with them. */
extern const struct members measurement_members;
extern const struct members measurement_node_members;

/*
 * Parses @length bytes of text. 0, and the caller frees *measurement with measurement_free();
 * -EBADMSG with entries in @diags; -ENOMEM.
 */
int measurement_parse(const char *text, size_t length, struct diags *diags,
		      struct measurement **measurement);
void measurement_free(struct measurement *measurement);

/*
 * Reads file @path ("-": standard input). Like measurement_parse(), or another -errno; with
 * messages.
 */
int measurement_read(const char *path, struct measurement **measurement);

/* Returns the content of the file. */
json_t *measurement_json(const struct measurement *measurement);

/*
 * Fills n->measured of the nodes of @m. Prints a note for each node of the measurement that @m
 * cannot have, and for each whose values should not be used.
 */
void measurement_apply(const struct measurement *measurement, struct machine *m);

/* Reads @path and applies it; does nothing if @path is NULL. 0, or -errno with messages. */
int measurement_use(const char *path, struct machine *m);

/*
 * Like measurement_use(), if measured values replace those of the firmware: prints a note for
 * each node that is not in the file.
 */
int measurement_prefer(const char *path, struct machine *m);

static inline void cleanup_measurement(struct measurement **m)
{
	measurement_free(*m);
}

#endif
