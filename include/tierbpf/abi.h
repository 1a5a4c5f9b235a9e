/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel module, the BPF programs and user space agree on.
 *
 * Structs only ever grow at their end, and struct tierbpf_node and
 * tierbpf_answer not at all; a change of any other kind raises TIERBPF_ABI.
 */
#ifndef TIERBPF_ABI_H
#define TIERBPF_ABI_H

#ifndef __VMLINUX_H__ /* bpftool's own header has these types too */
#include <linux/types.h>
#endif

#include "event-table.h"
#include "fact-table.h"

#define TIERBPF_ABI 2

#define TIERBPF_MAX_NODES 1024 /* x86: MAX_NUMNODES at NODES_SHIFT = 10 */
#define TIERBPF_MAX_RULES 1024
#define TIERBPF_MAX_TESTS 65536 /* ranges of all rules together */
#define TIERBPF_MAX_POLICY_BYTES (1 << 20)
#define TIERBPF_NAME_LEN 16

/*
 * Abstract distance: no unit; lower is faster, and the kernel puts a node into
 * tier adistance >> 7 (MEMTIER_CHUNK_BITS, include/linux/memory-tiers.h).
 * DRAM is 4.5 chunks (MEMTIER_ADISTANCE_DRAM). What lies outside of MIN..MAX
 * is never believed, whoever says it: 0 and less come from forgotten returns
 * and overflows, and the largest distance seen on a machine is below 2^21.
 */
#define TIERBPF_TIER_SHIFT 7
#define TIERBPF_ADISTANCE_DRAM 576
#define TIERBPF_ADISTANCE_MIN 1
#define TIERBPF_ADISTANCE_MAX ((1 << 24) - 1)

/*
 * A node is moved at most so often in so many ms. One whose answers change faster
 * is held where it is for the rest of them, then asked about again: the last answer
 * wins. Attaching, replacing and detaching a policy waits for none of that.
 */
#define TIERBPF_MOVES 8
#define TIERBPF_MOVES_MS 1000

/*
 * Programs that take longer than this for one answer, in ticks of the kernel (1 to 10 ms),
 * are reported and counted.
 * They hold up the kernel's memory hotplug, every RCU grace period and, without
 * full preemption, their CPU; beyond 20 s the kernel complains of a stall.
 */
#define TIERBPF_SLOW_MS 20

/* struct tierbpf_node: flags */
#define TIERBPF_NODE_CPU (1U << 0)	   /* N_CPU: has CPUs that are online */
#define TIERBPF_NODE_MEMORY (1U << 1) /* N_MEMORY: has memory that is online */

/*
 * What a policy is asked about. Read-only for BPF; valid during the call.
 */
struct tierbpf_node {
	__s32 id;  /* 0..TIERBPF_MAX_NODES-1 */
	__s32 kernel_adistance; /* where the stock kernel puts the node */
	__u32 flags;  /* TIERBPF_NODE_* */
	__u32 reserved; /* 0 */
	__u64 size;  /* bytes that are online, in whole blocks of memory; 0: none, or not known */
};

/* The answer of the whole hook, as the module will use it (kfunc tierbpf_ask). */
struct tierbpf_answer {
	struct tierbpf_node node;
	__s32 adistance; /* after the check: the kernel's own if it was rejected */
	__s32 raw;  /* what the programs said */
};

/* What the rules say of a node (decide.h). */
struct tierbpf_decision {
	__s32 adistance;
	__s32 rule;  /* index of the rule that decides; -1: the default */
	__s32 acted; /* what its action said, before nodes nearly equal were gathered */
};

/* event-table.h says what each is about. */
enum tierbpf_event_kind {
#define TIERBPF_EVENT(SYMBOL, number, ...) TIERBPF_EVENT_##SYMBOL = number,
	TIERBPF_EVENT_TABLE(TIERBPF_EVENT)
#undef TIERBPF_EVENT
#define TIERBPF_EVENT(...) +1
		TIERBPF_EVENT_KINDS_END = 1 TIERBPF_EVENT_TABLE(TIERBPF_EVENT) /* they begin with 1 */
#undef TIERBPF_EVENT
};

