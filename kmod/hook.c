// SPDX-License-Identifier: GPL-2.0-only
/* The hook: asks BPF programs where a node belongs, and checks their answer. */
#include <linux/btf.h>
#include <linux/jiffies.h>
#include <linux/memory.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <tierbpf/adistance.h>

#include "kmod.h"

static struct tierbpf_ops __rcu *policy;

__bpf_hook_start();

/*
 * An fmod_ret program on this function runs first. If it returns anything but 0, that is
 * the answer, and the policy is not asked. The signature is part of the ABI.
 */
noinline __noclone int tierbpf_adistance(const struct tierbpf_node *node)
{
	struct tierbpf_ops *ops = rcu_dereference(policy);

	return ops ? ops->adistance(node) : node->kernel_adistance;
}

/* Does nothing; fentry programs on it (statistics, tierbpf watch) get the event. */
noinline __noclone void tierbpf_event(const struct tierbpf_event *event)
{
	barrier_data(event);
}

__bpf_hook_end();

int hook_set_policy(struct tierbpf_ops *ops, struct tierbpf_ops *expected)
{
	struct tierbpf_ops *old;

	old = unrcu_pointer(cmpxchg(&policy, RCU_INITIALIZER(expected), RCU_INITIALIZER(ops)));
	return old == expected ? 0 : -EBUSY;
}

bool hook_has_policy(void)
{
	return rcu_access_pointer(policy);
}

/*
 * report_lock keeps the events in the order of their numbers. The kernel also skips a
 * program that is still running on the same CPU, so a second event at a time would be lost.
 */
void hook_report(u32 kind, int nid, int from, int to, u64 ns)
{
	static DEFINE_MUTEX(report_lock);
	static u64 seq;
	struct tierbpf_event event = {
		.kind = kind,
		.node = nid,
		.from = from,
		.to = to,
		.ns = ns,
	};

	mutex_lock(&report_lock);
	event.seq = ++seq;
	tierbpf_event(&event);
	mutex_unlock(&report_lock);
}

static void report_rejected(const struct tierbpf_answer *a)
{
	hook_report(TIERBPF_EVENT_REJECTED, a->node.id, a->node.kernel_adistance, a->raw, 0);
	pr_warn_ratelimited("node %d: the policy's answer %d is not within %d..%d; the kernel's own adistance %d is used\n",
			    a->node.id, a->raw, TIERBPF_ADISTANCE_MIN, TIERBPF_ADISTANCE_MAX,
			    a->node.kernel_adistance);
}

/* Not inlined, so that hook_ask() needs no space on the stack for an event. */
static noinline void report_slow(const struct tierbpf_answer *a, u64 ns)
{
	hook_report(TIERBPF_EVENT_SLOW, a->node.id, a->node.kernel_adistance, a->raw, ns);
	pr_warn_ratelimited("node %d: a BPF program took %llu ms to answer; more than %d ms hold up the kernel\n",
			    a->node.id, ns / NSEC_PER_MSEC, TIERBPF_SLOW_MS);
}

u64 hook_bytes_of(int nid)
{
	static unsigned long block; /* never changes after boot; caching it saves a call */
	u64 present = NODE_DATA(nid) ? NODE_DATA(nid)->node_present_pages : 0;

	if (unlikely(!READ_ONCE(block)))
		WRITE_ONCE(block, memory_block_size_bytes());
	/* Firmware may keep a part of a block; sysfs shows the whole block. */
	return round_up(present << PAGE_SHIFT, READ_ONCE(block));
}

void hook_ask(int nid, int kernel_adistance, struct tierbpf_answer *a)
{
	unsigned long ticks; /* precise enough here; reading a clock costs more than a rule */

	*a = (struct tierbpf_answer){
		.node.id = nid,
		.node.kernel_adistance = kernel_adistance,
		.node.size = hook_bytes_of(nid),
	};
	if (node_state(nid, N_CPU))
		a->node.flags |= TIERBPF_NODE_CPU;
	if (node_state(nid, N_MEMORY))
		a->node.flags |= TIERBPF_NODE_MEMORY;

	ticks = jiffies;
	rcu_read_lock();
	a->raw = tierbpf_adistance(&a->node);
	rcu_read_unlock();
	ticks = jiffies - ticks;
	if (ticks > msecs_to_jiffies(TIERBPF_SLOW_MS))
		report_slow(a, jiffies_to_nsecs(ticks));

	a->adistance = a->raw;
	if (!tierbpf_adistance_ok(a->raw))
		a->adistance = kernel_adistance;
}

int hook_decide(int nid, int kernel_adistance)
{
	struct tierbpf_answer answer;

	hook_ask(nid, kernel_adistance, &answer);
	if (answer.raw != answer.adistance)
		report_rejected(&answer);
	return answer.adistance;
}
