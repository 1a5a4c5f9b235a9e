// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs of a policy that run in the kernel:
 *
 *   policy_adistance	answers the hook by map `override`, or else by the rules (decide.h)
 *   override_adistance	answers by map `override` in front of a policy that is a BPF object
 *   watch_update,
 *   watch_missed,
 *   watch_delete	ask for a retier when a system call has changed map `override`
 *   start_timer		starts a timer that finds changes which these three missed
 *   tick		replaces the timer on PREEMPT_RT, where the kernel allows no BPF timers
 *   count_event	counts events, and records them in map `events`
 *   ask_node,
 *   decide_node	answer questions of user space, and move nothing
 *   restore_overrides	puts map `override` back at the end of a trial
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <tierbpf/bpf.h>

#include "vmlinux.h"
#include "args.h"
#include "loop.h"
#include "maps.h"

#define ENOENT 2
#define EBUSY 16
#define CLOCK_MONOTONIC 1
#define TIMER_PERIOD 1000000000 /* ns */

char LICENSE[] SEC("license") = "GPL";

static inline const struct tierbpf_rule *tierbpf_get_rule(void *policy, __u32 index)
{
	return bpf_map_lookup_elem(&rules, &index);
}

static inline const struct tierbpf_test *tierbpf_get_test(void *policy, __u32 index)
{
	return bpf_map_lookup_elem(&tests, &index);
}

static inline const struct tierbpf_group *tierbpf_get_group(void *policy, __u32 index)
{
	return bpf_map_lookup_elem(&groups, &index);
}

/*
 * No fact is known. All zero, but in .bss, so that the verifier treats its members as unknown
 * numbers: a loop that starts at a constant it would unroll, instead of finding that all rounds
 * are alike.
 */
struct tierbpf_facts no_facts;

#define hide_constant(n) (__builtin_constant_p(n) ? (n) + no_facts.first_rule : (n))
#define tierbpf_for(i, from, to) for ((i) = hide_constant(from); may_loop() && (i) < (to); (i)++)
#include <tierbpf/decide.h>

/*
 * Not inlined, so that all programs that decide share one copy. Never passes NULL for the
 * stored facts: clang 19 adds an offset to the pointer before it compares it with NULL, which
 * the verifier rejects.
 */
static __noinline int decide_by_rules(const struct tierbpf_node *node, struct tierbpf_decision *d)
{
	__u32 zero = 0, id = node->id;
	const struct tierbpf_meta *m = bpf_map_lookup_elem(&meta, &zero);
	const struct tierbpf_facts *stored = bpf_map_lookup_elem(&facts, &id);

	if (m)
		tierbpf_decide(NULL, m, node, stored ?: &no_facts, d);
	return 0;
}

/*
 * Remembers who decided, for the event that may follow. No lock is needed, since the module
 * decides about a node in one task at a time.
 */
static inline void remember_decision(__u32 node, __s32 by, __s32 adistance)
{
	struct tierbpf_decided *d = bpf_map_lookup_elem(&decided, &node);

	if (d) {
		d->by = by;
		d->adistance = adistance;
	}
}

/* Returns 0 if there is no override. */
static inline __s32 get_override(__u32 node)
{
	const __s32 *value = bpf_map_lookup_elem(&override, &node);

	return value ? *value : 0;
}

SEC("struct_ops/adistance")
int BPF_PROG(policy_adistance, const struct tierbpf_node *node)
{
	struct tierbpf_decision d = { .adistance = get_override(node->id), .rule = -1 };

	if (d.adistance) {
		remember_decision(node->id, TIERBPF_BY_OVERRIDE, d.adistance);
		return d.adistance;
	}
	d.adistance = node->kernel_adistance;
	decide_by_rules(node, &d);
	remember_decision(node->id, d.rule < 0 ? TIERBPF_BY_DEFAULT : d.rule + 1, d.adistance);
	return d.adistance;
}

SEC(".struct_ops.link")
struct tierbpf_ops policy = {
	.adistance = (void *)policy_adistance,
	.abi = TIERBPF_ABI,
	.name = "tierbpf",
};

SEC("fmod_ret/tierbpf_adistance")
int BPF_PROG(override_adistance, const struct tierbpf_node *node)
{
	__s32 adistance = get_override(node->id);

	remember_decision(node->id, adistance ? TIERBPF_BY_OVERRIDE : TIERBPF_BY_UNKNOWN, adistance);
	return adistance;
}

/* Asks the module to move @node where its override says now, and notes which one that was. */
static inline void follow(__u32 node)
{
	__s64 *seen = bpf_map_lookup_elem(&followed, &node);
	__s32 value = get_override(node);

	if (!tierbpf_retier_async(node) && seen)
		*seen = value;
}

