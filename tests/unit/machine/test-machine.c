// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"

#define NODES "sys/devices/system/node/"
#define TIERS_DIR "sys/devices/virtual/memory_tiering/"

static char *root;
static struct machine *machine;

static void setup(void)
{
	root = tmp_new();
}

static void teardown(void)
{
	tmp_remove(root);
	machine_free(machine);
}

TestSuite(machine, .init = setup, .fini = teardown);

static void put(const char *name, const char *text)
{
	tmp_put(root, name, text, strlen(text));
}

/* Nodes 0 to 3 with memory, CPUs in 0 and 1, two tiers. */
static void put_normal(void)
{
	put(NODES "has_memory", "0-3\n");
	put(NODES "has_cpu", "0-1\n");
	put(TIERS_DIR "memory_tier4/nodelist", "0-1\n");
	put(TIERS_DIR "memory_tier22/nodelist", "2-3\n");
}

static void read_good(void)
{
	struct capture c;
	int err;

	machine_free(machine);
	machine = NULL;
	capture_start(&c);
	err = machine_read(root, &machine);
	capture_expect(&c, NULL);
	cr_assert_eq(err, 0, "%d", err);
}

static void read_bad(int error, const char *message)
{
	struct machine *untouched = (struct machine *)1, *m = untouched;
	struct capture c;
	int err;

	capture_start(&c);
	err = machine_read(root, &m);
	capture_expect(&c, message);
	cr_expect_eq(err, error, "%d", err);
	cr_expect_eq(m, untouched);
}

static void expect_node(int node, bool memory, bool cpu, int64_t tier)
{
	const struct machine_node *n = &machine->nodes[node];

	cr_expect(n->memory == memory && n->cpu == cpu && n->tier == tier,
		  "node %d: memory %d, cpu %d, tier %lld", node, n->memory, n->cpu,
		  (long long)n->tier);
}

Test(machine, normal)
{
	put_normal();
	read_good();
	cr_expect_eq(machine->nr_nodes, 4);
	expect_node(0, true, true, 4);
	expect_node(1, true, true, 4);
	expect_node(2, true, false, 22);
	expect_node(3, true, false, 22);
	expect_node(4, false, false, NO_TIER);
	expect_node(1023, false, false, NO_TIER);
}

Test(machine, gaps)
{
	put(NODES "has_memory", "0,7,1000-1001\n");
	put(NODES "has_cpu", "0,1023\n");
	put(TIERS_DIR "memory_tier4/nodelist", "0,1000\n");
	put(TIERS_DIR "memory_tier5/nodelist", "7\n");
	read_good();
	cr_expect_eq(machine->nr_nodes, 1024);
	expect_node(0, true, true, 4);
	expect_node(7, true, false, 5);
	expect_node(8, false, false, NO_TIER);
	expect_node(1000, true, false, 4);
	expect_node(1001, true, false, NO_TIER); /* memory, and not in a tier yet */
	expect_node(1023, false, true, NO_TIER);
}

Test(machine, one_node)
{
	put(NODES "has_memory", "0\n");
	put(NODES "has_cpu", "0\n");
	put(TIERS_DIR "memory_tier4/nodelist", "0\n");
	read_good();
	cr_expect_eq(machine->nr_nodes, 1);
	expect_node(0, true, true, 4);
	put(TIERS_DIR "memory_tier4/nodelist", "\n");
	read_good();
	cr_expect_eq(machine->nr_nodes, 1);
	expect_node(0, true, true, NO_TIER);
}

/* An empty set is an empty line. */
Test(machine, empty_lists)
{
	put_normal();
	put(NODES "has_cpu", "\n");
	put(TIERS_DIR "memory_tier22/nodelist", "\n");
	read_good();
	expect_node(0, true, false, 4);
	expect_node(2, true, false, NO_TIER);
	put(NODES "has_cpu", "");
	put(TIERS_DIR "memory_tier22/nodelist", "");
	read_good();
	expect_node(0, true, false, 4);
	expect_node(2, true, false, NO_TIER);
}

/*
 * Other directories are ignored. A tier number has 32 bits: unmodified kernels have shown this
 * one.
 */
Test(machine, tier_directories)
{
	put_normal();
	put(TIERS_DIR "memory_tier4281505711/nodelist", "3\n");
	put(TIERS_DIR "memory_tier0/nodelist", "2\n");
	put(TIERS_DIR "memory_tier22/nodelist", "\n");
	put(TIERS_DIR "uevent", "1\n");
	put(TIERS_DIR "power/control", "auto\n");
	put(TIERS_DIR "memory_tier/nodelist", "0\n");
	put(TIERS_DIR "memory_tierx/nodelist", "0\n");
	read_good();
	expect_node(0, true, true, 4);
	expect_node(2, true, false, 0);
	expect_node(3, true, false, 4281505711);
}

