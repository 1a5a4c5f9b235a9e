// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"
#include "policy/driver-name.h"

#define NODES "sys/devices/system/node/"
#define MEMORY "sys/devices/system/memory/"
#define TIERS_DIR "sys/devices/virtual/memory_tiering/"
#define DAX "sys/bus/dax/devices/"
#define ND "sys/bus/nd/devices/"
#define CXL "sys/bus/cxl/devices/"
#define CXL_ROOT "sys/devices/platform/ACPI0017:00/root0/"

static char *root;
static struct machine *machine;

static void put(const char *name, const char *text)
{
	tmp_put(root, name, text, strlen(text));
}

/* Link @name, to @target from where the link is; and what is on the way to it. */
static void put_link(const char *name, const char *target)
{
	char *path = tmp_path(root, name);

	put(name, "");
	cr_assert(!unlink(path) && !symlink(target, path), "%s", path);
	free(path);
}

static void put_nodes(const char *possible, const char *memory, const char *cpu)
{
	put(NODES "possible", possible);
	put(NODES "has_memory", memory);
	put(NODES "has_cpu", cpu);
	put(TIERS_DIR "memory_tier4/nodelist", "0\n");
}

/* Nodes 0 to 3, CPUs in node 0, memory in all but node 3. */
static void setup(void)
{
	root = tmp_new();
	put_nodes("0-3\n", "0-2\n", "0\n");
}

static void teardown(void)
{
	tmp_remove(root);
	machine_free(machine);
}

TestSuite(machine_facts, .init = setup, .fini = teardown);

static void read_machine(void)
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

static void expect_fact(int node, enum tierbpf_fact fact, int64_t value, enum source source)
{
	const struct machine_node *n = &machine->nodes[node];

	cr_expect(n->facts.known & (1ULL << fact), "node %d: fact %d is not known", node, fact);
	cr_expect_eq(n->facts.value[fact], value, "node %d: fact %d is %lld", node, fact,
		     (long long)n->facts.value[fact]);
	cr_expect_eq(n->source[fact], source, "node %d: fact %d is from %s", node, fact,
		     source_name(n->source[fact]));
}

static void expect_unknown(int node, enum tierbpf_fact fact)
{
	const struct machine_node *n = &machine->nodes[node];

	cr_expect(!(n->facts.known & (1ULL << fact)), "node %d: fact %d is known: %lld", node, fact,
		  (long long)n->facts.value[fact]);
	cr_expect_eq(n->source[fact], SOURCE_NONE);
}

static void expect_kind(int node, enum tierbpf_kind kind, enum source source)
{
	if (kind)
		expect_fact(node, TIERBPF_FACT_KIND, kind, source);
	else
		expect_unknown(node, TIERBPF_FACT_KIND);
}

