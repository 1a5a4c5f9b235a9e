/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of what the module reports by tierbpf_event(). The enum, the counters, what `watch`
 * prints, what `status` shows of the counters, and the checks of the schemas follow from it.
 */
#ifndef TIERBPF_EVENT_TABLE_H
#define TIERBPF_EVENT_TABLE_H

/*
 * One kind a line:
 *
 *   EVENT(SYMBOL, number, name, text, members, counter, help)
 *
 * number	of enum tierbpf_event_kind: part of the ABI, so a new kind takes the next one
 * name		in lines and in JSON
 * text		of its line, behind the node; {…} are parts that user/show/event-text.c fills in
 * members	of its JSON object beside those that each event has; the same file fills them in
 * counter	how `status` calls the number of them: in JSON by name, as a metric tierbpf_COUNTER;
 *		NULL: counted, and not shown
 * help		what the metric says of it
 *
 * Of struct tierbpf_event, from and to are the adistances before and after where a kind
 * says nothing else.
 */
/* clang-format off */
#define TIERBPF_EVENT_TABLE(EVENT) \
	/* The kernel asked, and took the answer. */ \
	EVENT(ANSWERED, 1, "answered", "its first memory; the kernel asked: {move}{by}", "from to decided_by", \
	      "answers_total", "Questions of the kernel that were answered.") \
	/* Not a sane adistance: the kernel's own, from, stands. to: the answer. */ \
	EVENT(REJECTED, 2, "rejected", \
	      "{to} is no adistance; the kernel's own {from} stands, tier {from_tier}{by}", \
	      "answer kernel decided_by", "rejected_answers_total", \
	      "Answers that were no sane adistance; the kernel's own stood.") \
	/* A node with memory was moved. ns: how long that took. */ \
	EVENT(RETIERED, 3, "retiered", "{move}{by}, took {ms}", "from to decided_by ns", \
	      "retiers_total", "Moves of nodes that were placed already.") \
	/* A move did not succeed; to is -errno. */ \
	EVENT(FAILED, 4, "failed", "is not moved from tier {from_tier}: {error}; it is tried again", \
	      "from error", "failed_retiers_total", "Moves that did not succeed.") \
	/* Moved too often (TIERBPF_MOVES): stays for now. to: the answer. */ \
	EVENT(HELD, 5, "held", "moved too often, stays in tier {from_tier} for now instead of {to_tier}{by}", \
	      "from to decided_by", "held_retiers_total", \
	      "Moves that were held back, since the node was moved too often.") \
	/* The answer, to, took longer than TIERBPF_SLOW_MS: ns. from: the kernel's own. */ \
	EVENT(SLOW, 6, "slow", "the answer {to} took {ms}{by}", "answer decided_by ns", \
	      "slow_answers_total", "Answers that took too long.") \
	/* Memory of a node came or went; from, to: MiB that are online. */ \
	EVENT(MEMORY, 7, "memory", "{from} MiB -> {to} MiB", "from_mib to_mib", NULL, NULL) \
	/* from, to: generations; 0: none, -1: of an object that cannot say. node is -1. */ \
	EVENT(POLICY, 8, "policy", NULL, "in_force former", NULL, NULL)
/* clang-format on */

#endif