/* A tier disappears between reading the directory and reading its list. */
Test(machine, tier_that_vanishes)
{
	char *list = tmp_path(root, TIERS_DIR "memory_tier7/nodelist");

	put_normal();
	put(TIERS_DIR "memory_tier6/power/control", "auto\n");
	put(TIERS_DIR "memory_tier7/x", "");
	cr_assert(!symlink("/nowhere", list));
	read_good();
	expect_node(0, true, true, 4);
	expect_node(3, true, false, 22);
	free(list);
}

Test(machine, no_tiers)
{
	put(NODES "has_memory", "0\n");
	put(NODES "has_cpu", "0\n");
	read_bad(-ENOPKG,
		 "/sys/devices/virtual/memory_tiering: no memory tiers: this kernel is built "
		 "without NUMA or memory hotplug, or older than 6.1\n");
	put(TIERS_DIR "uevent", "");
	read_bad(-ENOPKG, "/sys/devices/virtual/memory_tiering: no memory tiers");
	cr_assert_eq(machine_read_any(root, &machine), 0);
	cr_expect(!machine->has_tiers);
	expect_node(0, true, true, NO_TIER);
}

/* As others capture machines: node 3 has movable memory only, node 2 has none left. */
Test(machine, normal_memory)
{
	char *path;

	put_normal();
	put(NODES "has_normal_memory", "0-1\n");
	put(NODES "node2/meminfo", "Node 2 MemTotal:       0 kB\nNode 2 MemFree: 0 kB\n");
	put(NODES "node3/meminfo", "Node 3 MemTotal:       1048576 kB\nNode 3 MemFree: 0 kB\n");
	read_good();
	expect_node(2, true, false, 22);
	path = tmp_path(root, NODES "has_memory");
	cr_assert(!unlink(path));
	free(path);
	read_good();
	expect_node(0, true, true, 4);
	expect_node(2, false, false, 22);
	expect_node(3, true, false, 22);
}

Test(machine, generic_initiators)
{
	put_normal();
	read_good();
	cr_expect(!machine->nodes[2].generic_initiator);
	put(NODES "has_generic_initiator", "2,5\n");
	put(NODES "online", "0-5\n");
	read_good();
	cr_expect(machine->nodes[2].generic_initiator && machine->nodes[5].generic_initiator);
	cr_expect(!machine->nodes[3].generic_initiator);
}

Test(machine, lists_that_are_missing)
{
	char *path = tmp_path(root, NODES "has_memory");

	read_bad(-EIO, ": not a captured machine, since there is no ");
	put_normal();
	cr_assert(!unlink(path));
	read_bad(-EIO, "/sys/devices/system/node/has_memory: missing; is sysfs mounted?\n");
	free(path);
	put_normal();
	path = tmp_path(root, NODES "has_cpu");
	cr_assert(!unlink(path));
	read_bad(-EIO, "/sys/devices/system/node/has_cpu: missing; is sysfs mounted?\n");
	free(path);
}

Test(machine, garbage)
{
	static const struct {
		const char *name;
		const char *text;
		const char *message;
	} table[] = {
		{ NODES "has_memory", "x\n",
		  "has_memory: not a list of nodes: a number is expected here\n" },
		{ NODES "has_memory", "0-\n",
		  "has_memory: not a list of nodes: a number is expected here\n" },
		{ NODES "has_memory", "0-1024\n",
		  "has_memory: not a list of nodes: the number is too high\n" },
		{ NODES "has_cpu", "3-1\n",
		  "has_cpu: not a list of nodes: the range runs backwards\n" },
		{ NODES "has_cpu", "0 1\n",
		  "has_cpu: not a list of nodes: ',' or '-' is expected here\n" },
		{ NODES "has_cpu", "  \n",
		  "has_cpu: not a list of nodes: a number is expected here\n" },
		{ TIERS_DIR "memory_tier4/nodelist", "\xff\xfe",
		  "memory_tier4/nodelist: not a list of nodes: a number is" },
		{ TIERS_DIR "memory_tier4/nodelist", "1024\n",
		  "nodelist: not a list of nodes: the number is too high\n" },
		{ TIERS_DIR "memory_tier4/nodelist", "4294967296\n",
		  "nodelist: not a list of nodes: the number is too high\n" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		put_normal();
		put(table[i].name, table[i].text);
		read_bad(-EIO, table[i].message);
	}
}

Test(machine, not_permitted)
{
	put_normal();
	chmod(root, 0700);
	become_nobody();
	read_bad(-EIO, "has_memory: Permission denied\n");
	become_root();
}

Test(machine, directory_in_place_of_a_list)
{
	put_normal();
	put(TIERS_DIR "memory_tier9/nodelist/x", "");
	read_bad(-EIO, "memory_tier9/nodelist: Is a directory\n");
}

/* A captured machine lies wherever people put it. */
Test(machine, odd_roots)
{
	static const char *const names[] = { "a b",	    "[x]",	    "*",
					     "back\\slash", "memory_tier9", "%s%n" };
	char *top = root;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		root = tmp_path(top, names[i]);
		tmp_put(top, names[i], "", 0);
		cr_assert(!unlink(root) && !mkdir(root, 0755));
		put_normal();
		read_good();
		expect_node(0, true, true, 4);
		expect_node(2, true, false, 22);
		free(root);
	}
	root = top;
}

