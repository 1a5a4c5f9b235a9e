// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps NUMA balancing from an Oops of the stock kernel (6.12 to 7.3).
 *
 * With numa_balancing=2 a page of a slow node keeps the time at which it was last
 * seen to be used, in the bits that say, for a page of a top tier, on which CPU and
 * by whom (folio_use_access_time()). Which of the two it is, the kernel tells by the
 * node's tier at the moment; a node without one counts as top. A node that is being
 * moved, or has come into the top tier, therefore has times that are taken for CPUs;
 * two functions then follow the number of a CPU that never was. Stock kernels hardly
 * get there: with them a node changes its tier only while it has no memory.
 *
 * So in front of both, a page whose CPU cannot be is made one that nobody has used
 * yet. It gets a true CPU by that very fault; where no fault comes, it loses its time
 * when the module goes.
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

/* What the probes take for the functions' arguments. */
static_assert(__same_type(should_numa_migrate_memory,
			  bool(struct task_struct *, struct folio *, int, int)));
static_assert(__same_type(task_numa_fault, void(int, int, int, int)));

#define UNUSED_YET (-1 & LAST_CPUPID_MASK)

/* Nodes whose pages' times would be taken for CPUs: those of the top tier; in a move, all. */
static nodemask_t top_nodes;

static int *top_tier_adistance; /* of mm/memory-tiers.c: the last adistance of the top tiers */

/* The mask of possible CPUs is not read beyond its end: a time may be any number. */
static bool cpupid_cannot_be(int cpupid)
{
	unsigned int cpu = cpupid_to_cpu(cpupid);

	return cpupid != UNUSED_YET && (cpu >= nr_cpu_ids || !cpu_possible(cpu));
}

/* folio_xchg_last_cpupid() is not exported. */
static void forget_time(struct page *page)
{
#ifdef LAST_CPUPID_NOT_IN_PAGE_FLAGS
	page->_last_cpupid = UNUSED_YET;
#else
	unsigned long *flags = (unsigned long *)&page->flags; /* a struct since 6.18 */
	unsigned long old = READ_ONCE(*flags);

	while (!try_cmpxchg(flags, &old, old | LAST_CPUPID_MASK << LAST_CPUPID_PGSHIFT))
		;
#endif
}

/* bool should_numa_migrate_memory(struct task_struct *p, struct folio *folio, ...) */
static int check_folio(struct kprobe *probe, struct pt_regs *regs)
{
	struct folio *folio = (void *)regs_get_kernel_argument(regs, 1);

	if (node_isset(folio_nid(folio), top_nodes) && cpupid_cannot_be(folio_last_cpupid(folio)))
		forget_time(&folio->page);
	return 0;
}

/* void task_numa_fault(int last_cpupid, ...): may have been read before the move. */
static int check_cpupid(struct kprobe *probe, struct pt_regs *regs)
{
	if (cpupid_cannot_be((int)regs_get_kernel_argument(regs, 0)))
		set_first_argument(regs, UNUSED_YET);
	return 0;
}

static struct kprobe folio_probe = {
	.symbol_name = "should_numa_migrate_memory",
	.pre_handler = check_folio,
};

static struct kprobe cpupid_probe = {
	.symbol_name = "task_numa_fault",
	.pre_handler = check_cpupid,
};

static struct kprobe *probes[] = { &folio_probe, &cpupid_probe };

/* Held while the pages of a section are visited, and taken by whoever has put one offline. */
static DEFINE_MUTEX(section_lock);

/* The kernel frees the pages' structs of a section after this, never before. */
static int wait_for_visit(struct notifier_block *self, unsigned long event, void *arg)
{
	if (event == MEM_OFFLINE) {
		mutex_lock(&section_lock);
		mutex_unlock(&section_lock);
	}
	return NOTIFY_DONE;
}

static struct notifier_block offline_nb = { .notifier_call = wait_for_visit };

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
		pr_err("no kprobes on NUMA balancing (error %d), which could crash over nodes that move; CONFIG_KPROBES is needed\n",
		       err);
		unregister_kprobes(probes, ARRAY_SIZE(probes));
		unregister_memory_notifier(&offline_nb);
	}
	return err;
}

/* Faults hold a lock of the page table: none that missed this is left after a grace period. */
void numa_move_begin(void)
{
	nodes_setall(top_nodes);
	synchronize_rcu();
}

/* As node_is_toptier() sees it; a node without a tier counts as top. */
void numa_move_end(void)
{
	int nid, top = READ_ONCE(*top_tier_adistance) >> MEMTIER_CHUNK_BITS;

	for_each_node(nid)
		if (memtier_number(nid) > top)
			node_clear(nid, top_nodes);
		else
			node_set(nid, top_nodes);
}

static void forget_times_of_section(int nid, unsigned long start)
{
	unsigned long pfn, end = min(start + PAGES_PER_SECTION, node_end_pfn(nid));

	if (!online_section_nr(pfn_to_section_nr(start)))
		return;
	for (pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_online_page(pfn);

		if (page && !PageTail(page) && page_to_nid(page) == nid &&
		    cpupid_cannot_be(folio_last_cpupid((struct folio *)page)))
			forget_time(page);
	}
}

/* A node's memory may have holes of any size: what is not there costs a look a section. */
static void forget_times(int nid)
{
	unsigned long start;

	for (start = node_start_pfn(nid); start < node_end_pfn(nid);
	     start = ALIGN(start + 1, PAGES_PER_SECTION)) {
		mutex_lock(&section_lock);
		forget_times_of_section(nid, start);
		mutex_unlock(&section_lock);
		cond_resched();
	}
}

void numa_exit(void)
{
	int nid;

	for_each_node_state(nid, N_MEMORY)
		if (node_isset(nid, top_nodes))
			forget_times(nid);
	unregister_kprobes(probes, ARRAY_SIZE(probes));
	unregister_memory_notifier(&offline_nb);
}