/* Argument of the traced function tierbpf_event(). */
struct tierbpf_event {
	__u32 kind;
	__s32 node;
	__s32 from; /* adistance before; for REJECTED and SLOW: the kernel's own */
	__s32 to; /* adistance after; for REJECTED, HELD and SLOW: the answer */
	__u64 ns; /* how long it took; RETIERED: the move, SLOW: the answer */
	__u64 seq; /* 1 for the module's first event, one more with each; 0: not known */
};

/*
 * A record of map `events` (TIERBPF_PIN_ROOT/policy/events), a BPF ring buffer: open
 * the pin, and hand it to libbpf's ring_buffer__new(). Read or not, it keeps the
 * oldest: once it is full, what comes is dropped and counted (struct tierbpf_stats)
 * until somebody reads. Each generation of a policy has its own, which is under
 * another inode at the same path after a replacement; events of the replacement
 * itself may be in both, with the same seq. What is dropped is missing in seq.
 *
 * A ring has one reader: a second one would take records from the first. Who reads
 * holds a flock on the directory in which the pin stands.
 */
struct tierbpf_record {
	__u64 at; /* ns, CLOCK_BOOTTIME */
	__u32 generation; /* of the policy whose map it is (struct tierbpf_meta) */
	__s32 by; /* who decided: rule number by - 1, or TIERBPF_BY_* */
	struct tierbpf_event event;
};

#define TIERBPF_BY_UNKNOWN 0 /* an object, a program of others, or the kernel */
#define TIERBPF_BY_DEFAULT -1
#define TIERBPF_BY_OVERRIDE -2

/* Map `decided`, by node: who decided last, and what. */
struct tierbpf_decided {
	__s32 by; /* as in struct tierbpf_record */
	__s32 adistance;
};

#define TIERBPF_EVENTS_BYTES (1 << 16) /* 1170 records */

/* ---- map values ---- */

/* What kind of memory a node has: the value of TIERBPF_FACT_KIND. */
enum tierbpf_kind {
#define TIERBPF_KIND(SYMBOL, number, name) TIERBPF_KIND_##SYMBOL = number,
	TIERBPF_KIND_TABLE(TIERBPF_KIND)
#undef TIERBPF_KIND
#define TIERBPF_KIND(...) +1
		TIERBPF_KINDS_END = 1 TIERBPF_KIND_TABLE(TIERBPF_KIND) /* they begin with 1 */
#undef TIERBPF_KIND
};

#define TIERBPF_MILLION 1000000 /* fractions are whole numbers of millionths */

/* What rules look at. A fact that is not known never matches. fact-table.h has them all. */
enum tierbpf_fact {
#define TIERBPF_FACT(SYMBOL, number, ...) TIERBPF_FACT_##SYMBOL = number,
	TIERBPF_FACT_TABLE(TIERBPF_FACT, TIERBPF_FACT)
#undef TIERBPF_FACT
#define TIERBPF_FACT(...) +1
		TIERBPF_NR_FACTS = 0 TIERBPF_FACT_TABLE(TIERBPF_FACT, TIERBPF_FACT)
#undef TIERBPF_FACT
};

/* The cards of a CXL region whose serial numbers are facts: CXL_SERIAL and those behind it. */
#define TIERBPF_NR_SERIALS (TIERBPF_FACT_CXL_SERIAL_4 - TIERBPF_FACT_CXL_SERIAL + 1)

/* Map `facts`, by node. */
struct tierbpf_facts {
	__u64 known; /* bit 1 << enum tierbpf_fact */
	__s64 value[TIERBPF_NR_FACTS];
	/*
	 * No rule before this one can match the node, whatever its live facts are: a shortcut of
	 * tierbpf's own rules. Not for others: it moves when there is another fact.
	 */
	__u32 first_rule;
	__u32 reserved; /* 0 */
};

/* Map `tests`: min <= fact <= max. Those of one rule and one predicate stand together. */
struct tierbpf_test {
	__s64 min;
	__s64 max;
	__u32 fact; /* enum tierbpf_fact */
	__u32 predicate; /* the fact it is about; of a rule's tests about the same, one must hold */
};

