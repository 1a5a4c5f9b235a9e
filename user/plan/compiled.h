/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy made ready for one machine: what goes into the maps, and the same
 * decision from it without a kernel.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>

#include "machine/machine.h"
#include "policy/policy.h"

struct program {
	const struct policy *policy; /* rules and tests; not owned */
	struct tierbpf_meta meta;	  /* complete but for generation and loaded_at */
	struct tierbpf_facts *facts; /* by node, nr_nodes of them */
	uint8_t (*source)[TIERBPF_NR_FACTS]; /* enum source of each fact, by node */
	int nr_nodes;
	int reference; /* the node that ratios refer to; -1: none */
	struct tierbpf_group *groups; /* meta.nr_groups of them */
};

/*
 * Completes the facts of @m by those that depend on the policy (ratios, adistances
 * by performance) and gathers nodes of nearly equal adistance. 0, and *program is
 * the caller's, for program_free(); -ENOMEM with a message. @policy must outlive it.
 */
int program_compile(const struct policy *policy, const struct machine *m, struct program **program);
void program_free(struct program *program);

/* The node as the hook would ask about it; kernel_adistance by its fact, DRAM's where unknown. */
struct tierbpf_node program_node(const struct machine *m, int node);

/* What the rules say of @node: the code that the BPF policy runs, compiled here. */
void program_decide(const struct program *program, const struct tierbpf_node *node,
		    struct tierbpf_decision *d);

/* Its parts, for those who explain. */
bool program_test_holds(const struct program *program, const struct tierbpf_test *test,
			const struct tierbpf_node *node);
/* The first predicate of @rule of which no test @holds, its first of *count tests; NULL if all do. */
const struct tierbpf_test *
program_find_failed(const struct program *program, const struct tierbpf_rule *rule,
		    const struct tierbpf_node *node,
		    bool (*holds)(const struct program *, const struct tierbpf_test *,
				  const struct tierbpf_node *),
		    size_t *count);
bool program_act(const struct program *program, const struct tierbpf_action *action,
		 const struct tierbpf_node *node, __s32 *adistance);
bool program_fact(const struct program *program, const struct tierbpf_node *node,
		  enum tierbpf_fact fact, __s64 *value);

/* The action of a rule, of the default for -1. */
const struct tierbpf_action *program_action(const struct program *program, int rule);

static inline void cleanup_program(struct program **p)
{
	program_free(*p);
}

#endif
