/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The interface between the kernel module, the BPF programs and user space.
 *
 * New members are only added at the end of a struct. struct tierbpf_node and struct
 * tierbpf_answer never change. Any other change raises TIERBPF_ABI.
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
 * The abstract distance has no unit, and lower is faster. The kernel puts a node into tier
 * adistance >> 7 (MEMTIER_CHUNK_BITS, include/linux/memory-tiers.h). DRAM has 4.5 chunks
 * (MEMTIER_ADISTANCE_DRAM). An answer outside of MIN..MAX is always rejected: 0 and less
 * come from forgotten returns and overflows, and the largest distance that was seen on a
 * machine is below 2^21.
 */
#define TIERBPF_TIER_SHIFT 7
#define TIERBPF_ADISTANCE_DRAM 576
#define TIERBPF_ADISTANCE_MIN 1
#define TIERBPF_ADISTANCE_MAX ((1 << 24) - 1)

/*
 * A node is moved at most TIERBPF_MOVES times within TIERBPF_MOVES_MS. If its answers change
 * faster, it stays in its tier until that time is over, and is decided again then, so the
 * last answer wins. When a policy is attached, replaced or detached, nodes are moved anyway.
 */
#define TIERBPF_MOVES 8
#define TIERBPF_MOVES_MS 1000

/*
 * BPF programs that take longer than this for one answer are reported and counted. The time is
 * measured in ticks of the kernel, which take 1 to 10 ms. A slow program holds up the
 * kernel's memory hotplug, every RCU grace period and, without full preemption, its CPU; after
 * 20 s the kernel reports a stall.
 */
#define TIERBPF_SLOW_MS 20

/* struct tierbpf_node: flags */
#define TIERBPF_NODE_CPU (1U << 0)	   /* N_CPU: has CPUs that are online */
#define TIERBPF_NODE_MEMORY (1U << 1) /* N_MEMORY: has memory that is online */

/* The node that a policy is asked about. BPF programs can only read it, and only during the call. */
struct tierbpf_node {
	__s32 id; /* 0..TIERBPF_MAX_NODES-1 */
	__s32 kernel_adistance; /* the adistance that the stock kernel gives the node */
	__u32 flags; /* TIERBPF_NODE_* */
	__u32 reserved; /* 0 */
	__u64 size; /* bytes that are online, in whole memory blocks; 0: none, or not known */
};

/* The answer of the whole hook, as the module will use it (kfunc tierbpf_ask). */
struct tierbpf_answer {
	struct tierbpf_node node;
	__s32 adistance; /* that the module uses: the kernel's own if the answer is rejected */
	__s32 raw; /* the answer of the programs, before it is checked */
};