/*
 * Every update by a system call calls this function, also one in a batch. Updates by BPF
 * programs do not.
 */
SEC("fexit/bpf_map_update_value")
int BPF_PROG(watch_update, struct bpf_map *map, struct file *map_file, void *key, void *value,
	     __u64 flags, int ret)
{
	__u32 node;

	if (map != (void *)&override || ret)
		return 0;
	if (!bpf_probe_read_kernel(&node, sizeof(node), key))
		follow(node);
	return 0;
}

/*
 * The kernel skips a tracing program on a CPU where it is running already, that is if a task
 * that updates any map was preempted within watch_update. It counts this for each program, so
 * it still runs this one, which acts if the other one has not.
 */
SEC("fexit/bpf_map_update_value")
int BPF_PROG(watch_missed, struct bpf_map *map, struct file *map_file, void *key, void *value,
	     __u64 flags, int ret)
{
	const __s64 *seen;
	__u32 node;

	if (map != (void *)&override || ret || bpf_probe_read_kernel(&node, sizeof(node), key))
		return 0;
	seen = bpf_map_lookup_elem(&followed, &node);
	if (seen && *seen != get_override(node))
		follow(node);
	return 0;
}

/* Returns private_data of the file behind @fd of the current task; NULL if there is none. */
static void *private_data_of_fd(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file **fds, *file = NULL;

	if (fd >= BPF_CORE_READ(task, files, fdt, max_fds))
		return NULL;
	fds = BPF_CORE_READ(task, files, fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), fds + fd);
	return file ? BPF_CORE_READ(file, private_data) : NULL;
}

/* For bpf_for_each_map_elem() on map followed: the override of @node needs no retier. */
static long mark_followed(struct bpf_map *map, const __u32 *node, __s64 *seen, void *unused)
{
	*seen = get_override(*node);
	return 0;
}

/*
 * int __sys_bpf(int cmd, bpfptr_t uattr, unsigned int size, ...) is the only function that
 * every deletion by a system call passes on all kernels: map_delete_elem() is inlined into it
 * before 7.x. Its arguments are read from @ctx, since bpfptr_t takes two of its words. From 7.0
 * on, cmd may have the flag BPF_COMMON_ATTRS, bit 16.
 */
SEC("fexit/__sys_bpf")
int watch_delete(__u64 *ctx)
{
	const union bpf_attr *uattr = (void *)ctx[1];
	__u32 fd;

	switch (ctx[0] & 0xffff) {
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		if (bpf_probe_read_user(&fd, sizeof(fd), &uattr->map_fd))
			return 0;
		break;
	case BPF_MAP_DELETE_BATCH:
	case BPF_MAP_LOOKUP_AND_DELETE_BATCH:
		/* A batch that fails may have deleted some elements before. */
		if (bpf_probe_read_user(&fd, sizeof(fd), &uattr->batch.map_fd))
			return 0;
		break;
	default:
		return 0;
	}
	if (private_data_of_fd(fd) != (void *)&override)
		return 0;
	bpf_for_each_map_elem(&followed, mark_followed, NULL, 0);
	tierbpf_retier_async(-1);
	return 0;
}

/*
 * For bpf_for_each_map_elem() on map followed: asks for a retier of @node if its override has
 * changed unseen. restore_overrides pauses a node before it changes the node's override. The
 * atomic reads keep their order, so a change by restore_overrides is never taken for an update
 * that was missed.
 */
static long follow_if_missed(struct bpf_map *map, const __u32 *node, __s64 *seen, void *unused)
{
	__s64 before;
	__s32 value;

	if (*seen == get_override(*node))
		return 0;
	before = __sync_fetch_and_add(seen, 0);
	value = get_override(*node);
	if (before != PAUSED && before != value && __sync_fetch_and_add(seen, 0) == before)
		follow(*node);
	return 0;
}

/* The callback of the timer. */
static int follow_missed_updates(void *map, __u32 *key, struct timer *t)
{
	bpf_for_each_map_elem(&followed, follow_if_missed, NULL, 0);
	bpf_timer_start(&t->timer, TIMER_PERIOD, 0);
	return 0;
}

/*
 * The loader runs this once for each load. If a policy is being replaced, this is the timer of
 * that policy, which calls our callback from here on. Each policy's callback does the same,
 * so it does no harm if the load fails afterwards.
 */
