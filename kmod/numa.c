// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prevents an Oops of the stock kernel (6.12 to 7.3) in NUMA balancing.
 *
 * With numa_balancing=2, a page of a slow node stores the time of its last access in the
 * bits that store, for a page of a top tier, the CPU and process of its last access
 * (folio_use_access_time()). The kernel tells one from the other by the node's tier at
 * that moment; a node without a tier counts as top. On a node that is being moved, or has
 * come into the top tier, it therefore takes a time for a CPU, and two functions then use
 * the number of a CPU that does not exist. Stock kernels hardly get there, since with them
 * a node changes its tier only while it has no memory.
 *
 * So kprobes in front of both functions replace an impossible CPU with "no access yet".
 * The page gets a true CPU by that very fault. A page without a fault loses its time when
 * the module is removed.
 *
 * While kprobes are switched off, the kernel is as a stock kernel (DESIGN-NOTES).
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/numa_balancing.h>

#include "compat.h"
#include "kmod.h"

/* The handlers below read the arguments of these functions from registers. */
static_assert(__same_type(should_numa_migrate_memory,
			  bool(struct task_struct *, struct folio *, int, int)));
static_assert(__same_type(task_numa_fault, void(int, int, int, int)));

#define NO_CPUPID (-1 & LAST_CPUPID_MASK)

/* The nodes on which a time is taken for a CPU: those of the top tier, and during a move all. */
static nodemask_t top_nodes;

/* A variable of mm/memory-tiers.c: the last adistance that belongs to a top tier. */
static int *top_tier_adistance;

/* A time may be any number, so do not read beyond the end of the mask of possible CPUs. */
static bool cpupid_cannot_be(int cpupid)
{
	unsigned int cpu = cpupid_to_cpu(cpupid);

	return cpupid != NO_CPUPID && (cpu >= nr_cpu_ids || !cpu_possible(cpu));
}

/* As folio_xchg_last_cpupid(), which is not exported. */
static void forget_access_time(struct page *page)
{
#ifdef LAST_CPUPID_NOT_IN_PAGE_FLAGS
	page->_last_cpupid = NO_CPUPID;
#else
	unsigned long *flags = (unsigned long *)&page->flags; /* a struct since 6.18 */
	unsigned long old = READ_ONCE(*flags);

	while (!try_cmpxchg(flags, &old, old | LAST_CPUPID_MASK << LAST_CPUPID_PGSHIFT))
		;
#endif
}

/* bool should_numa_migrate_memory(struct task_struct *p, struct folio *folio, ...) */
static int forget_impossible_cpu(struct kprobe *probe, struct pt_regs *regs)
{
	struct folio *folio = (void *)regs_get_kernel_argument(regs, 1);

	if (node_isset(folio_nid(folio), top_nodes) && cpupid_cannot_be(folio_last_cpupid(folio)))
		forget_access_time(&folio->page);
	return 0;
}

/*
 * void task_numa_fault(int last_cpupid, ...): its caller may have read the time before the
 * move began, and before the page lost it.
 */
static int replace_impossible_cpu(struct kprobe *probe, struct pt_regs *regs)
{
	if (cpupid_cannot_be((int)regs_get_kernel_argument(regs, 0)))
		set_first_argument(regs, NO_CPUPID);
	return 0;
}

static struct kprobe folio_probe = {
	.symbol_name = "should_numa_migrate_memory",
	.pre_handler = forget_impossible_cpu,
};

static struct kprobe cpupid_probe = {
	.symbol_name = "task_numa_fault",
	.pre_handler = replace_impossible_cpu,
};

static struct kprobe *probes[] = { &folio_probe, &cpupid_probe };

/* Held while forget_times_in_section() reads the pages of a section. */
static DEFINE_MUTEX(section_lock);

/* The kernel frees the page structs of a section that went offline only after this. */
static int wait_for_section_visit(struct notifier_block *self, unsigned long event, void *arg)
{
	if (event == MEM_OFFLINE) {
		mutex_lock(&section_lock);
		mutex_unlock(&section_lock);
	}
	return NOTIFY_DONE;
}

static struct notifier_block offline_nb = { .notifier_call = wait_for_section_visit };

int numa_init(void)
{
	int err;

	top_tier_adistance = probe_find_data("top_tier_adistance");
	if (!top_tier_adistance)
		return -EOPNOTSUPP;
	err = register_memory_notifier(&offline_nb);
	if (err)
		return err;
	err = probe_register(&folio_probe) ?: probe_register(&cpupid_probe);
	if (err) {
		pr_err("cannot guard NUMA balancing by kprobes (error %d), and it could crash while nodes move: needs CONFIG_KPROBES\n",
		       err);
		unregister_kprobes(probes, ARRAY_SIZE(probes));
		unregister_memory_notifier(&offline_nb);
	}
	return err;
}

/*
 * A page fault reads @top_nodes while it holds a page table lock, which is an RCU read
 * section. After a grace period, every fault that is under way has seen all nodes in it.
 */
void numa_move_begin(void)
{
	nodes_setall(top_nodes);
	synchronize_rcu();
}

/* As node_is_toptier() does, counts a node without a tier as top. */
void numa_move_end(void)
{
	int nid, top = READ_ONCE(*top_tier_adistance) >> MEMTIER_CHUNK_BITS;

	for_each_node(nid)
		if (memtier_number(nid) > top)
			node_clear(nid, top_nodes);
		else
			node_set(nid, top_nodes);
}

static void forget_times_in_section(int nid, unsigned long start)
{
	unsigned long pfn, end = min(start + PAGES_PER_SECTION, node_end_pfn(nid));

	if (!online_section_nr(pfn_to_section_nr(start)))
		return;
	for (pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (page && !PageTail(page) && page_to_nid(page) == nid &&
		    cpupid_cannot_be(folio_last_cpupid((struct folio *)page)))
			forget_access_time(page);
	}
}

/* By section, since the memory of a node may have holes of any size. */
static void forget_access_times(int nid)
{
	unsigned long start;

	for (start = node_start_pfn(nid); start < node_end_pfn(nid);
	     start = ALIGN(start + 1, PAGES_PER_SECTION)) {
		mutex_lock(&section_lock);
		forget_times_in_section(nid, start);
		mutex_unlock(&section_lock);
		cond_resched();
	}
}

void numa_exit(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		if (node_isset(nid, top_nodes))
			forget_access_times(nid);
	unregister_kprobes(probes, ARRAY_SIZE(probes));
	unregister_memory_notifier(&offline_nb);
}