/* The answer of the rules for a node (decide.h). */
struct tierbpf_decision {
	__s32 adistance;
	__s32 rule; /* index of the rule that decides; -1: the default */
	__s32 acted; /* the result of its action, before nodes that are nearly equal are grouped */
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
 * A record of map `events` (TIERBPF_PIN_ROOT/policy/events), a BPF ring buffer. To read it,
 * open the pin and pass it to libbpf's ring_buffer__new(). The ring buffer keeps the oldest
 * records: while it is full, new ones are dropped and counted (struct tierbpf_stats), and
 * leave a gap in seq.
 *
 * Each generation of a policy has a ring buffer of its own. After a replacement, the path
 * leads to another inode; the events of the replacement itself may be in both ring buffers,
 * with the same seq.
 *
 * A ring buffer has one reader, since a second one would take records from the first. So a
 * reader holds a flock on the directory of the pin.
 */
struct tierbpf_record {
	__u64 at; /* ns, CLOCK_BOOTTIME */
	__u32 generation; /* of the policy whose map it is (struct tierbpf_meta) */
	__s32 by; /* who decided: N for rule number N - 1, or TIERBPF_BY_* */
	struct tierbpf_event event;
};

#define TIERBPF_BY_UNKNOWN 0 /* a BPF object, a program in front of the policy, or the kernel */
#define TIERBPF_BY_DEFAULT -1
#define TIERBPF_BY_OVERRIDE -2

/* Map `decided`, indexed by node: the last decision, and who made it. */
struct tierbpf_decided {
	__s32 by; /* as in struct tierbpf_record */
	__s32 adistance;
};

#define TIERBPF_EVENTS_BYTES (1 << 16) /* 1170 records */

/* ---- map values ---- */

/* The kinds of memory; TIERBPF_FACT_KIND has one of these values. */
enum tierbpf_kind {
#define TIERBPF_KIND(SYMBOL, number, name) TIERBPF_KIND_##SYMBOL = number,
	TIERBPF_KIND_TABLE(TIERBPF_KIND)
#undef TIERBPF_KIND
#define TIERBPF_KIND(...) +1
		TIERBPF_KINDS_END = 1 TIERBPF_KIND_TABLE(TIERBPF_KIND) /* they begin with 1 */
#undef TIERBPF_KIND
};

#define TIERBPF_MILLION 1000000 /* a fraction is stored as a whole number of millionths */

/* The facts that rules compare; fact-table.h has them all. An unknown fact never matches. */
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

/* Map `facts`, indexed by node. */
struct tierbpf_facts {
	__u64 known; /* bit 1 << enum tierbpf_fact for each @value that is set */
	__s64 value[TIERBPF_NR_FACTS];
	/*
	 * The first rule that can match the node, whatever its live facts are; a shortcut for
	 * tierbpf's own rules. Other programs must not use it: its offset changes with the
	 * number of facts.
	 */
	__u32 first_rule;
	__u32 reserved; /* 0 */
};

/* Map `tests`: min <= fact <= max. The tests of one predicate of a rule follow each other. */
struct tierbpf_test {
	__s64 min;
	__s64 max;
	__u32 fact; /* enum tierbpf_fact */
	__u32 predicate; /* a fact; of the tests of a rule with the same predicate, one must hold */
};

enum tierbpf_action_kind {
	TIERBPF_ACTION_KERNEL, /* the kernel's own adistance */
	TIERBPF_ACTION_ADISTANCE, /* value */
	TIERBPF_ACTION_OFFSET, /* the kernel's own adistance + value */
	TIERBPF_ACTION_SCALE, /* the kernel's own adistance * value / TIERBPF_MILLION */
	TIERBPF_ACTION_FACT, /* fact number value; cannot act if that fact is not known */
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
 * Map `groups`: a computed adistance within min..max is replaced by @adistance, so that nodes
 * that are nearly equal share a tier ("tolerance"). Groups do not overlap.
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
	struct tierbpf_action otherwise; /* acts if no rule matches */
	__u8 digest[32]; /* SHA-256 of the policy text, or of the object */
	__u32 nr_groups;
	__u32 returned; /* 1: its successor was not confirmed, so this policy came back */
	char object[TIERBPF_NAME_LEN]; /* name of the BPF object that decides; "" if rules decide */
	__u64 trial_until; /* CLOCK_BOOTTIME, ns; 0: not on trial */
};

/* An element of map `override`, with its key. */
struct tierbpf_override {
	__u32 node;
	__s32 adistance;
};

/* Map `overrides_before`, one element: the contents of `override` when a trial began. */
struct tierbpf_overrides {
	__u32 count;
	struct tierbpf_override of[TIERBPF_MAX_NODES];
};

/* Map `stats`, one element. */
struct tierbpf_stats {
	__u64 seq; /* of the last event, whether there was place for it or not */
	__u64 dropped; /* records that had no place */
	__u64 count[TIERBPF_EVENT_KINDS_END]; /* events, by enum tierbpf_event_kind */
};

/* Bit masks of facts have 64 bits. */
_Static_assert(TIERBPF_NR_FACTS <= 64, "ABI");
#define TIERBPF_NUMBER_FITS(symbol, number, ...)                           \
	_Static_assert((number) > 0 && (number) < TIERBPF_EVENT_KINDS_END, \
		       "event kinds have a gap");
TIERBPF_EVENT_TABLE(TIERBPF_NUMBER_FITS)
#undef TIERBPF_NUMBER_FITS
_Static_assert(sizeof(struct tierbpf_action) == 8, "ABI");
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
#define TIERBPF_PIN_LINK "link" /* of the struct_ops; updating it switches the policy */
#define TIERBPF_PIN_POLICY "policy" /* directory of the policy in force */
#define TIERBPF_PIN_STAGING "staging" /* directory of a policy that is being loaded */
#define TIERBPF_PIN_FORMER "former" /* directory in policy/ of the policy that a trial replaced */

#endif
