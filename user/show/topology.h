/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the machine as tables, as JSON and as a graph. */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <jansson.h>
#include <stdio.h>

#include "machine/machine.h"

/* The performance of a node, and the sources that agree on it. @used: the facts come from one of them. */
struct source_perf {
	const struct perf *perf;
	const struct nodeset *initiators; /* NULL: not known */
	char by[64]; /* "sysfs, HMAT" */
	bool used;
};

#define MAX_SOURCES 5

/* Fills @t with what the sources say about @n for @class, one entry for all that agree. Returns their number. */
size_t topology_sources(const struct machine_node *n, enum access_class class,
			struct source_perf t[MAX_SOURCES]);

/* Tables: nodes; performance; distances (up to 16 nodes). 0 or -errno with a message. */
int topology_print(const struct machine *m, FILE *out);
json_t *topology_json(const struct machine *m);

/* Nodes, tiers and demotion arrows, for dot(1) of Graphviz. 0 or -ENOMEM with a message. */
int topology_dot(const struct machine *m, FILE *out);

#endif
