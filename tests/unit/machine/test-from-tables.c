// SPDX-License-Identifier: GPL-2.0-only
/* The facts that come from firmware tables, in addition to those from sysfs. */
#include "unit-tables.h"

#include <sys/stat.h>
#include <unistd.h>

#include "model/perf.h"

#define NODES "sys/devices/system/node/"
#define TABLES "sys/firmware/acpi/tables/"
#define TIERS_DIR "sys/devices/virtual/memory_tiering/"

static char *root;
static struct machine *machine;
static struct draft d;

static void put(const char *name, const char *text)
{
	tmp_put(root, name, text, strlen(text));
}

static void put_table(const char *name)
{
	char *path = tmp_path(TABLES, name);

	draft_put32(&d, 4, (uint32_t)d.length);
	tmp_put(root, path, d.bytes, d.length);
	free(path);
}

/* Node 0: CPUs and memory; node 1: memory yet to come; PXM 3 and 5. */
static void put_srat(void)
{
	static const uint32_t pxms[] = { 3, 5 };
	size_t i, at;

	draft_start(&d, "SRAT", 3, 48);
	at = draft_add(&d, 24);
	draft_put16(&d, at, 2 | 24 << 8);
	draft_put32(&d, at + 4, 3);
	draft_put32(&d, at + 12, 1);
	for (i = 0; i < ARRAY_SIZE(pxms); i++) {
		at = draft_add(&d, 40);
		draft_put16(&d, at, 1 | 40 << 8);
		draft_put32(&d, at + 2, pxms[i]);
		draft_put64(&d, at + 8, (uint64_t)i << 30);
		draft_put64(&d, at + 16, 1 << 30);
		draft_put32(&d, at + 28, i ? 3 : 1);
	}
	put_table("SRAT");
}

static void put_slit(uint8_t diagonal)
{
	int i;

	draft_start(&d, "SLIT", 1, 44);
	draft_put64(&d, 36, 6);
	draft_add(&d, 36);
	for (i = 0; i < 36; i++)
		draft_put8(&d, 44 + (size_t)i, i / 6 == i % 6 ? diagonal : (uint8_t)(20 + i));
	put_table("SLIT");
}

/* Latencies of 100 and 300 ns, bandwidths of 1000 and 400 MB/s, from PXM 3. */
static void put_hmat(uint8_t revision)
{
	static const uint16_t entries[2][2] = { { 100, 300 }, { 1000, 400 } };
	size_t i, at;

	draft_start(&d, "HMAT", revision, 40);
	for (i = 0; i < 2; i++) {
		at = draft_add(&d, 48);
		draft_put16(&d, at, 1);
		draft_put32(&d, at + 4, 48);
		draft_put8(&d, at + 9, i ? 3 : 0);
		draft_put32(&d, at + 12, 1);
		draft_put32(&d, at + 16, 2);
		draft_put64(&d, at + 24, i ? 1 : 1000);
		draft_put32(&d, at + 32, 3);
		draft_put32(&d, at + 36, 3);
		draft_put32(&d, at + 40, 5);
		draft_put16(&d, at + 44, entries[i][0]);
		draft_put16(&d, at + 46, entries[i][1]);
	}
	put_table("HMAT");
}

/* Windows at 8 and 16 GB. */
static void put_cedt(void)
{
	uint64_t i;
	size_t at;

	draft_start(&d, "CEDT", 1, 36);
	for (i = 1; i <= 2; i++) {
		at = draft_add(&d, 40);
		draft_put16(&d, at, 1);
		draft_put16(&d, at + 2, 40);
		draft_put64(&d, at + 8, i << 33);
		draft_put64(&d, at + 16, 1 << 30);
	}
	put_table("CEDT");
}

static void setup(void)
{
	root = tmp_new();
	put(NODES "possible", "0-3\n");
	put(NODES "online", "0\n");
	put(NODES "has_memory", "0\n");
	put(NODES "has_cpu", "0\n");
	put(NODES "node0/distance", "10\n");
	put(TIERS_DIR "memory_tier4/nodelist", "0\n");
}

static void teardown(void)
{
	tmp_remove(root);
	machine_free(machine);
}

TestSuite(machine_tables, .init = setup, .fini = teardown);

static void read_machine(const char *message)
{
	struct capture c;
	int err;

	machine_free(machine);
	capture_start(&c);
	err = machine_read(root, &machine);
	capture_expect(&c, message);
	cr_assert_eq(err, 0, "%d", err);
}

static void expect_fact(int node, enum tierbpf_fact fact, int64_t value, enum source source)
{
	const struct machine_node *n = &machine->nodes[node];

	cr_expect_eq(n->source[fact], source, "node %d: fact %d is from %s", node, fact,
		     source_name(n->source[fact]));
	cr_expect_eq(n->facts.value[fact], value, "node %d: fact %d is %lld", node, fact,
		     (long long)n->facts.value[fact]);
}