/* A node that may come later counts too; captures without the list have only present nodes. */
Test(machine, possible)
{
	put_normal();
	read_good();
	cr_expect(machine->nodes[3].possible && !machine->nodes[4].possible);
	put(NODES "possible", "0-3,6\n");
	put(NODES "online", "0-3\n");
	read_good();
	cr_expect_eq(machine->nr_nodes, 7);
	cr_expect(machine->nodes[3].possible && !machine->nodes[5].possible &&
		  machine->nodes[6].possible);
	expect_node(6, false, false, NO_TIER);
	put(NODES "possible", "0-x\n");
	read_bad(-EIO, "possible: not a list of nodes: a number is expected here\n");
}

static void expect_distances(const int *expected)
{
	int from, to;

	for (from = 0; from < 4; from++)
		for (to = 0; to < 4; to++)
			cr_expect_eq(machine_distance(machine, from, to), expected[4 * from + to],
				     "%d to %d: %d", from, to, machine_distance(machine, from, to));
}

/* The columns are the nodes that are online: here 0, 1 and 3. */
Test(machine, distances)
{
	put(NODES "possible", "0-3\n");
	put(NODES "online", "0-1,3\n");
	put(NODES "has_memory", "0,3\n");
	put(NODES "has_cpu", "0-1\n");
	put(NODES "node0/distance", "10 21 31\n");
	put(NODES "node1/distance", "22 10 32\n");
	put(NODES "node2/distance", "1 2 3\n");
	put(NODES "node3/distance", "33 254 10\n");
	put(TIERS_DIR "memory_tier4/nodelist", "0,3\n");
	read_good();
	expect_distances(
		(const int[]){ 10, 21, 20, 31, 22, 10, 20, 32, 20, 20, 10, 20, 33, 254, 20, 10 });
	cr_expect_eq(machine_distance(machine, 0, 1023), 20);
	cr_expect_eq(machine_distance(machine, -1, 4000), 20);
	cr_expect_eq(machine_distance(machine, 4000, 4000), 10);
}

/* A row that is ambiguous is ignored. */
Test(machine, rows_that_are_not_distances)
{
	static const char *const table[] = {
		"",
		"\n",
		"10 20 30\n",
		"10 20 30 40 50\n",
		"10 20 30 x\n",
		"10 20 30 40x\n",
		"10 20 0 40\n",
		"10 20 -30 40\n",
		"10 256 30 40\n",
		"99999999999999999999 20 30 40\n",
		"\xff",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		put_normal();
		put(NODES "node0/distance", table[i]);
		read_good();
		cr_expect(machine_distance(machine, 0, 0) == 10 &&
				  machine_distance(machine, 0, 1) == 20 &&
				  machine_distance(machine, 0, 3) == 20,
			  "%s", table[i]);
	}
}

/* It is shown as it is: also where it goes into a drawing (topology --dot). */
Test(machine, cpulist_that_is_none)
{
	static const char *const lists[] = { "0-3\033[31m", "0\"]; n7 [label=\"", "0\n1",
					     "\xe2\x80\xae" };
	size_t i;

	put_normal();
	put(NODES "node1/cpulist", "0-3,8\n");
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		put(NODES "node0/cpulist", lists[i]);
		read_good();
		cr_expect_null(machine->nodes[0].cpulist, "%s", machine->nodes[0].cpulist);
		cr_expect_str_eq(machine->nodes[1].cpulist, "0-3,8");
	}
}
