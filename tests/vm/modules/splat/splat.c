// SPDX-License-Identifier: GPL-2.0-only
/*
 * Misbehaves on demand (`insmod splat.ko kind=warn`), to prove that the harness notices it in
 * the kernel log. Used by tests/vm/harness/test-scan-log; the logs in log-samples are from it.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *kind = "none";
module_param(kind, charp, 0);
MODULE_PARM_DESC(kind, "what to do wrong");

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static int *volatile leaked;

static void use_after_free(void)
{
	int *volatile p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	p[1] = 1;
}

static void abba(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);
	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static void out_of_bounds(void)
{
	static int numbers[4];
	volatile int at = 4;

	pr_info("%d\n", numbers[at]);
}

static void underflow(void)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_dec(&r);
}

static void corrupt_list(void)
{
	struct list_head a, b;

	INIT_LIST_HEAD(&a);
	INIT_LIST_HEAD(&b);
	a.prev = &b;
	list_add_tail(&b, &a);
}

static void sleep_atomic(void)
{
	preempt_disable();
	msleep(1);
	preempt_enable();
}

static int sleeper(void *unused)
{
	msleep(30000);
	return 0;
}

static int spinner(void *unused)
{
	preempt_disable();
	mdelay(9000);
	preempt_enable();
	return 0;
}

static void stall(void)
{
	kthread_run(spinner, NULL, "splat-spinner");
	msleep(100);
	/* RCU reports a stall only if somebody waits for a grace period. */
	synchronize_rcu();
}

static int __init splat_init(void)
{
	if (!strcmp(kind, "warn"))
		WARN_ON(1);
	else if (!strcmp(kind, "bug"))
		BUG();
	else if (!strcmp(kind, "oops"))
		*(volatile int *)16 = 1;
	else if (!strcmp(kind, "panic"))
		panic("splat");
	else if (!strcmp(kind, "kasan"))
		use_after_free();
	else if (!strcmp(kind, "lockdep"))
		abba();
	else if (!strcmp(kind, "ubsan"))
		out_of_bounds();
	else if (!strcmp(kind, "refcount"))
		underflow();
	else if (!strcmp(kind, "list"))
		corrupt_list();
	else if (!strcmp(kind, "atomic"))
		sleep_atomic();
	else if (!strcmp(kind, "kmemleak"))
		leaked = kmalloc(128, GFP_KERNEL), leaked = NULL;
	else if (!strcmp(kind, "hung"))
		kthread_run(sleeper, NULL, "splat-sleeper");
	else if (!strcmp(kind, "stall"))
		stall();
	return 0;
}
module_init(splat_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Misbehaves on demand, for the test of the log scanner");
