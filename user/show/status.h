/* SPDX-License-Identifier: GPL-2.0-only */
/* The contents of `tierbpf status`: gathered once, printed as a table, as JSON or as metrics. */
#ifndef STATUS_H
#define STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "engine/engine.h"
#include "engine/in-force.h"
#include "machine/activity.h"
#include "machine/node-memory.h"
#include "machine/switches.h"
#include "model/tiering.h"
#include "show/report.h"
#include "util/layout.h"

/* The link that keeps the policy attached. */
enum link_state {
	LINK_NONE,
	LINK_DETACHED, /* its pin exists, but somebody has detached it */
	LINK_ATTACHED,
};

struct status {
	bool loaded; /* a policy is in force, so @engine and the decisions in @report are valid */
	bool complete; /* there is something to show */
	enum link_state link;
	struct engine engine;
	struct tierbpf_overrides overrides; /* by node */
	unsigned int trial_seconds_left;
	struct machine *machine;
	struct report report; /* the nodes with memory */
	struct tiering tiering;
	struct node_memory memory[TIERBPF_MAX_NODES];
	struct switches switches;
	struct activities before, now;
	double seconds; /* between the two; 0: no rates */
};

/*
 * status-gather.c: all but the rates. 0, or -errno with a message; -ENOPKG with s->complete:
 * the nodes are there, the module is not. In any case for status_free().
 */
int status_gather(struct status *s);

/* Computes the rates since @before. */
void status_count(struct status *s, const struct activities *before);
void status_free(struct status *s);

/* The age of a policy as text: "5 s", "3 min", "2 d 4 h". */
const char *status_age(int64_t seconds, char *buffer, size_t size);

/* status-table.c. */
extern const struct column status_columns[];
extern const size_t status_nr_columns;

/* The default columns. */
void status_default_layout(struct layout *l);

/* Does @l show rates, which need two readings of the counters? */
bool status_wants_rates(const struct layout *l);

/* @bytes: print sizes in bytes. 0 or -errno with a message. */
int status_print_table(const struct status *s, const struct layout *l, bool bytes, FILE *out);

/* status-print.c: the table with what is above and below it, or the table alone if @l is for programs. */
int status_print(const struct status *s, const struct layout *l, bool bytes, FILE *out);

/* status-json.c, as status.schema.json says. */
json_t *status_json(const struct status *s);

/* status-metrics.c, for node_exporter's textfile collector. */
void status_print_metrics(const struct status *s, FILE *out);

/* status-watch.c. */

/*
 * Calls @show(@arg, out) every @seconds until it is interrupted; on a terminal in place
 * of what it wrote before. 0, or -errno with a message.
 */
int status_watch(double seconds, int (*show)(void *arg, FILE *out), void *arg);

#endif
