// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces hotplug.c, memtier.c and retier.c in the module: includes them, and adds a parameter
 * that times their static functions. Never installed.
 *
 *	cd /sys/module/tierbpf/parameters && echo "WHAT NODE COUNT" >bench && cat bench
 *
 * prints the time of one call in ns. WHAT is
 *
 *   decide     a decision, in batches of COUNT; prints two times: first that of the kernel's own
 *              mt_calc_adistance() without this module's notifier, then that of the hook
 *   establish  the kernel's two callbacks of a move, with their grace periods, expedited as in
 *              a move
 *   all        a policy is attached, and every node leaves its stock tier; ignores NODE
 */
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "hotplug.c"
#include "memtier.c"
#include "retier.c"

static u64 result, kernel_result;

/* Stores results, so that the compiler does not drop the calls. */
static int sink;

static u64 time_kernel(int nid, unsigned int count)
{
	unsigned int i;
	u64 start;

	unregister_mt_adistance_algorithm(&adistance_nb);
	start = ktime_get_ns();
	for (i = 0; i < count; i++) {
		int adistance = MEMTIER_ADISTANCE_DRAM;

		mt_calc_adistance(nid, &adistance);
		WRITE_ONCE(sink, adistance);
	}
	start = ktime_get_ns() - start;
	return register_mt_adistance_algorithm(&adistance_nb) ? 0 : start;
}

static u64 time_decide(int nid, unsigned int count)
{
	u64 start = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < count; i++)
		WRITE_ONCE(sink, hook_decide(nid, MEMTIER_ADISTANCE_DRAM));
	return ktime_get_ns() - start;
}

static u64 time_establish(int nid, unsigned int count)
{
	unsigned int i;
	u64 start;

	unregister_mt_adistance_algorithm(&adistance_nb);
	rcu_expedite_gp();
	start = ktime_get_ns();
	for (i = 0; i < count; i++) {
		node_event_call(memtier_callback, NODE_EVENT_REMOVED, nid);
		node_event_call(memtier_callback, NODE_EVENT_ADDED, nid);
	}
	start = ktime_get_ns() - start;
	rcu_unexpedite_gp();
	return register_mt_adistance_algorithm(&adistance_nb) ? 0 : start;
}

static u64 time_all(int nid, unsigned int count)
{
	u64 start, ns = 0;

	while (count--) {
		WRITE_ONCE(closing, true);
		retier_all(true);
		WRITE_ONCE(closing, false);
		start = ktime_get_ns();
		retier_all(true);
		ns += ktime_get_ns() - start;
	}
	return ns;
}

/*
 * Alternates batches of the module and of the kernel, and takes the fastest batch of each. Other
 * work on the machine may halve the speed of this CPU for a while, and slows down both alike.
 */
#define BATCHES 100
#define KERNEL_BATCH 300

static void time_beside_kernel(int nid, unsigned int count)
{
	unsigned int i;

	kernel_result = result = U64_MAX;
	for (i = 0; i < BATCHES; i++) {
		kernel_result = min(kernel_result, time_kernel(nid, KERNEL_BATCH));
		result = min(result, time_decide(nid, count));
		cond_resched();
	}
	kernel_result /= KERNEL_BATCH;
	result /= count;
}

static int bench_set(const char *text, const struct kernel_param *param)
{
	unsigned int count;
	char what[16];
	int nid;

	if (sscanf(text, "%15s %d %u", what, &nid, &count) != 3 || !count || nid < 0 ||
	    nid >= nr_node_ids)
		return -EINVAL;
	kernel_result = 0;
	if (!strcmp(what, "decide"))
		time_beside_kernel(nid, count);
	else if (!strcmp(what, "establish"))
		result = time_establish(nid, count) / count;
	else if (!strcmp(what, "all"))
		result = time_all(nid, count) / count;
	else
		return -EINVAL;
	return result ? 0 : -EIO;
}

static int bench_get(char *buffer, const struct kernel_param *param)
{
	if (kernel_result)
		return sysfs_emit(buffer, "%llu %llu\n", kernel_result, result);
	return sysfs_emit(buffer, "%llu\n", result);
}

static const struct kernel_param_ops bench_ops = { .set = bench_set, .get = bench_get };
module_param_cb(bench, &bench_ops, NULL, 0600);
