// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"
#include "unit-tables.h"

#include <tierbpf/adistance.h>

#include "acpi/hmat-access.h"
#include "export/acpi.h"

static char *root;
static struct test_plan plan;
static struct acpi_export *export;

static void setup(void)
{
	root = tmp_new();
}

static void teardown(void)
{
	tmp_remove(root);
	acpi_free(export);
	test_plan_free(&plan);
}

TestSuite(export_acpi, .init = setup, .fini = teardown);

/* PXMs as the kernel would number them: nodes with CPUs are 0…, those with memory alone 10…. */
static void name_domains(struct machine *m)
{
	int cpus[TIERBPF_MAX_NODES + 1], memory[TIERBPF_MAX_NODES + 1];
	int i, c = 0, n = 0;

	for (i = 0; i < m->nr_nodes; i++) {
		int pxm = m->nodes[i].cpu ? i : i + 10;

		if (m->nodes[i].cpu)
			cpus[c++] = pxm;
		if (m->nodes[i].memory)
			memory[n++] = pxm;
		machine_set_fact(&m->nodes[i], TIERBPF_FACT_PXM, pxm, SOURCE_SRAT);
	}
	cpus[c] = memory[n] = -1;
	m->srat = srat_of(cpus, memory);
}

/* @marked: a policy; NULL: none. @notes: parts of lines. */
static int make(const char *marked, struct machine *m, const char *notes[])
{
	FILE *terminal = stderr;
	char *text = NULL;
	size_t size;
	int err;

	plan = test_plan(marked ?: "{'version': 1, 'rules': []}", m, NULL);
	stderr = open_memstream(&text, &size);
	err = acpi_make(root, m, marked ? plan.plan : NULL, &export);
	fclose(stderr);
	stderr = terminal;
	expect_notes(text, notes);
	return err;
}

#define NOTES(...) ((const char *[]){ __VA_ARGS__, NULL })
#define DRAM PERF(100, 100, 100000, 100000)
#define CARD PERF(300, 350, 20000, 15000)
#define FAR                                                                               \
	"{'version': 1, 'tiers': ['dram', {'name': 'far', 'adistance': 1344}], 'rules': " \
	"[{'match': {'cpu': false}, 'action': {'tier': 'far'}}]}"

/* The values that the kernel reads from the table. */
static struct access kernel_reads(int node)
{
	const struct machine *m = plan.machine;
	struct access found[NR_CLASSES] = {};
	struct hmat_access *access = NULL;
	struct nodeset cpus = {};
	struct hmat *h = NULL;
	const char *why;
	size_t at;
	int i;

	cr_assert_eq(hmat_parse(&export->hmat, m->srat, &h, &at, &why), 0);
	for (i = 0; i < m->nr_nodes; i++)
		if (m->nodes[i].cpu)
			nodeset_add(&cpus, i);
	cr_assert_eq(hmat_access_new(h, m->srat, &cpus, &access), 0);
	hmat_access_node(access, node, found);
	hmat_access_free(access);
	hmat_free(h);
	return found[CLASS_CPU];
}

static void expect_read(int node, struct perf perf, const char *initiators)
{
	struct access found = kernel_reads(node);
	char *text = nodeset_text(&found.initiators);

	cr_expect_arr_eq(&found.perf, &perf, sizeof(perf), "node %d: %lld/%lld %lld/%lld", node,
			 (long long)found.perf.value[READ_LATENCY],
			 (long long)found.perf.value[WRITE_LATENCY],
			 (long long)found.perf.value[READ_BANDWIDTH],
			 (long long)found.perf.value[WRITE_BANDWIDTH]);
	cr_expect_str_eq(text, initiators);
	free(text);
}

static void expect_header(const char *oem_id, const char *oem_table_id, uint32_t revision)
{
	const struct acpi_table *t = &export->hmat;
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < t->length; i++)
		sum = (uint8_t)(sum + t->bytes[i]);
	cr_expect_eq(sum, 0);
	cr_expect_arr_eq(t->bytes, "HMAT", 4);
	cr_expect_eq(acpi_u32(t, 4), t->length);
	cr_expect_eq(t->bytes[8], 2);
	cr_expect_arr_eq(t->bytes + 10, oem_id, 6);
	cr_expect_arr_eq(t->bytes + 16, oem_table_id, 8);
	cr_expect_eq(acpi_u32(t, 24), revision);
	cr_expect_eq(acpi_u32(t, 36), 0);
}