/* For captures without has_generic_initiator. */
Test(machine_tables, generic_initiators)
{
	size_t at;

	put_srat();
	at = draft_add(&d, 32);
	draft_put16(&d, at, 5 | 32 << 8);
	draft_put32(&d, at + 4, 7);
	draft_put32(&d, at + 24, 1);
	put_table("SRAT");
	read_machine(NULL);
	cr_expect(!machine->nodes[0].generic_initiator);
	cr_expect(machine->nodes[1].generic_initiator);
	cr_expect(!machine->nodes[2].generic_initiator);
}

Test(machine_tables, all)
{
	put(NODES "node0/access0/initiators/read_latency", "0\n");
	put_srat();
	put_slit(10);
	put_hmat(2);
	put_cedt();
	read_machine(NULL);
	expect_fact(1, TIERBPF_FACT_PXM, 5, SOURCE_SRAT);
	expect_fact(0, TIERBPF_FACT_DISTANCE, 10, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_DISTANCE, 20 + 3 * 6 + 5, SOURCE_SLIT);
	cr_expect_eq(machine_distance(machine, 1, 0), 20 + 5 * 6 + 3);
	cr_expect_eq(machine_distance(machine, 0, 2), 20, "no domain of the table");
	expect_fact(0, TIERBPF_FACT_READ_LATENCY, 100, SOURCE_HMAT);
	expect_fact(1, TIERBPF_FACT_READ_LATENCY, 300, SOURCE_HMAT);
	expect_fact(1, TIERBPF_FACT_WRITE_BANDWIDTH, 400, SOURCE_HMAT);
	cr_expect(nodeset_has(&machine->nodes[1].hmat[CLASS_ANY].initiators, 0));
	expect_fact(1, TIERBPF_FACT_KIND, TIERBPF_KIND_HOTPLUG, SOURCE_SRAT);
	expect_fact(2, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_CEDT);
	expect_fact(3, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_CEDT);
	expect_fact(2, TIERBPF_FACT_PXM, 0, SOURCE_NONE);
	cr_expect(machine->srat && machine->hmat);
	cr_expect(machine->tables.hmat.found && machine->tables.hmat.revision == 2);
	cr_expect(!machine->tables.hmat.ignored && !machine->tables.slit.ignored);
	cr_expect(machine->tables.cedt.found && !machine->tables.cedt.ignored);
}

struct window {
	uint64_t base, size;
};

static void put_windows(const struct window *windows, size_t count)
{
	size_t i, at;

	draft_start(&d, "CEDT", 1, 36);
	for (i = 0; i < count; i++) {
		at = draft_add(&d, 40);
		draft_put16(&d, at, 1);
		draft_put16(&d, at + 2, 40);
		draft_put64(&d, at + 8, windows[i].base);
		draft_put64(&d, at + 16, windows[i].size);
	}
	put_table("CEDT");
}

#define MIB(n) ((uint64_t)(n) << 20)

/* Firmware has set up cards itself, so SRAT describes their memory: node 1 at 1 to 2 GiB. */
Test(machine_tables, windows_that_srat_describes)
{
	static const struct {
		struct window windows[3];
		enum tierbpf_kind kind;
	} table[] = {
		{ { { MIB(1024), MIB(1024) } }, TIERBPF_KIND_CXL },
		{ { { MIB(512), MIB(4096) } }, TIERBPF_KIND_CXL },
		{ { { MIB(1024), MIB(512) }, { MIB(1536), MIB(512) } }, TIERBPF_KIND_CXL },
		{ { { MIB(1536), MIB(600) }, { MIB(1000), MIB(600) } }, TIERBPF_KIND_CXL },
		{ { { MIB(1024), UINT64_MAX } }, TIERBPF_KIND_CXL },
		/* only a part */
		{ { { MIB(1024), MIB(1023) } }, TIERBPF_KIND_HOTPLUG },
		{ { { MIB(1025), MIB(1024) } }, TIERBPF_KIND_HOTPLUG },
		{ { { MIB(1024), MIB(512) }, { MIB(1537), MIB(512) } }, TIERBPF_KIND_HOTPLUG },
		{ { { MIB(1024), 0 }, { MIB(1024), MIB(512) } }, TIERBPF_KIND_HOTPLUG },
		{ { { MIB(2048), MIB(512) } }, TIERBPF_KIND_HOTPLUG },
	};
	size_t i;

	put_srat();
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		put_windows(table[i].windows, table[i].windows[1].base ? 2 : 1);
		read_machine(NULL);
		expect_fact(1, TIERBPF_FACT_KIND, table[i].kind,
			    table[i].kind == TIERBPF_KIND_CXL ? SOURCE_CEDT : SOURCE_SRAT);
	}
	/* with CPUs it is not */
	put_windows((const struct window[]){ { 0, MIB(4096) } }, 1);
	read_machine(NULL);
	expect_fact(0, TIERBPF_FACT_KIND, TIERBPF_KIND_DRAM, SOURCE_DERIVED);
}