Test(machine_facts, nothing_known)
{
	int node, fact;

	read_machine();
	for (node = 0; node < 5; node++)
		for (fact = 0; fact < TIERBPF_NR_FACTS; fact++)
			if (fact != TIERBPF_FACT_KIND)
				expect_unknown(node, fact);
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(2, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(3, 0, SOURCE_NONE);
}

Test(machine_facts, names_of_sources)
{
	cr_expect_str_eq(source_name(SOURCE_NONE), "unknown");
	cr_expect_str_eq(source_name(SOURCE_SYSFS), "sysfs");
	cr_expect_str_eq(source_name(SOURCE_DERIVED), "derived");
	cr_expect_str_eq(source_name((enum source)99), "unknown");
}

/* ---- size ---- */

/*
 * The size is that of the online blocks, of all blocks if none is online, or MemTotal if there
 * are no blocks.
 */
Test(machine_facts, size)
{
	put(MEMORY "block_size_bytes", "8000000\n");
	put(NODES "node0/memory0/state", "online\n");
	put_link(NODES "node0/memory31", "../nowhere");
	put(NODES "node0/memory_side_cache/index1/size", "1\n");
	put(NODES "node0/memory_failure/total", "0\n");
	put(NODES "node0/memory33/state", "offline\n");
	put(NODES "node0/memory34/state", "going-offline\n");
	put(NODES "node0/meminfo", "Node 0 MemTotal:       5 kB\n");
	put(NODES "node1/meminfo",
	    "\nNode 1 MemTotal:       987654 kB\nNode 1 MemFree:        5 kB\n");
	put(NODES "node2/meminfo", "Node 2 MemFree:       987654 kB\n");
	put(NODES "node3/memory64/state", "offline\n");
	put(NODES "node3/meminfo", "Node 3 MemTotal:       0 kB\n");
	read_machine();
	expect_fact(0, TIERBPF_FACT_SIZE, 2 * 0x8000000LL, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_SIZE, 987654LL * 1024, SOURCE_SYSFS);
	expect_unknown(2, TIERBPF_FACT_SIZE);
	expect_fact(3, TIERBPF_FACT_SIZE, 0x8000000LL, SOURCE_SYSFS);
}

Test(machine_facts, size_of_odd_blocks)
{
	static const char *const sizes[] = {
		"0\n", "", "x\n", "-1\n", "ffffffffffffffff\n", "10000000000000000\n",
	};
	size_t i;

	put(NODES "node1/memory7", "");
	put(NODES "node1/meminfo", "Node 1 MemTotal: 7 kB\n");
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		put(MEMORY "block_size_bytes", sizes[i]);
		read_machine();
		expect_fact(1, TIERBPF_FACT_SIZE, 7 * 1024, SOURCE_SYSFS);
	}
	put(NODES "node1/meminfo", "Node 1 MemTotal: 99999999999999999 kB\n");
	read_machine();
	expect_unknown(1, TIERBPF_FACT_SIZE);
}

/* ---- distance ---- */

Test(machine_facts, distance)
{
	put_nodes("0-3\n", "0-2\n", "0-1\n");
	put(NODES "online", "0-2\n");
	put(NODES "node0/distance", "10 21 31\n");
	put(NODES "node1/distance", "12 10 28\n");
	put(NODES "node2/distance", "5 5 10\n"); /* the opposite direction does not count */
	read_machine();
	expect_fact(0, TIERBPF_FACT_DISTANCE, 10, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_DISTANCE, 10, SOURCE_SYSFS);
	expect_fact(2, TIERBPF_FACT_DISTANCE, 28, SOURCE_SYSFS);
	expect_unknown(3, TIERBPF_FACT_DISTANCE);
}

/* ---- performance ---- */

static void put_performance(const char *dir, const char *rl, const char *wl, const char *rb,
			    const char *wb)
{
	const char *const names[] = { "read_latency", "write_latency", "read_bandwidth",
				      "write_bandwidth" };
	const char *const values[] = { rl, wl, rb, wb };
	char name[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "%s/%s", dir, names[i]);
		put(name, values[i]);
	}
}

Test(machine_facts, performance)
{
	put_performance(NODES "node0/access0/initiators", "1\n", "2\n", "3\n", "4\n");
	put_performance(NODES "node1/access1/initiators", "20\n", "30\n", "5242880\n", "5\n");
	put_performance(NODES "node2/access1/initiators", "0\n", "4294967295\n", "4294967296\n",
			"x\n");
	read_machine();
	expect_unknown(0, TIERBPF_FACT_READ_LATENCY);
	expect_fact(1, TIERBPF_FACT_READ_LATENCY, 20, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_WRITE_LATENCY, 30, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_READ_BANDWIDTH, 5242880, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_WRITE_BANDWIDTH, 5, SOURCE_SYSFS);
	expect_unknown(2, TIERBPF_FACT_READ_LATENCY);
	expect_fact(2, TIERBPF_FACT_WRITE_LATENCY, 4294967295, SOURCE_SYSFS);
	expect_unknown(2, TIERBPF_FACT_READ_BANDWIDTH);
	expect_unknown(2, TIERBPF_FACT_WRITE_BANDWIDTH);
}

/* ---- SRAT ---- */

struct memory {
	uint32_t pxm;
	uint64_t length;
	uint32_t flags;
};