static struct machine *machine_with(struct machine *m)
{
	name_domains(m);
	return m;
}

Test(export_acpi, as_known)
{
	cr_assert_eq(make(NULL, machine_with(MACHINE({ "cm", DRAM }, { "m", CARD })), NULL), 0);
	expect_header("TIERBP", "TIERBPF ", 1);
	cr_expect_not(export->overrides);
	expect_read(0, (struct perf)DRAM, "0");
	expect_read(1, (struct perf)CARD, "0");
	cr_expect_eq(export->nodes[1].adistance, 576 * 650 / 200 * 200000 / 35000);
	cr_expect_not(export->nodes[1].corrected);
}

Test(export_acpi, as_planned)
{
	cr_assert_eq(make(FAR, machine_with(MACHINE({ "cm", DRAM }, { "m", CARD }, { "m" })), NULL),
		     0);
	cr_expect_eq(export->nodes[1].adistance, 1344);
	cr_expect_eq(export->nodes[2].adistance, 1344);
	cr_expect(export->nodes[1].corrected && export->nodes[2].corrected &&
		  !export->nodes[0].corrected);
	expect_read(0, (struct perf)DRAM, "0");
}

/* Nothing is known, not even about the reference node. */
Test(export_acpi, nothing_known)
{
	cr_assert_eq(make(FAR, machine_with(MACHINE({ "cm" }, { "m" })),
			  NOTES("96 ns are assumed", "64000 MB/s are assumed")),
		     0);
	expect_read(0, (struct perf){ { 96, 96, 64000, 64000 } }, "0");
	expect_read(1, (struct perf){ { 224, 224, 64000, 64000 } }, "0");
	cr_expect_eq(export->nodes[1].adistance, 1344);
}

/* A policy in force has moved the nodes already; the next boot begins with the kernel alone. */
Test(export_acpi, moved_before)
{
	cr_assert_eq(make(FAR,
			  machine_with(MACHINE({ "cm", DRAM },
					       { "m", .tier = 10, .kernel_adistance = 576 },
					       { "m", .tier = 4, .kernel_adistance = 1344 },
					       { "m", CARD, .tier = 10, .kernel_adistance = 4731 })),
			  NULL),
		     0);
	cr_expect_eq(export->nodes[1].adistance, 1344);
	cr_expect_not(export->nodes[2].in_table);
	cr_expect_eq(export->nodes[3].adistance, 1344);
}

/* If only reading or writing is known, the sums that the kernel compares stay the same. */
Test(export_acpi, one_side_known)
{
	cr_assert_eq(make(FAR,
			  machine_with(MACHINE({ "cm", PERF(9, 0, 0, 8192) },
					       { "m", PERF(50, 0, 0, 274) })),
			  NULL),
		     0);
	expect_read(0, (struct perf){ { 9, 0, 0, 8192 } }, "0");
	cr_expect_eq(export->nodes[1].adistance >> 7, 1344 >> 7);
}

Test(export_acpi, nothing_to_say)
{
	cr_expect_eq(make(NULL, machine_with(MACHINE({ "cm" }, { "m" })), NOTES("give a POLICY")),
		     -EINVAL);
	cr_expect_null(export);
}

/* A node that the policy leaves to the kernel, and of which nothing is known, stays unknown. */
Test(export_acpi, left_to_the_kernel)
{
	cr_assert_eq(make("{'version': 1, 'rules': []}",
			  machine_with(MACHINE({ "cm", DRAM }, { "m" })), NULL),
		     0);
	cr_expect_not(export->nodes[1].in_table);
	expect_read(1, (struct perf){}, "0");
	cr_expect_eq(export->nodes[1].adistance, 0);
}

/* The nearest CPUs: as sysfs says; by distance where nothing does. */
Test(export_acpi, initiators)
{
	struct machine *m = machine_with(MACHINE({ "cm", DRAM }, { "cm", DRAM }, { "m", CARD },
						 { "m", CARD }, { "m", CARD }));
	int i;

	m->distance = calloc(25, 1);
	for (i = 0; i < 5; i++)
		m->distance[i * 5 + 4] = i ? 20 : 30;
	nodeset_add(&m->nodes[2].sysfs[CLASS_CPU].initiators, 1);
	cr_assert_eq(make(NULL, m, NULL), 0);
	expect_read(2, (struct perf)CARD, "1");
	expect_read(3, (struct perf)CARD, "0-1");
	expect_read(4, (struct perf)CARD, "1");
}