enum tierbpf_action_kind {
	TIERBPF_ACTION_KERNEL, /* the kernel's own adistance */
	TIERBPF_ACTION_ADISTANCE, /* value */
	TIERBPF_ACTION_OFFSET, /* the kernel's own adistance + value */
	TIERBPF_ACTION_SCALE, /* the kernel's own adistance * value / TIERBPF_MILLION */
	TIERBPF_ACTION_FACT, /* fact number value; cannot act where it is not known */
};

struct tierbpf_action {
	__u32 kind; /* enum tierbpf_action_kind */
	__s32 value;
};

/* Map `rules`, in the order in which they are tried. */
struct tierbpf_rule {
	__u32 first_test; /* index into map `tests` */
	__u32 nr_tests; /* at least 1 */
	struct tierbpf_action action;
};

/*
 * Map `groups`: an adistance of min..max that was computed becomes this one, so
 * that nodes that are nearly equal share a tier ("tolerance"). Groups do not overlap.
 */
struct tierbpf_group {
	__s32 min;
	__s32 max;
	__s32 adistance;
};

/* Map `meta`, one element. */
struct tierbpf_meta {
	__u32 abi;
	__u32 generation; /* 1 for the first load, one more with each replacement */
	__u32 nr_rules;
	__u32 source_bytes; /* length of the policy text in map `source` */
	__u64 loaded_at; /* seconds since the epoch */
	struct tierbpf_action otherwise; /* where no rule matches */
	__u8 digest[32]; /* SHA-256 of the policy text, or of the object */
	__u32 nr_groups;
	__u32 returned; /* 1: it is back, since its successor was not confirmed */
	char object[TIERBPF_NAME_LEN]; /* name of the user's own BPF policy, "": rules decide */
	__u64 trial_until; /* CLOCK_BOOTTIME, ns; 0: in force for good */
};

/* Map `overrides_before`, one element: what `override` held when a trial began. */
struct tierbpf_overrides {
	__u32 count;
	struct {
		__u32 node;
		__s32 adistance;
	} of[TIERBPF_MAX_NODES];
};

/* Map `stats`, one element. */
struct tierbpf_stats {
	__u64 seq; /* of the last event, whether there was place for it or not */
	__u64 dropped; /* records that had no place */
	__u64 count[TIERBPF_EVENT_KINDS_END]; /* events, by enum tierbpf_event_kind */
};

_Static_assert(sizeof(struct tierbpf_node) == 24, "ABI");
_Static_assert(sizeof(struct tierbpf_answer) == 32, "ABI");
_Static_assert(sizeof(struct tierbpf_event) == 32, "ABI");
_Static_assert(sizeof(struct tierbpf_test) == 24, "ABI");
_Static_assert(sizeof(struct tierbpf_rule) == 16, "ABI");
_Static_assert(sizeof(struct tierbpf_group) == 12, "ABI");
_Static_assert(sizeof(struct tierbpf_facts) == 16 + 8 * TIERBPF_NR_FACTS, "ABI");
_Static_assert(sizeof(struct tierbpf_meta) == 96, "ABI");
_Static_assert(sizeof(struct tierbpf_stats) == 16 + 8 * TIERBPF_EVENT_KINDS_END, "ABI");
_Static_assert(sizeof(struct tierbpf_record) == 48, "ABI");

/* ---- pins: TIERBPF_PIN_ROOT is a directory of a BPF file system ---- */

#define TIERBPF_PIN_ROOT "/sys/fs/bpf/tierbpf"
#define TIERBPF_PIN_OVERRIDE "override" /* u32 node -> s32 adistance; survives replacement */
#define TIERBPF_PIN_LINK "link" /* of the struct_ops; its update is the switch */
#define TIERBPF_PIN_POLICY "policy" /* directory: what belongs to the policy in force */
#define TIERBPF_PIN_STAGING "staging" /* directory: the same of one that is being loaded */
#define TIERBPF_PIN_FORMER "former" /* directory in policy/, during a trial: what comes back */

#endif