#define HOTPLUG 2

static void put_srat(const struct memory *ranges, size_t count)
{
	uint8_t table[48 + 16 * 40] = "SRAT";
	uint32_t length = (uint32_t)(48 + count * 40);
	size_t i;

	memcpy(table + 4, &length, 4);
	table[8] = 3;
	for (i = 0; i < count; i++) {
		uint8_t *p = table + 48 + i * 40;
		uint32_t flags = ranges[i].flags | 1;
		uint64_t base = (uint64_t)i << 30;

		p[0] = 1;
		p[1] = 40;
		memcpy(p + 2, &ranges[i].pxm, 4);
		memcpy(p + 8, &base, 8);
		memcpy(p + 16, &ranges[i].length, 8);
		memcpy(p + 28, &flags, 4);
	}
	tmp_put(root, "sys/firmware/acpi/tables/SRAT", table, length);
}

#define PUT_SRAT(...)                                    \
	put_srat((const struct memory[]){ __VA_ARGS__ }, \
		 sizeof((const struct memory[]){ __VA_ARGS__ }) / sizeof(struct memory))

Test(machine_facts, pxm)
{
	PUT_SRAT({ 7, 1 << 30, 0 }, { 7, 1 << 30, 0 }, { 900, 1 << 30, 0 }, { 0, 0, 0 });
	read_machine();
	expect_fact(0, TIERBPF_FACT_PXM, 7, SOURCE_SRAT);
	expect_fact(1, TIERBPF_FACT_PXM, 900, SOURCE_SRAT);
	expect_fact(2, TIERBPF_FACT_PXM, 0, SOURCE_SRAT);
	expect_unknown(3, TIERBPF_FACT_PXM);
}

/* A kernel with one node where SRAT has more does not use it. */
Test(machine_facts, pxm_of_a_kernel_without_numa)
{
	put_nodes("0\n", "0\n", "0\n");
	PUT_SRAT({ 7, 1 << 30, 0 });
	read_machine();
	expect_fact(0, TIERBPF_FACT_PXM, 7, SOURCE_SRAT);
	PUT_SRAT({ 7, 1 << 30, HOTPLUG }, { 8, 1 << 30, 0 });
	read_machine();
	expect_unknown(0, TIERBPF_FACT_PXM);
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
}

Test(machine_facts, srat_that_is_malformed)
{
	struct capture c;

	put("sys/firmware/acpi/tables/SRAT", "SRAT");
	capture_start(&c);
	cr_expect_eq(machine_read(root, &machine), 0);
	capture_expect(&c, "/SRAT: not used: shorter than the header of a table\n");
	expect_unknown(0, TIERBPF_FACT_PXM);
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
}

/* ---- kinds ---- */