/* If DRAM nodes differ, the kernel ignores the table. */
Test(export_acpi, dram_mismatch)
{
	cr_assert_eq(make(NULL,
			  machine_with(MACHINE({ "cm", DRAM },
					       { "cm", PERF(100, 111, 100000, 100000) },
					       { "cm", PERF(100, 110, 90000, 100000) })),
			  NOTES("node 1 has CPUs and differs from node 0 by more than 10 %")),
		     0);
	expect_read(1, (struct perf)DRAM, "1");
	expect_read(2, (struct perf){ { 100, 110, 90000, 100000 } }, "2");
}

Test(export_acpi, dram_unknown)
{
	cr_assert_eq(make(NULL, machine_with(MACHINE({ "cm", DRAM }, { "cm" })),
			  NOTES("node 1 has CPUs, and not the same latencies and bandwidths are known")),
		     0);
	expect_read(1, (struct perf)DRAM, "1");
}

/* Each is known of one only where nothing differs; what both have counts as before. */
Test(export_acpi, dram_half_known)
{
	cr_assert_eq(make(NULL,
			  machine_with(MACHINE({ "cm", PERF(100, 0, 0, 0) },
					       { "cm", PERF(100, 0, 0, 0) })),
			  NOTES("node 0: its bandwidths are not known",
				"node 1 has CPUs, and not the same latencies and bandwidths are known")),
		     0);
	expect_read(1, (struct perf){ { 100, 0, 64000, 64000 } }, "1");
	teardown();
	setup();
	cr_assert_eq(make(NULL,
			  machine_with(MACHINE({ "cm", PERF(100, 100, 1000, 0) },
					       { "cm", PERF(120, 0, 1000, 1000) })),
			  NOTES("node 1 has CPUs, and not the same latencies and bandwidths are known",
				"node 1 has CPUs and differs from node 0 by more than 10 %")),
		     0);
	expect_read(1, (struct perf){ { 100, 100, 1000, 0 } }, "1");
	teardown();
	setup();
	cr_assert_eq(make(NULL,
			  machine_with(MACHINE({ "cm", PERF(100, 100, 1000, 0) },
					       { "cm", PERF(109, 100, 1000, 1000) })),
			  NOTES("node 1 has CPUs, and not the same latencies and bandwidths are known")),
		     0);
	expect_read(1, (struct perf){ { 109, 100, 1000, 0 } }, "1");
}

/* One that the kernel puts elsewhere though it believes it, and the policy does not. */
Test(export_acpi, dram_off_by_a_little)
{
	cr_assert_eq(make("{'version': 1, 'tiers': ['dram'], "
			  "'rules': [{'match': {}, 'action': {'tier': 'dram'}}]}",
			  machine_with(
				  MACHINE({ "cm", DRAM }, { "cm", PERF(109, 109, 92000, 92000) })),
			  NULL),
		     0);
	cr_expect_eq(export->nodes[1].adistance, 576);
	cr_expect(export->nodes[1].corrected);
}

#define NODE_TO(node, adistance)                             \
	"{'version': 1, 'rules': [{'match': {'node': " #node \
	"}, 'action': {'adistance': " #adistance "}}]}"

Test(export_acpi, reference_elsewhere)
{
	cr_expect_eq(make(NODE_TO(0, 700), machine_with(MACHINE({ "cm", DRAM }, { "m", CARD })),
			  NOTES("node 0: the kernel compares all nodes with it")),
		     -EINVAL);
}

Test(export_acpi, dram_elsewhere)
{
	cr_expect_eq(make(NODE_TO(1, 700), machine_with(MACHINE({ "cm", DRAM }, { "cm", DRAM })),
			  NOTES("so it cannot go to tier 5")),
		     -EINVAL);
}

Test(export_acpi, no_reference)
{
	cr_expect_eq(make(NULL, machine_with(MACHINE({ "c" }, { "m", CARD })),
			  NOTES("no node has both CPUs and memory")),
		     -EINVAL);
}

Test(export_acpi, no_srat)
{
	cr_expect_eq(make(NULL, MACHINE({ "cm", DRAM }, { "m", CARD }), NOTES("there is no SRAT")),
		     -EINVAL);
}