SEC("syscall")
int start_timer(void *unused)
{
	__u32 zero = 0;
	struct timer *t = bpf_map_lookup_elem(&timer, &zero);
	int err;

	if (!t)
		return -ENOENT;
	err = bpf_timer_init(&t->timer, &timer, CLOCK_MONOTONIC);
	if (err && err != -EBUSY)
		return err;
	err = bpf_timer_set_callback(&t->timer, follow_missed_updates);
	return err ?: bpf_timer_start(&t->timer, TIMER_PERIOD, 0);
}

SEC("perf_event")
int tick(void *ctx)
{
	bpf_for_each_map_elem(&followed, follow_if_missed, NULL, 0);
	return 0;
}

/*
 * Returns who decided, as in struct tierbpf_record: the override if the event is about its
 * tier, or else the rule that decided last, if the event is about the tier of that decision.
 * The override is compared first, since during a trial it may be the program of the former
 * policy that answers by it.
 */
static inline __s32 decider(const struct tierbpf_event *event)
{
	__u32 node = event->node, tier = tierbpf_tier(event->to);
	const __s32 *value = bpf_map_lookup_elem(&override, &node);
	const struct tierbpf_decided *d = bpf_map_lookup_elem(&decided, &node);

	if (value && *value && tierbpf_tier(*value) == tier)
		return TIERBPF_BY_OVERRIDE;
	return d && tierbpf_tier(d->adistance) == tier ? d->by : TIERBPF_BY_UNKNOWN;
}

/* Returns false if the ring buffer is full. */
static inline _Bool record_event(const struct tierbpf_event *event)
{
	__u32 zero = 0;
	const struct tierbpf_meta *m = bpf_map_lookup_elem(&meta, &zero);
	struct tierbpf_record *r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);

	if (!r)
		return 0;
	r->at = bpf_ktime_get_boot_ns();
	r->generation = m ? m->generation : 0;
	if (bpf_probe_read_kernel(&r->event, sizeof(r->event), event))
		__builtin_memset(&r->event, 0, sizeof(r->event));
	r->by = decider(&r->event);
	bpf_ringbuf_submit(r, 0);
	return 1;
}

SEC("fentry/tierbpf_event")
int BPF_PROG(count_event, const struct tierbpf_event *event)
{
	__u32 zero = 0, kind = event->kind;
	struct tierbpf_stats *s = bpf_map_lookup_elem(&stats, &zero);

	if (!s)
		return 0;
	if (!record_event(event))
		__sync_fetch_and_add(&s->dropped, 1);
	/*
	 * Set after the record is submitted: a reader that has emptied the ring buffer since
	 * then knows that the events up to this number which it did not find were dropped.
	 */
	s->seq = event->seq;
	if (kind < TIERBPF_EVENT_KINDS_END)
		__sync_fetch_and_add(&s->count[kind], 1);
	return 0;
}

SEC("syscall")
int ask_node(struct ask_args *args)
{
	struct tierbpf_answer answer = {};
	struct tierbpf_decision d = {};

	args->err = tierbpf_ask(args->node, &answer);
	if (args->err)
		return 0;
	decide_by_rules(&answer.node, &d);
	args->answer = answer;
	args->decision = d;
	return 0;
}

SEC("syscall")
int decide_node(struct decide_args *args)
{
	struct tierbpf_node node = args->node;
	struct tierbpf_decision d = {};

	decide_by_rules(&node, &d);
	args->decision = d;
	return 0;
}

static long delete_override(struct bpf_map *map, const __u32 *node, __s32 *adistance, void *unused)
{
	bpf_map_delete_elem(&override, node);
	return 0;
}

static long pause_node(struct bpf_map *map, const __u32 *node, __s64 *seen, void *unused)
{
	__sync_lock_test_and_set(seen, PAUSED);
	return 0;
}

/*
 * Puts back the overrides that were set before the trial. Neither the watchers nor the timer
 * see it, so no node moves before the former policy is in force again.
 */
SEC("syscall")
int restore_overrides(void *unused)
{
	__u32 zero = 0, i;
	struct tierbpf_overrides *before = bpf_map_lookup_elem(&overrides_before, &zero);

	if (!before)
		return 0;
	bpf_for_each_map_elem(&followed, pause_node, NULL, 0);
	bpf_for_each_map_elem(&override, delete_override, NULL, 0);
	bpf_for(i, 0, before->count) {
		if (i >= TIERBPF_MAX_NODES)
			break;
		bpf_map_update_elem(&override, &before->of[i].node, &before->of[i].adistance,
				    BPF_ANY);
	}
	bpf_for_each_map_elem(&followed, mark_followed, NULL, 0);
	return 0;
}