Test(machine_facts, hotplug)
{
	PUT_SRAT({ 0, 1 << 30, 0 }, { 0, 1 << 30, HOTPLUG }, { 1, 1 << 30, HOTPLUG }, { 2, 0, 0 },
		 { 3, 1 << 30, HOTPLUG });
	read_machine();
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(1, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	expect_kind(2, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT); /* its memory is none of SRAT's */
	expect_kind(3, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT); /* and has none yet */
}

Test(machine_facts, hbm)
{
	static const struct {
		const char *read, *write;
		enum tierbpf_kind kind;
	} table[] = {
		{ "150", "100", TIERBPF_KIND_DRAM }, /* 5/4: not more than that */
		{ "150", "101", TIERBPF_KIND_HBM },
		{ "0", "0", TIERBPF_KIND_DRAM },
		/* one direction */
		{ "125", "0", TIERBPF_KIND_DRAM },
		{ "126", "0", TIERBPF_KIND_HBM },
		{ "0", "125", TIERBPF_KIND_DRAM },
		{ "0", "126", TIERBPF_KIND_HBM },
		{ "4294967295", "4294967295", TIERBPF_KIND_HBM },
	};
	size_t i;

	put_performance(NODES "node0/access1/initiators", "1", "1", "100", "100");
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		put_performance(NODES "node1/access1/initiators", "1", "1", table[i].read,
				table[i].write);
		read_machine();
		expect_kind(1, table[i].kind, SOURCE_DERIVED);
	}
	put_performance(NODES "node3/access1/initiators", "1", "1", "500", "500"); /* no memory */
	PUT_SRAT({ 0, 1, 0 }, { 1, 1, HOTPLUG });
	read_machine();
	expect_kind(1, TIERBPF_KIND_HBM, SOURCE_DERIVED);
	expect_kind(3, 0, SOURCE_NONE);
	put_nodes("0-3\n", "0-2\n", "0-1\n"); /* with CPUs it is not */
	read_machine();
	expect_kind(1, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	put_performance(NODES "node0/access1/initiators", "1", "1", "0",
			"0"); /* nothing to compare with */
	put_nodes("0-3\n", "0-2\n", "0\n");
	read_machine();
	expect_kind(1, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	put_performance(NODES "node0/access1/initiators", "1", "1", "1", "0");
	put_performance(NODES "node1/access1/initiators", "1", "1", "0", "500"); /* nor here */
	read_machine();
	expect_kind(1, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	put_nodes("0-3\n", "0-2\n", "0,2\n"); /* but with the second node with CPUs */
	put_performance(NODES "node2/access1/initiators", "1", "1", "100", "100");
	read_machine();
	expect_kind(1, TIERBPF_KIND_HBM, SOURCE_DERIVED);
	put_performance(NODES "node0/access1/initiators", "1", "1", "0",
			"500"); /* the first counts */
	read_machine();
	expect_kind(1, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
}

/* A dax device as sysfs shows it: below its parent, and linked from the bus. */
static void put_dax(const char *parent, const char *name, const char *node)
{
	char path[512], target[512];

	snprintf(path, sizeof(path), "sys/devices/%s/%s/target_node", parent, name);
	put(path, node);
	snprintf(path, sizeof(path), DAX "%s", name);
	snprintf(target, sizeof(target), "../../../devices/%s/%s", parent, name);
	put_link(path, target);
}

#define NVDIMM "LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region0/dax0.0"

Test(machine_facts, dax)
{
	put_dax(NVDIMM, "dax0.0", "1\n");
	put_dax("platform/ACPI0017:00/root0/decoder0.0/region3/dax_region3", "dax3.0", "2\n");
	put_dax("platform/hmem.0", "dax5.0", "3\n");
	PUT_SRAT({ 0, 1, 0 }, { 1, 1, HOTPLUG }, { 2, 1, HOTPLUG }, { 3, 1, HOTPLUG });
	read_machine();
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(1, TIERBPF_KIND_PMEM, SOURCE_SYSFS);
	expect_kind(2, TIERBPF_KIND_CXL, SOURCE_SYSFS);
	expect_kind(3, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT); /* set aside by firmware: anything */
}

/* memmap=4G!12G makes a device of memory that a node with CPUs has; and some have no node. */
Test(machine_facts, dax_without_a_kind)
{
	put_dax(NVDIMM, "dax0.0", "0\n");
	put_dax(NVDIMM, "dax0.1", "-1\n");
	put_dax(NVDIMM, "dax0.2", "4\n");
	put_dax(NVDIMM, "dax0.3", "18446744073709551615\n");
	put_dax(NVDIMM, "dax0.4", "");
	put_link(DAX "dax0.5", "../../../devices/nowhere");
	put_link(DAX "dax0.6", "/");
	put(DAX "dax0.7/target_node", "1\n"); /* nobody knows of what */
	read_machine();
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(1, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(3, 0, SOURCE_NONE);
}

/* A link that leads out of a captured machine is not followed. */
Test(machine_facts, outside_of_the_root)
{
	char *other = tmp_new(), *target = tmp_path(other, "ndbus0/region0/dax0.0");

	tmp_put(other, "ndbus0/region0/dax0.0/target_node", "1\n", 2);
	put_link(DAX "dax0.0", target);
	put_link(CXL "region0", target);
	read_machine();
	expect_kind(1, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	free(target);
	tmp_remove(other);
}

/* NVDIMM regions without a dax device yet. */
Test(machine_facts, nd_regions)
{
	put(ND "region0/target_node", "3\n");
	put(ND "region1/target_node", "1\n"); /* has memory: of what, the region does not tell */
	put(ND "region2/target_node", "-1\n");
	put(ND "ndbus0/uevent", "");
	read_machine();
	expect_kind(1, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(3, TIERBPF_KIND_PMEM, SOURCE_SYSFS);
}

/* ---- drivers ---- */

static void expect_driver(int node, const char *name)
{
	if (name)
		expect_fact(node, TIERBPF_FACT_DRIVER, driver_name_value(name), SOURCE_IOMEM);
	else
		expect_unknown(node, TIERBPF_FACT_DRIVER);
}

#define BLOCK_SIZE "8000000\n"

/* Blocks 2 and 3 are node 1, block 4 is node 2. */
static void put_blocks(void)
{
	put(MEMORY "block_size_bytes", BLOCK_SIZE);
	put(NODES "node0/memory0/state", "online\n");
	put(NODES "node1/memory2/state", "online\n");
	put(NODES "node1/memory3/state", "offline\n");
	put(NODES "node2/memory4/state", "online\n");
}

Test(machine_facts, drivers)
{
	static const struct {
		const char *iomem;
		const char *driver; /* of node 1 */
		enum tierbpf_kind kind;
	} table[] = {
		{ "10000000-1fffffff : System RAM (NVIDIA)\n", "NVIDIA", TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : virtio1\n  10000000-17ffffff : System RAM (virtio_mem)\n"
		  "  18000000-1fffffff : System RAM (virtio_mem)\n",
		  "virtio_mem", TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : Soft Reserved\n  10000000-1fffffff : dax0.0\n"
		  "    10000000-1fffffff : System RAM (kmem)\n",
		  "kmem", TIERBPF_KIND_DEVICE },
		/* drivers added all of it, but more than one */
		{ "10000000-17ffffff : System RAM (kmem)\n18000000-1fffffff : System RAM (NVIDIA)\n",
		  NULL, TIERBPF_KIND_DEVICE },
		{ "10000000-17ffffff : System RAM (a)\n18000000-1fffffff : System RAM (a.)\n", NULL,
		  TIERBPF_KIND_DEVICE },
		/* a part is nobody's */
		{ "10000000-17ffffff : System RAM (NVIDIA)\n18000000-1fffffff : System RAM\n", NULL,
		  TIERBPF_KIND_DRAM },
		{ "18000000-1fffffff : System RAM (NVIDIA)\n", NULL, TIERBPF_KIND_DRAM },
		{ "10000001-1fffffff : System RAM (NVIDIA)\n", NULL, TIERBPF_KIND_DRAM },
		{ "10000000-18000000 : System RAM (NVIDIA)\n", "NVIDIA", TIERBPF_KIND_DEVICE },
		{ "10000000-17ffffff : System RAM (NVIDIA)\n", NULL, TIERBPF_KIND_DRAM },
		/* names that no driver has */
		{ "10000000-1fffffff : System RAM (a b)\n", NULL, TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : System RAM ()\n", NULL, TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : System RAM (a) \n", NULL, TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : System RAM (a123456789b123456789c123456789d123456789e123456789f1234)\n",
		  "a123456789b123456789c123456789d123456789e123456789f1234", TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : System RAM (a123456789b123456789c123456789d123456789e123456789f12345)\n",
		  NULL, TIERBPF_KIND_DEVICE },
		{ "10000000-1fffffff : System RAM\n", NULL, TIERBPF_KIND_DRAM },
		{ "10000000-1fffffff : Reserved\n", NULL, TIERBPF_KIND_DRAM },
		/* as users other than root see it */
		{ "00000000-00000000 : System RAM (NVIDIA)\n", NULL, TIERBPF_KIND_DRAM },
		{ "1fffffff-10000000 : System RAM (NVIDIA)\n", NULL, TIERBPF_KIND_DRAM },
		{ "", NULL, TIERBPF_KIND_DRAM },
	};
	size_t i;

	put_blocks();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		put("proc/iomem", table[i].iomem);
		read_machine();
		expect_driver(1, table[i].driver);
		expect_kind(1, table[i].kind,
			    table[i].kind == TIERBPF_KIND_DEVICE ? SOURCE_IOMEM : SOURCE_DERIVED);
		expect_driver(2, NULL);
		expect_kind(2, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	}
}

/* What else is known about the memory: only kmem says less than the bandwidth does. */
Test(machine_facts, kind_beside_the_driver)
{
	put_blocks();
	put("proc/iomem",
	    "00001000-07ffffff : System RAM (x)\n10000000-1fffffff : System RAM (kmem)\n"
	    "20000000-27ffffff : System RAM (NVIDIA)\n");
	put_performance(NODES "node0/access1/initiators", "1", "1", "100", "100");
	put_performance(NODES "node1/access1/initiators", "1", "1", "500", "500");
	put_performance(NODES "node2/access1/initiators", "1", "1", "500", "500");
	PUT_SRAT({ 0, 1 << 20, 0 }, { 1, 1, HOTPLUG }, { 2, 1, HOTPLUG });
	read_machine();
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_kind(1, TIERBPF_KIND_HBM, SOURCE_DERIVED);
	expect_driver(1, "kmem");
	expect_kind(2, TIERBPF_KIND_DEVICE, SOURCE_IOMEM);
	put_dax(NVDIMM, "dax0.0", "1\n");
	put_dax("platform/ACPI0017:00/root0/decoder0.0/region3/dax_region3", "dax3.0", "2\n");
	read_machine();
	expect_kind(1, TIERBPF_KIND_PMEM, SOURCE_SYSFS);
	expect_kind(2, TIERBPF_KIND_CXL, SOURCE_SYSFS);
	expect_driver(2, "NVIDIA");
	put("proc/iomem", "00000000-07ffffff : System RAM (x)\n");
	read_machine(); /* a node with CPUs may have a driver, but its kind is its own */
	expect_driver(0, "x");
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
}

/* ---- CXL ---- */

static void put_card(int number, const char *serial)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "sys/devices/pci0000:0c/mem%d/serial", number);
	put(path, serial);
	snprintf(path, sizeof(path), CXL_ROOT "port1/endpoint%d/decoder%d.0/mode", number, number);
	put(path, "ram\n");
	snprintf(path, sizeof(path), CXL_ROOT "port1/endpoint%d/uport", number);
	snprintf(target, sizeof(target), "../../../../../pci0000:0c/mem%d", number);
	put_link(path, target);
	snprintf(path, sizeof(path), CXL "decoder%d.0", number);
	snprintf(target, sizeof(target), "../../../../" CXL_ROOT "port1/endpoint%d/decoder%d.0",
		 number, number);
	put_link(path, target);
}

#define REGION CXL_ROOT "decoder0.0/region7/"

/* One region of two cards, which 6.12 and 7.3 show alike. */
static void put_region(void)
{
	put_card(2, "0x1234\n");
	put_card(3, "0xfedcba9876543210\n");
	put(REGION "target0", "decoder3.0\n");
	put(REGION "target1", "decoder2.0\n");
	put(REGION "resource", "0x3d0000000\n");
	put_link(CXL "region7", "../../../devices/platform/ACPI0017:00/root0/decoder0.0/region7");
}

static void expect_region(int node)
{
	expect_kind(node, TIERBPF_KIND_CXL, SOURCE_SYSFS);
	expect_fact(node, TIERBPF_FACT_CXL_REGION, 7, SOURCE_SYSFS);
	expect_fact(node, TIERBPF_FACT_CXL_SERIAL, (int64_t)0xfedcba9876543210, SOURCE_SYSFS);
	expect_fact(node, TIERBPF_FACT_CXL_SERIAL_2, 0x1234, SOURCE_SYSFS);
	expect_unknown(node, TIERBPF_FACT_CXL_SERIAL_3);
}

Test(machine_facts, cxl_by_dax)
{
	put_region();
	put(REGION "dax_region7/devtype", "cxl_dax_region\n");
	put(REGION "dax_region7/dax7.0/target_node", "3\n");
	read_machine();
	expect_region(3);
	expect_unknown(2, TIERBPF_FACT_CXL_REGION);
}

/* A region that has been RAM since boot has no dax device. */
Test(machine_facts, cxl_by_block)
{
	put_region();
	put(MEMORY "block_size_bytes", "8000000\n");
	put(NODES "node1/memory121", "");
	put(NODES "node2/memory122", "");
	read_machine();
	expect_region(2);
	expect_unknown(1, TIERBPF_FACT_CXL_REGION);
}

Test(machine_facts, cxl_by_srat)
{
	put_region();
	put(REGION "resource", "0x40000000\n");
	PUT_SRAT({ 0, 1 << 30, 0 }, { 1, 1 << 30, 0 });
	read_machine();
	expect_region(1);
	expect_unknown(0, TIERBPF_FACT_CXL_REGION);
}

/* The values of the node take precedence over those of its region. */
Test(machine_facts, cxl_performance)
{
	put_region();
	put(REGION "dax_region7/dax7.0/target_node", "2\n");
	put_performance(REGION "access1", "202\n", "302\n", "8192\n", "0\n");
	put_performance(NODES "node2/access1/initiators", "17200\n", "0\n", "0\n", "0\n");
	read_machine();
	expect_fact(2, TIERBPF_FACT_READ_LATENCY, 17200, SOURCE_SYSFS);
	expect_fact(2, TIERBPF_FACT_WRITE_LATENCY, 302, SOURCE_CDAT);
	expect_fact(2, TIERBPF_FACT_READ_BANDWIDTH, 8192, SOURCE_CDAT);
	expect_unknown(2, TIERBPF_FACT_WRITE_BANDWIDTH);
}

/* The first of several regions counts; a node with CPUs keeps its kind. */
Test(machine_facts, cxl_regions)
{
	put(CXL "region10/dax_region10/dax10.0/target_node", "1\n");
	put(CXL "region9/dax_region9/dax9.0/target_node", "1\n");
	put(CXL "region11/dax_region11/dax11.0/target_node", "0\n");
	put(CXL "region12/dax_region11/dax11.0/target_node", "2\n");
	put(CXL "regionx/dax_region13/dax13.0/target_node", "2\n");
	read_machine();
	expect_fact(1, TIERBPF_FACT_CXL_REGION, 9, SOURCE_SYSFS);
	expect_kind(1, TIERBPF_KIND_CXL, SOURCE_SYSFS);
	/* it has CPUs, so it is DRAM, whatever has joined it */
	expect_unknown(0, TIERBPF_FACT_CXL_REGION);
	expect_kind(0, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
	expect_unknown(2, TIERBPF_FACT_CXL_REGION);
}

/* Serial numbers keep their positions even if others cannot be read. */
Test(machine_facts, cxl_serials)
{
	put_region();
	put(REGION "dax_region7/dax7.0/target_node", "2\n");
	put_card(4, "none\n");
	put(REGION "target0", "decoder9.0\n");
	put(REGION "target2", "../decoder2.0\n");
	put(REGION "target3", "decoder4.0\n");
	put(REGION "target4", "decoder2.0\n");
	read_machine();
	expect_unknown(2, TIERBPF_FACT_CXL_SERIAL);
	expect_fact(2, TIERBPF_FACT_CXL_SERIAL_2, 0x1234, SOURCE_SYSFS);
	expect_unknown(2, TIERBPF_FACT_CXL_SERIAL_3);
	expect_unknown(2, TIERBPF_FACT_CXL_SERIAL_4);
}

/* A FIFO in place of a file does not block. */
Test(machine_facts, fifo, .timeout = 10)
{
	char *path = tmp_path(root, NODES "node1/distance");

	put(NODES "node1/distance", "");
	cr_assert(!unlink(path) && !mkfifo(path, 0600));
	read_machine();
	free(path);
}