/* A node that the kernel made for a CXL window: left out, or refused where the policy moves it. */
Test(export_acpi, no_domain)
{
	struct machine *m = machine_with(MACHINE({ "cm", DRAM }, { "m", CARD, 5 }));

	m->nodes[1].facts.known &= ~(1ULL << TIERBPF_FACT_PXM);
	cr_expect_eq(make(FAR, m, NOTES("node 1: SRAT has no proximity domain with memory for it")),
		     -EINVAL);
}

Test(export_acpi, no_domain_to_name)
{
	struct machine *m = machine_with(MACHINE({ "cm", DRAM }, { "m", CARD }));

	m->nodes[1].facts.value[TIERBPF_FACT_PXM] = 99;
	cr_expect_eq(make(NULL, m, NOTES("node 1 is left out")), 0);
	expect_read(1, (struct perf){}, "0");
}

Test(export_acpi, large_numbers)
{
	cr_assert_eq(make(NULL,
			  machine_with(MACHINE({ "cm", PERF(91, 91, 219137, 219136) },
					       { "m", PERF(91, 91, 438272, 438272) })),
			  NOTES("node 0: read bandwidth of 219137 MB/s becomes 219135",
				"219136 MB/s becomes 219135", "438272 MB/s becomes 438270",
				"438272 MB/s becomes 438270")),
		     0);
}

/* ---- where firmware has one ---- */

enum { OLD_LOCALITY = 40 + 40, OLD_CACHE = OLD_LOCALITY + 32 + 8 + 12 + 12 };

/*
 * Of PXM 0 to itself, to 11 and to 77 (a generic port), and of PXM 1 (CPUs too) to the same;
 * read and write alike. Node 1 is attached to PXM 0. A cache in front of node 1's memory.
 */
static void put_old(uint32_t oem_revision)
{
	static const uint16_t latencies[] = { 100, 90, 70, 180, 200, 71 };
	struct draft d;
	size_t at, i;

	draft_start(&d, "HMAT", 2, 40);
	memcpy(d.bytes + 10, "BOCHS BXPC    ", 14);
	draft_put32(&d, 24, oem_revision);
	at = draft_add(&d, 40);
	draft_put32(&d, at + 4, 40);
	draft_put16(&d, at + 8, 1);
	draft_put32(&d, at + 12, 0);
	draft_put32(&d, at + 16, 12);
	at = draft_add(&d, 32 + 8 + 12 + 12);
	draft_put16(&d, at, 1);
	draft_put32(&d, at + 4, 64);
	draft_put32(&d, at + 12, 2);
	draft_put32(&d, at + 16, 3);
	draft_put64(&d, at + 24, 1000);
	draft_put32(&d, at + 36, 1);
	draft_put32(&d, at + 44, 12);
	draft_put32(&d, at + 48, 77);
	for (i = 0; i < 6; i++)
		draft_put16(&d, at + 52 + 2 * i, latencies[i]);
	at = draft_add(&d, 32);
	draft_put16(&d, at, 2);
	draft_put32(&d, at + 4, 32);
	draft_put32(&d, at + 8, 12);
	draft_put64(&d, at + 16, 1 << 20);
	draft_put32(&d, at + 24, 0x00401111);
	draft_put32(&d, 4, (uint32_t)d.length);
	tmp_put(root, "sys/firmware/acpi/tables/HMAT", d.bytes, d.length);
}

static struct machine *machine_with_old(uint32_t oem_revision)
{
	struct machine *m =
		machine_with(MACHINE({ "cm", DRAM }, { "cm", DRAM }, { "m", PERF(90, 90, 0, 0) }));
	struct acpi_table_state state = {};

	put_old(oem_revision);
	cr_assert_eq(hmat_read(root, m->srat, &m->hmat, &state), 0, "%s", state.ignored);
	nodeset_add(&m->nodes[2].sysfs[CLASS_CPU].initiators, 0);
	return m;
}