/* Sysfs has the values that the kernel uses, so it takes precedence. */
Test(machine_tables, sysfs_first)
{
	put_srat();
	put_slit(10);
	put_hmat(2);
	put(NODES "online", "0-1\n");
	put(NODES "node0/distance", "10 77\n");
	put(NODES "node1/access1/initiators/read_latency", "55\n");
	read_machine(NULL);
	expect_fact(1, TIERBPF_FACT_DISTANCE, 77, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_READ_LATENCY, 55, SOURCE_SYSFS);
	expect_fact(1, TIERBPF_FACT_WRITE_LATENCY, 300, SOURCE_HMAT);
	cr_expect_eq(machine_distance(machine, 1, 0), 20 + 5 * 6 + 3,
		     "sysfs does not show this one");
}

Test(machine_tables, slit_ignored)
{
	put_srat();
	put_slit(16);
	read_machine(
		"SLIT: not used: at offset 0x2c: a distance of a domain to itself that is not 10");
	expect_fact(1, TIERBPF_FACT_DISTANCE, 0, SOURCE_NONE);
	cr_expect_eq(machine_distance(machine, 0, 1), 20);
	cr_expect(machine->tables.slit.ignored && machine->tables.slit.at == 44);
}

Test(machine_tables, hmat_ignored)
{
	put_srat();
	put_hmat(3);
	read_machine("HMAT: not used: at offset 0x8: neither revision 1 nor 2");
	expect_fact(0, TIERBPF_FACT_READ_LATENCY, 0, SOURCE_NONE);
	cr_expect_null(machine->hmat);
	cr_expect(machine->tables.hmat.found && machine->tables.hmat.revision == 3);
	cr_expect_str_eq(machine->tables.hmat.ignored, "neither revision 1 nor 2");
}

/* A file that is not regular is not opened, and the rest of the machine is still read. */
static void read_without_hmat(const char *message)
{
	read_machine(message);
	expect_fact(1, TIERBPF_FACT_PXM, 5, SOURCE_SRAT);
	expect_fact(0, TIERBPF_FACT_READ_LATENCY, 0, SOURCE_NONE);
	cr_expect(machine->tables.hmat.found && machine->tables.hmat.ignored);
}

static void replace_by_link(const char *path, const char *to)
{
	cr_assert(!unlink(path) && !symlink(to, path));
}

/*
 * A link is followed, but never out of the captured machine: the way that it names begins at its
 * root.
 */
Test(machine_tables, hmat_that_is_a_link)
{
	char *path = tmp_path(root, TABLES "HMAT"), *inside = tmp_path(root, TABLES "HMAT-inside");
	char *outside = tmp_new(), *secret = tmp_path(outside, "HMAT");

	put_srat();
	put_hmat(2);
	cr_assert(!link(path, inside) && !link(path, secret));
	replace_by_link(path, secret);
	read_machine(NULL);
	cr_expect_not(machine->tables.hmat.found);
	replace_by_link(path, "../../../../../../../../../../../../etc/passwd");
	read_machine(NULL);
	cr_expect_not(machine->tables.hmat.found);
	replace_by_link(path, "/" TABLES "HMAT-inside");
	read_machine(NULL);
	cr_expect(machine->hmat && machine->tables.hmat.found);
	tmp_remove(outside);
	free(secret);
	free(inside);
	free(path);
}

Test(machine_tables, hmat_that_is_a_fifo)
{
	char *path = tmp_path(root, TABLES "HMAT");

	put_srat();
	cr_assert(!mkfifo(path, 0600));
	read_without_hmat(TABLES "HMAT: not used: not a regular file");
	free(path);
}

Test(machine_tables, hmat_that_may_not_be_read)
{
	char *path = tmp_path(root, TABLES "HMAT");

	put_srat();
	put_hmat(2);
	cr_assert(!chmod(path, 0) && !chmod(root, 0755));
	become_nobody();
	read_without_hmat(TABLES "HMAT: not used: this user may not read it");
	become_root();
	free(path);
}

/* With numa=nohmat the facts are still known here, but the kernel does not use them. */
Test(machine_tables, hmat_not_shown)
{
	int odd;

	put_srat();
	put_hmat(2);
	read_machine(NULL);
	expect_fact(1, TIERBPF_FACT_READ_LATENCY, 300, SOURCE_HMAT);
	cr_expect(machine->hmat && machine->tables.hmat.ignored);
	cr_expect_eq(perf_kernel_reference(machine, &odd), -ENODATA);
	machine->tables.hmat.ignored = NULL;
	cr_expect_eq(perf_kernel_reference(machine, &odd), 0);
}

Test(machine_tables, no_srat)
{
	put_slit(10);
	put_hmat(2);
	put_cedt();
	read_machine(NULL);
	cr_expect(!machine->srat && !machine->hmat && !machine->tables.srat.found);
	cr_expect(machine->tables.hmat.found && machine->tables.hmat.ignored);
	expect_fact(2, TIERBPF_FACT_KIND, 0, SOURCE_NONE);
}

/* numa=off */
Test(machine_tables, srat_not_used)
{
	put_srat();
	put_slit(10);
	put_hmat(2);
	put(NODES "possible", "0\n");
	read_machine(NULL);
	cr_expect(!machine->srat && !machine->hmat);
	cr_expect(machine->tables.srat.found && machine->tables.srat.ignored);
	expect_fact(0, TIERBPF_FACT_READ_LATENCY, 0, SOURCE_NONE);
}