Test(export_acpi, replaces)
{
	struct hmat *h = NULL;
	const char *why;
	size_t at;

	cr_assert_eq(make(FAR, machine_with_old(7), NOTES("firmware's HMAT are left out (2)")), 0);
	cr_expect(export->overrides);
	expect_header("BOCHS ", "BXPC    ", 8);
	expect_read(0, (struct perf)DRAM, "0");
	cr_expect_eq(export->nodes[2].adistance, 1344);
	cr_assert_eq(hmat_parse(&export->hmat, plan.machine->srat, &h, &at, &why), 0);
	cr_expect_eq(h->nr_memory, 1);
	cr_expect_eq(h->nr_caches, 1);
	cr_expect_eq(h->caches[0].attributes, 0x00401111);
	cr_expect_eq(h->nr_localities, 4);
	/*
	 * The port is as it was, from both; PXM 1's way to the memory would be the shorter one
	 * now.
	 */
	cr_expect_eq(hmat_target(h, &h->localities[0], 3), 77);
	cr_expect_eq(hmat_value(h, &h->localities[0], hmat_entry(h, &h->localities[0], 0, 3)), 70);
	cr_expect_eq(hmat_value(h, &h->localities[0], hmat_entry(h, &h->localities[0], 1, 3)), 71);
	cr_expect_eq(hmat_entry(h, &h->localities[0], 1, 2), 0);
	hmat_free(h);
}

Test(export_acpi, again)
{
	cr_assert_eq(make(FAR, machine_with_old(0), NOTES("firmware's HMAT are left out (2)")), 0);
	expect_header("BOCHS ", "BXPC    ", 1);
}

Test(export_acpi, no_higher_revision)
{
	cr_expect_eq(make(FAR, machine_with_old(UINT32_MAX), NOTES("OEM revision 0xffffffff")),
		     -EINVAL);
}

/* The machine's tables were read before, and that said what is wrong with the table. */
Test(export_acpi, broken)
{
	struct machine *m = machine_with(MACHINE({ "cm", DRAM }, { "m", PERF(90, 90, 0, 0) }));
	char *text = NULL;
	size_t size;
	FILE *out;

	tmp_put(root, "sys/firmware/acpi/tables/HMAT", "HM", 2);
	cr_assert_neq(hmat_read(root, m->srat, &m->hmat, &m->tables.hmat), 0);
	cr_expect(m->tables.hmat.broken);
	cr_assert_eq(make(FAR, m, NULL), 0);
	cr_expect(!export->overrides);
	expect_header("TIERBP", "TIERBPF ", 1);
	out = open_memstream(&text, &size);
	acpi_print(export, "a.cpio", out);
	fclose(out);
	cr_expect(strstr(text, "an HMAT that the firmware has only in a broken form;"), "%s", text);
	free(text);
}

/* ---- the archive ---- */

#define ENTRY "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X"

Test(export_acpi, archive)
{
	static const char name[] = "kernel/firmware/acpi/HMAT.aml";
	char *path = tmp_path(root, "hmat.cpio"), expected[200];
	struct acpi_table t = { .bytes = (uint8_t *)strdup("HMAT, 10 b"),
				.length = 10,
				.revision = 2 };
	uint8_t *bytes;
	size_t length, at;

	cr_assert_eq(archive_write(path, false, &t), 0);
	bytes = file_bytes(root, "hmat.cpio", &length);
	cr_assert(bytes);
	cr_expect_eq(length % 512, 0);
	at = (size_t)((uint8_t *)memmem(bytes, length, name, sizeof(name)) - bytes);
	cr_assert_lt(at, length);
	snprintf(expected, sizeof(expected), ENTRY, 4, 0100644, 0, 0, 1, 0, 10, 0, 0, 0, 0,
		 (int)sizeof(name), 0);
	cr_expect_arr_eq(bytes + at - 110, expected, 110);
	cr_expect_eq((at - 110) % 4, 0);
	at = (at + sizeof(name) + 3) / 4 * 4;
	cr_expect_arr_eq(bytes + at, "HMAT, 10 b\0", 12);
	cr_expect_arr_eq(bytes + at + 12 + 110, "TRAILER!!!", 11);
	free(bytes);
	free(path);
	acpi_table_free(&t);
}

Test(export_acpi, archive_nowhere)
{
	struct acpi_table t = { .bytes = (uint8_t *)strdup("HMAT"), .length = 4 };
	char *path = tmp_path(root, "none/hmat.cpio");
	struct capture c;

	capture_start(&c);
	cr_expect_eq(archive_write(path, false, &t), -EIO);
	capture_expect(&c, "none/hmat.cpio");
	free(path);
	acpi_table_free(&t);
}
