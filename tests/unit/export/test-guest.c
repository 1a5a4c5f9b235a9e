// SPDX-License-Identifier: GPL-2.0-only
#include "unit-plan.h"
#include "unit-tables.h"

#include "export/export.h"

#define GIB (1ULL << 30)

static struct machine *machine;
static struct guest *guest;

static void teardown(void)
{
	machine_free(machine);
	guest_free(guest);
}

TestSuite(export_guest, .fini = teardown);

/* Sizes of 1 GiB, distances of 20. */
static struct machine *complete(struct machine *m)
{
	int i, j;

	m->distance = calloc((size_t)m->nr_nodes * (size_t)m->nr_nodes, 1);
	for (i = 0; i < m->nr_nodes; i++) {
		if (m->nodes[i].memory)
			machine_set_fact(&m->nodes[i], TIERBPF_FACT_SIZE, GIB, SOURCE_SYSFS);
		for (j = 0; j < m->nr_nodes; j++)
			m->distance[i * m->nr_nodes + j] = i == j ? 10 : 20;
	}
	return m;
}

static struct machine *four_options(void)
{
	return complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "m", PERF(20, 20, 5, 5) }));
}

static void make(const struct guest_wish *wish, const char *notes[])
{
	static const struct guest_wish all = GUEST_WISH;
	FILE *terminal = stderr;
	char *text = NULL;
	size_t size;
	int err;

	guest_free(guest);
	guest = NULL;
	stderr = open_memstream(&text, &size);
	err = guest_make(machine, wish ?: &all, &guest);
	fclose(stderr);
	stderr = terminal;
	cr_assert_eq(err, 0, "%d: %s", err, text);
	expect_notes(text, notes);
}

#define NOTES(...) ((const char *[]){ __VA_ARGS__, NULL })

static void expect_text(const char *expected, char *text)
{
	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
}

static char *qemu(const char *end)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_expect_eq(guest_print_qemu(guest, end, out), 0);
	fclose(out);
	return text;
}

static char *libvirt(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	guest_print_libvirt(guest, out);
	fclose(out);
	return text;
}

/* Prints and returns what @print does, which says @notes about what it cannot express. */
static char *printed(char *(*print)(void), const char *notes[])
{
	FILE *terminal = stderr;
	char *text = NULL, *result;
	size_t size;

	stderr = open_memstream(&text, &size);
	result = print();
	fclose(stderr);
	stderr = terminal;
	expect_notes(text, notes);
	return result;
}

static char *qemu_in_a_shell(void)
{
	return qemu("");
}

/* Lines of QEMU's options that begin so. */
static void expect_options(const char *start, const char *expected)
{
	char *text = qemu(""), *found = calloc(1, strlen(text) + 1), *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!strncmp(line, start, strlen(start))) {
			strcat(found, line + strlen(start));
			strcat(found, "\n");
		}
	expect_text(expected, found);
	free(text);
}

#define LB "-numa hmat-lb,initiator=0,"

Test(export_guest, four_options)
{
	machine = four_options();
	make(NULL, NULL);
	expect_text("-machine hmat=on\n"
		    "-m 2G\n"
		    "-smp 1,sockets=1,cores=1,threads=1\n"
		    "-object memory-backend-ram,id=ram-node0,size=1G\n"
		    "-numa node,nodeid=0,cpus=0,memdev=ram-node0\n"
		    "-object memory-backend-ram,id=ram-node1,size=1G\n"
		    "-numa node,nodeid=1,memdev=ram-node1,initiator=0\n"
		    "-numa dist,src=0,dst=1,val=20\n" LB
		    "target=0,hierarchy=memory,data-type=access-latency,latency=10\n" LB
		    "target=0,hierarchy=memory,data-type=access-bandwidth,bandwidth=10M\n" LB
		    "target=1,hierarchy=memory,data-type=access-latency,latency=20\n" LB
		    "target=1,hierarchy=memory,data-type=access-bandwidth,bandwidth=5M\n",
		    qemu(""));
	expect_text("<!-- For the domain's <cpu>. With it go <memory unit='KiB'>2097152</memory> and\n"
		    "     <vcpu>1</vcpu>. Latency is in ns, bandwidth per second. -->\n"
		    "<cpu>\n"
		    "  <numa>\n"
		    "    <cell id='0' cpus='0' memory='1048576' unit='KiB'>\n"
		    "      <distances>\n"
		    "        <sibling id='0' value='10'/>\n"
		    "        <sibling id='1' value='20'/>\n"
		    "      </distances>\n"
		    "    </cell>\n"
		    "    <cell id='1' memory='1048576' unit='KiB'>\n"
		    "      <distances>\n"
		    "        <sibling id='0' value='20'/>\n"
		    "        <sibling id='1' value='10'/>\n"
		    "      </distances>\n"
		    "    </cell>\n"
		    "    <interconnects>\n"
		    "      <latency initiator='0' target='0' type='access' value='10'/>\n"
		    "      <bandwidth initiator='0' target='0' type='access' value='10240' unit='KiB'/>\n"
		    "      <latency initiator='0' target='1' type='access' value='20'/>\n"
		    "      <bandwidth initiator='0' target='1' type='access' value='5120' unit='KiB'/>\n"
		    "    </interconnects>\n"
		    "  </numa>\n"
		    "</cpu>\n",
		    libvirt());
}

Test(export_guest, lines_end)
{
	char *text;

	machine = four_options();
	make(NULL, NULL);
	text = qemu(" \\");
	cr_expect(strstr(text, "-m 2G \\\n"));
	cr_expect(strstr(text, "bandwidth=5M\n"));
	free(text);
}

/* A node with further options from the user. */
Test(export_guest, wishes)
{
	struct guest_wish w = {
		.host = { 1, 3 }, .size = { 0, 3 * GIB / 2 }, .every_size = 4 * GIB, .cpus = 3
	};

	machine = complete(MACHINE({ "cm" }, { "cm" }, { "m", PERF(20, 20, 5, 5) }));
	make(&w, NOTES("too little is known about the first node with CPUs"));
	expect_options("-m ", "5632M\n");
	expect_options("-smp ", "3,sockets=1,cores=3,threads=1\n");
	expect_options("-object memory-backend-ram,",
		       "id=ram-node0,size=4G\nid=ram-node1,size=1536M\n");
	expect_options("-numa node,",
		       "nodeid=0,cpus=0-2,memdev=ram-node0\nnodeid=1,memdev=ram-node1,initiator=0\n");
}

Test(export_guest, impossible_wishes)
{
	const struct {
		struct guest_wish wish;
		const char *why;
	} table[] = {
		{ { .host = { 0, 1 }, .cpus = 1 }, "guest node 0 is missing" },
		{ { .host = { 1, 0, 2 }, .cpus = 1 }, "add --node HOST=1" },
		{ { .host = { 1, 1 }, .cpus = 1 }, "node 0 is given twice, as guest nodes 0 and 1" },
		{ { .host = { 1, 4 }, .cpus = 1 },
		  "there is no node 3 with memory, CPUs or a generic initiator" },
		{ { .host = { 1, 1024 }, .cpus = 1 }, "there is no node 1023" },
		{ { .host = { 2 }, .cpus = 1 }, "none of these nodes has CPUs" },
		{ { .size = { [2] = GIB }, .cpus = 1 },
		  "node 2 has no memory, so guest node 2 cannot have any" },
		{ { .size = { [3] = GIB }, .cpus = 1 },
		  "--memory is given for guest node 3, but the guest's nodes are 0 to 2" },
		{ { .every_size = 4096, .cpus = 1 }, "guest node 0 would have less than 1 MiB" },
	};
	size_t i;

	machine = complete(MACHINE({ "cm" }, { "m" }, { "c" }, { "" }));
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct capture c;
		int err;

		capture_start(&c);
		err = guest_make(machine, &table[i].wish, &guest);
		capture_expect(&c, table[i].why);
		cr_expect_eq(err, -EINVAL, "%d", err);
		cr_expect_null(guest);
	}
	machine->nodes[1].facts.known = 0;
	make(&(struct guest_wish){ .size = { 0, GIB }, .cpus = 1 },
	     NOTES("guest node 2 has CPUs", "no latency or bandwidth of these nodes"));
}

Test(export_guest, size_unknown)
{
	struct guest_wish w = GUEST_WISH;
	struct capture c;

	machine = complete(MACHINE({ "cm" }, { "m" }));
	machine->nodes[1].facts.known = 0;
	capture_start(&c);
	cr_expect_eq(guest_make(machine, &w, &guest), -EINVAL);
	capture_expect(&c, "the size of node 1 is not known: give it with --memory 1=SIZE");
}

Test(export_guest, more_than_qemu_has)
{
	struct guest_wish w = GUEST_WISH;
	struct capture c;
	int i;

	machine = MACHINE({ "cm" });
	machine->nr_nodes = 129;
	for (i = 1; i < 129; i++)
		machine->nodes[i].memory = true;
	capture_start(&c);
	cr_expect_eq(guest_make(machine, &w, &guest), -EINVAL);
	capture_expect(&c, "QEMU knows at most 128 nodes");
}

/* CPUs without memory are nearest to node 2; their own is not there. */
Test(export_guest, cpus_alone)
{
	machine = complete(
		MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "c" }, { "m", PERF(30, 30, 4, 4) }));
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 1);
	make(NULL, NULL);
	expect_options("-numa node,", "nodeid=0,cpus=0,memdev=ram-node0\nnodeid=1,cpus=1\n"
				      "nodeid=2,memdev=ram-node2,initiator=1\n");
	expect_options("-numa hmat-lb,initiator=1,",
		       "target=2,hierarchy=memory,data-type=access-latency,latency=30\n"
		       "target=2,hierarchy=memory,data-type=access-bandwidth,bandwidth=4M\n");
}

/* Several initiators that are as near: the guest's kernel finds them where none is attached. */
Test(export_guest, ties)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "cm", PERF(10, 10, 10, 10) },
				   { "m", PERF(30, 30, 4, 4) }));
	nodeset_add(&machine->nodes[2].hmat[CLASS_CPU].initiators, 0);
	nodeset_add(&machine->nodes[2].hmat[CLASS_CPU].initiators, 1);
	make(NULL, NULL);
	expect_options("-numa node,nodeid=2", ",memdev=ram-node2\n");
	expect_options("-numa hmat-lb,initiator=0,target=2,hierarchy=memory,data-type=access-",
		       "latency,latency=30\nbandwidth,bandwidth=4M\n");
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-",
		       "latency,latency=30\nbandwidth,bandwidth=4M\n");
}

/*
 * The kernel takes what one table leaves out as unknown: all nodes are read and write, or all
 * access.
 */
Test(export_guest, read_and_write)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 9) }, { "m", PERF(20, 20, 5, 5) }));
	make(NULL, NULL);
	expect_options("-numa hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=",
		       "access-latency,latency=20\nread-bandwidth,bandwidth=5M\n"
		       "write-bandwidth,bandwidth=5M\n");
}

Test(export_guest, one_side_known)
{
	machine = complete(MACHINE({ "cm", PERF(10, 0, 10, 0) }, { "m", PERF(20, 20, 5, 5) }));
	make(NULL, NULL);
	expect_options("-numa hmat-lb,initiator=0,target=0,hierarchy=memory,data-type=",
		       "read-latency,latency=10\nread-bandwidth,bandwidth=10M\n");
	expect_options("-numa hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=write-",
		       "latency,latency=20\n"
		       "bandwidth,bandwidth=5M\n");
}

Test(export_guest, nothing_known)
{
	machine = complete(MACHINE({ "cm" }, { "m" }));
	make(NULL, NOTES("no latency or bandwidth of these nodes"));
	expect_options("-machine", "");
	expect_options("-numa node,nodeid=1", ",memdev=ram-node1\n");
	expect_options("-numa hmat-lb", "");
}

/* Only access0: its values count for CPUs of the guest that are among its initiators. */
Test(export_guest, only_any_initiator_known)
{
	int i;

	machine = complete(MACHINE({ "cm" }, { "cm" }, { "m" }));
	for (i = 0; i < 3; i++) {
		machine->nodes[i].sysfs[CLASS_ANY].perf = (struct perf)PERF(10 + i, 10 + i, 5, 5);
		nodeset_add(&machine->nodes[i].sysfs[CLASS_ANY].initiators, i ? 1 : 0);
	}
	make(NULL, NOTES("nodes (0-2) are known only from the nearest initiator of any kind"));
	expect_options("-numa node,nodeid=2", ",memdev=ram-node2,initiator=1\n");
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-",
		       "latency,latency=12\nbandwidth,bandwidth=5M\n");
	make(&(struct guest_wish){ .host = { 1, 3 }, .cpus = 1 },
	     NOTES("nodes (0) are known only from the nearest initiator of any kind, and not from the nearest CPUs: "
		   "the guest gets them",
		   "nodes (2) are known only from the nearest initiator of any kind, and not from the nearest CPUs: "
		   "they are left out"));
	expect_options(LB "target=1", "");
	machine->nodes[0].sysfs[CLASS_ANY].initiators = (struct nodeset){};
	make(&(struct guest_wish){ .host = { 1, 3 }, .cpus = 1 },
	     NOTES("nodes (0,2) are known only",
		   "no latency or bandwidth of these nodes is known from the"));
}

Test(export_guest, dram_mismatch)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "cm", PERF(12, 12, 10, 10) }));
	make(NULL,
	     NOTES("guest node 1 has CPUs and differs from the first such node by more than 10 %"));
}

/* 16 bits for each, with one base: a power of 10 for latencies, of 2 for bandwidths. */
Test(export_guest, coarse)
{
	machine = complete(MACHINE({ "cm", PERF(85, 85, 438271, 438271) },
				   { "m", PERF(700001, 700001, 131, 131) },
				   { "m", PERF(1, 200, 1, 8000) }));
	make(NULL,
	     NOTES("node 0 (the guest's 0): read latency of 85 ns becomes 100",
		   "node 1 (the guest's 1): read latency of 700001 ns becomes 700000",
		   "read latency of 1 ns becomes 100",
		   "node 0 (the guest's 0): write latency of 85 ns becomes 100",
		   "write latency of 700001 ns becomes 700000",
		   "node 0 (the guest's 0): read bandwidth of 438271 MB/s becomes 438272",
		   "read bandwidth of 131 MB/s becomes 128", "read bandwidth of 1 MB/s becomes 8",
		   "write bandwidth of 438271 MB/s becomes 438272",
		   "write bandwidth of 131 MB/s "
		   "becomes 128"));
}

Test(export_guest, largest_that_fit)
{
	machine = complete(
		MACHINE({ "cm", PERF(1, 1, 1, 1) }, { "m", PERF(65534, 65534, 65534, 65534) }));
	make(NULL, NULL);
	machine_free(machine);
	machine = complete(MACHINE({ "cm", PERF(10, 10, 2, 2) },
				   { "m", PERF(655340, 655340, 131068, 131068) }));
	make(NULL, NULL);
	machine_free(machine);
	machine = complete(MACHINE({ "cm", PERF(10, 10, 2, 2) },
				   { "m", PERF(5000000, 5000000, 131070, 131070) }));
	/* Linux would take 4295000 ns, which do not fit into 32 bits of ps, for none. */
	make(NULL, NOTES("read latency of 5000000 ns becomes 4294966", "node 0",
			 "4294966 ns becomes 4294900", "write", "node 0",
			 "4294966 ns becomes 4294900", "2 MB/s becomes 4",
			 "131070 MB/s becomes "
			 "131072",
			 "2 MB/s becomes 4", "131070 MB/s becomes 131072"));
}

Test(export_guest, distances)
{
	char *text;

	machine = four_options();
	machine->distance[1] = 17;
	make(NULL, NULL);
	expect_options("-numa dist,", "src=0,dst=1,val=17\nsrc=1,dst=0,val=20\n");
	machine->distance[1] = 0;
	make(NULL, NOTES("not all distances between these nodes are known"));
	expect_options("-numa dist,", "");
	machine->distance[1] = 10; /* Linux ignores such a SLIT, libvirt refuses it */
	make(NULL, NOTES("the distance between different nodes is 10 or less here"));
	text = libvirt();
	cr_expect_null(strstr(text, "distances"));
	free(text);
}

/* Linux numbers nodes with CPUs first. */
Test(export_guest, order)
{
	struct guest_wish w = { .host = { 2, 1 }, .cpus = 1 };

	machine = four_options();
	make(&w, NOTES("guest node 1 has CPUs and guest node 0 has none"));
	expect_options("-numa node,",
		       "nodeid=0,memdev=ram-node0,initiator=1\nnodeid=1,cpus=0,memdev=ram-node1\n");
}

Test(export_guest, nearest_cpus_left_out)
{
	struct guest_wish w = { .host = { 1, 3 }, .cpus = 1 };

	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "cm", PERF(10, 10, 10, 10) },
				   { "m", PERF(30, 30, 4, 4) }));
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 1);
	make(&w, NOTES("node 2: its latencies and bandwidths are those seen from the nearest CPUs"));
	expect_options("-numa node,nodeid=1", ",memdev=ram-node1,initiator=0\n");
}

/* libvirt's schema has 32 bits: 4 TB/s in KiB. */
Test(export_guest, bandwidths_of_libvirt)
{
	char *text;

	machine = complete(MACHINE({ "cm", PERF(10, 10, 4194303, 4194303) },
				   { "m", PERF(10, 10, 4194304, 4194304) }));
	make(NULL, NOTES("4194303 MB/s becomes 4194304", "4194303 MB/s becomes 4194304"));
	text = libvirt();
	cr_expect(strstr(text, "value='4194304' unit='MiB'"), "%s", text);
	free(text);
}

/* ---- what other initiators see ---- */

/* An SRAT of these machines: node N is PXM N. */
static void add_srat(const int *cpus, const int *memory)
{
	machine->srat = srat_of(cpus, memory);
}

/* @entries: of 2 initiators and 3 targets, from 0 on, in ns or MB/s. */
static void put_locality(struct draft *d, uint8_t level, uint8_t type, const uint16_t entries[6])
{
	size_t at = draft_add(d, 32 + 4 * 5 + 2 * 6), i;

	draft_put16(d, at, 1);
	draft_put32(d, at + 4, 32 + 4 * 5 + 2 * 6);
	draft_put8(d, at + 8, level);
	draft_put8(d, at + 9, type);
	draft_put32(d, at + 12, 2);
	draft_put32(d, at + 16, 3);
	draft_put64(d, at + 24, type <= HMAT_WRITE_LATENCY ? 1000 : 1);
	for (i = 0; i < 2; i++)
		draft_put32(d, at + 32 + 4 * i, (uint32_t)i);
	for (i = 0; i < 3; i++)
		draft_put32(d, at + 40 + 4 * i, (uint32_t)i);
	for (i = 0; i < 6; i++)
		draft_put16(d, at + 52 + 2 * i, entries[i]);
}

static void put_cache(struct draft *d, uint32_t pxm, uint64_t size, uint32_t attributes)
{
	size_t at = draft_add(d, 32);

	draft_put16(d, at, 2);
	draft_put32(d, at + 4, 32);
	draft_put32(d, at + 8, pxm);
	draft_put64(d, at + 16, size);
	draft_put32(d, at + 24, attributes);
}

static void add_hmat(struct draft *d)
{
	struct acpi_table t = draft_table(d, "HMAT");
	const char *why;
	size_t at;

	cr_assert_eq(hmat_parse(&t, machine->srat, &machine->hmat, &at, &why), 0);
	acpi_table_free(&t);
}

/* Two sockets, and a slow node at the first; HMAT has what each socket sees of all three. */
static void two_sockets(struct draft *d)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "cm", PERF(10, 10, 10, 10) },
				   { "m", PERF(30, 30, 4, 4) }));
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 0);
	add_srat(PXMS(0, 1), PXMS(0, 1, 2));
	draft_start(d, "HMAT", 2, 40);
	put_locality(d, 0, HMAT_ACCESS_LATENCY, (uint16_t[]){ 10, 20, 30, 20, 10, 50 });
	put_locality(d, 0, HMAT_ACCESS_BANDWIDTH, (uint16_t[]){ 10, 5, 4, 0, 10, 2 });
}

static struct draft draft;

Test(export_guest, remote_initiators)
{
	char *text;

	two_sockets(&draft);
	add_hmat(&draft);
	make(NULL, NULL);
	expect_options("-numa node,nodeid=2", ",memdev=ram-node2,initiator=0\n");
	expect_options("-numa hmat-lb,initiator=1,target=0,hierarchy=memory,data-type=access-",
		       "latency,latency=20\n");
	expect_options("-numa hmat-lb,initiator=0,target=1,hierarchy=memory,data-type=access-",
		       "latency,latency=20\nbandwidth,bandwidth=5M\n");
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-",
		       "latency,latency=50\nbandwidth,bandwidth=2M\n");
	/* libvirt refuses "Link already defined" both ways. */
	text = printed(libvirt, NOTES("two nodes with CPUs are left out (1): libvirt takes only"));
	cr_expect(strstr(text, "<latency initiator='0' target='1' type='access' value='20'/>"));
	cr_expect(strstr(text, "<latency initiator='1' target='2' type='access' value='50'/>"));
	cr_expect_null(strstr(text, "initiator='1' target='0'"));
	free(text);
}

/* HMAT says what the guest's own CPUs see, which is farther than what the nearest CPUs see. */
Test(export_guest, nearest_cpus_left_out_but_known_from_others)
{
	struct guest_wish w = { .host = { 2, 3 }, .cpus = 1 };

	two_sockets(&draft);
	add_hmat(&draft);
	make(&w, NULL);
	expect_options("-numa node,nodeid=1", ",memdev=ram-node1,initiator=0\n");
	expect_options(LB "target=1,hierarchy=memory,data-type=access-",
		       "latency,latency=50\nbandwidth,bandwidth=2M\n");
	cr_expect_eq(guest->nodes[1].perf.value[READ_LATENCY], 50);
}

/* A measurement finds node 2 slower than HMAT says it is from the other socket, so that would win. */
Test(export_guest, remote_initiators_that_would_win)
{
	two_sockets(&draft);
	add_hmat(&draft);
	machine->nodes[2].measured = (struct perf)PERF(60, 60, 4, 4);
	make(NULL, NULL);
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-l",
		       "atency,latency=50\n"); /* node 0 is attached: Linux looks at no other */
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 1);
	make(NULL, NULL);
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-l",
		       "atency,latency=60\n");
	nodeset_add(&machine->nodes[2].sysfs[CLASS_ANY].initiators, 1);
	machine->nodes[1].cpu = false;
	machine->nodes[1].generic_initiator = true;
	machine->nodes[2].sysfs[CLASS_CPU].initiators = (struct nodeset){};
	make(NULL, NULL);
	expect_options("-numa node,nodeid=2", ",memdev=ram-node2\n");
}

/*
 * libvirt cannot say that node 0 is attached: it takes the initiator of the lowest latency of any type, or
 * else that of the largest bandwidth.
 */
Test(export_guest, remote_initiators_that_libvirt_would_attach)
{
	const struct {
		struct perf local;
		uint16_t remote_latency;
		const char *note; /* NULL: the other socket's values stay */
	} table[] = {
		{ PERF(60, 60, 4, 4), 50, "other CPUs than the nearest are left out (2)" },
		{ PERF(50, 60, 4, 4), 50, "other CPUs than the nearest are left out (3)" },
		{ PERF(49, 60, 4, 4), 50, NULL },
		{ PERF(0, 0, 4, 4), 0, NULL },
		{ PERF(0, 0, 2, 2), 0, "other CPUs than the nearest are left out (1)" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const uint16_t latency = table[i].remote_latency;
		char *text;

		machine_free(machine);
		machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) },
					   { "cm", PERF(10, 10, 10, 10) }, { "m", table[i].local }));
		nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 0);
		add_srat(PXMS(0, 1), PXMS(0, 1, 2));
		draft_start(&draft, "HMAT", 2, 40);
		put_locality(&draft, 0, HMAT_ACCESS_LATENCY,
			     (uint16_t[]){ 10, 0, 0, 0, 10, latency });
		put_locality(&draft, 0, HMAT_ACCESS_BANDWIDTH, (uint16_t[]){ 10, 0, 0, 0, 10, 2 });
		add_hmat(&draft);
		make(NULL, NULL);
		text = printed(libvirt, table[i].note ? NOTES(table[i].note) : NULL);
		cr_expect(!strstr(text, "initiator='1' target='2'") == !!table[i].note, "%zu: %s",
			  i, text);
		cr_expect(strstr(text, "initiator='0' target='2'"));
		free(text);
	}
}

/*
 * A device is nearer to node 2, so no initiator is attached, and Linux searches: by HMAT, the other socket
 * would be as near as the nearest is by the measurement, or nearer. One that is farther stays.
 */
Test(export_guest, remote_initiators_that_are_left_out)
{
	static const int64_t measured[] = { 60, 50, 49 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(measured); i++) {
		bool stays = measured[i] < 50;

		machine_free(machine);
		machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) },
					   { "cm", PERF(10, 10, 10, 10) },
					   { "m", PERF(30, 30, 4, 4) }, { "" }));
		machine->nodes[3].generic_initiator = true;
		nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 0);
		nodeset_add(&machine->nodes[2].sysfs[CLASS_ANY].initiators, 3);
		add_srat(PXMS(0, 1), PXMS(0, 1, 2));
		draft_start(&draft, "HMAT", 2, 40);
		put_locality(&draft, 0, HMAT_ACCESS_LATENCY, (uint16_t[]){ 10, 20, 30, 20, 10, 50 });
		put_locality(&draft, 0, HMAT_ACCESS_BANDWIDTH, (uint16_t[]){ 10, 5, 4, 5, 10, 4 });
		add_hmat(&draft);
		machine->nodes[2].measured = (struct perf){ { measured[i], measured[i], 4, 4 } };
		make(&(struct guest_wish){ .host = { 1, 2, 4, 3 }, .cpus = 1 },
		     stays ? NULL : NOTES("pairs of initiator and node are left out (1)"));
		expect_options("-numa hmat-lb,initiator=1,target=3,hierarchy=memory,data-type=access-",
			       stays ? "latency,latency=50\nbandwidth,bandwidth=4M\n" : "");
	}
}

/* The nearest node of the kernel has lost its CPUs since. */
Test(export_guest, nearest_cpus_gone)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "m", PERF(20, 20, 5, 5) },
				   { "m", PERF(30, 30, 4, 4) }));
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 1);
	make(NULL,
	     NOTES("node 2: its latencies and bandwidths are those seen from the nearest CPUs"));
	expect_options("-numa node,nodeid=2", ",memdev=ram-node2,initiator=0\n");
}

Test(export_guest, side_caches)
{
	char *text;

	two_sockets(&draft);
	put_locality(&draft, 1, HMAT_READ_LATENCY, (uint16_t[]){ 0, 0, 7, 0, 0, 8 });
	put_locality(&draft, 2, HMAT_READ_LATENCY, (uint16_t[]){ 0, 6, 0, 0, 0, 0 });
	put_locality(&draft, 4, HMAT_READ_LATENCY, (uint16_t[]){ 0, 0, 9, 0, 0, 9 });
	put_cache(&draft, 2, 64 << 20, 64 << 16 | 1 << 12 | 1 << 8 | 1 << 4 | 1);
	add_hmat(&draft);
	make(NULL, NOTES("values of HMAT are left out (2)"));
	expect_options("-numa hmat-cache,",
		       "node-id=2,size=67108864,level=1,associativity=direct,policy=write-back,line=64\n");
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=first-level,data-type=",
		       "read-latency,latency=8\n");
	expect_options("-numa hmat-lb,initiator=0,target=1,hierarchy=second-level,data-type=",
		       "read-latency,latency=6\n");
	text = printed(libvirt,
		       NOTES("values of side caches are left out (1): libvirt wants a <cache>",
			     "two nodes with CPUs are left out (1)"));
	cr_expect(strstr(text, "      <cache level='1' associativity='direct' policy='writeback'>\n"
			       "        <size value='65536' unit='KiB'/>\n"
			       "        <line value='64' unit='B'/>\n"
			       "      </cache>\n"));
	cr_expect(strstr(text, "initiator='1' target='2' cache='1' type='read' value='8'/>"));
	free(text);
}

/* QEMU: level 1 first, and each larger than the one before; caches of nodes that it knows both of. */
Test(export_guest, impossible_side_caches)
{
	two_sockets(&draft);
	put_cache(&draft, 2, 64 << 20, 2 << 8 | 2 << 4 | 2);
	put_cache(&draft, 2, 64 << 20, 2 << 8 | 1 << 4 | 2);
	put_cache(&draft, 1, 64 << 20, 1 << 8 | 3 << 4 | 1);
	add_hmat(&draft);
	make(NULL, NOTES("node 1 (the guest's 1): its side cache of level 3 is left out",
			 "node 2 (the guest's 2): its side cache of level 2 is left out"));
	expect_options("-numa hmat-cache,",
		       "node-id=2,size=67108864,level=1,associativity=complex,policy=none,line=0\n");
}

/* ---- devices ---- */

Test(export_guest, generic_initiators)
{
	char *text;

	machine = complete(
		MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "" }, { "m", PERF(30, 30, 4, 4) }));
	machine->nodes[1].generic_initiator = true;
	nodeset_add(&machine->nodes[2].sysfs[CLASS_CPU].initiators, 0);
	nodeset_add(&machine->nodes[2].sysfs[CLASS_ANY].initiators, 1);
	machine->nodes[2].sysfs[CLASS_ANY].perf = (struct perf)PERF(20, 20, 8, 8);
	make(NULL, NULL);
	free(printed(qemu_in_a_shell, NOTES("device of each generic initiator (guest nodes: 1)")));
	expect_options("-object acpi-generic-initiator,",
		       "id=initiator-node1,pci-dev=device-node1,node=1\n");
	expect_options("-device ", "pci-testdev,id=device-node1\n");
	expect_options("-numa node,",
		       "nodeid=0,cpus=0,memdev=ram-node0\nnodeid=1\nnodeid=2,memdev=ram-node2\n");
	expect_options("-numa hmat-lb,initiator=1,target=2,hierarchy=memory,data-type=access-",
		       "latency,latency=20\nbandwidth,bandwidth=8M\n");
	text = printed(libvirt,
		       NOTES("seen from devices are left out (2)",
			     "generic initiators (guest nodes: 1); put into the <hostdev> of the device: "
			     "<acpi nodeset='1'/>"));
	cr_expect_null(strstr(text, "initiator='1'"));
	cr_expect(strstr(text, "     Into the <hostdev> of the device: <acpi nodeset='1'/>. -->\n"));
	free(text);
	make(&(struct guest_wish){ .host = { 1, 3, 2 }, .cpus = 1 },
	     NOTES("guest node 2 has a generic initiator and guest node 1 has neither"));
}

/* ---- what is said of HMAT ---- */

Test(export_guest, no_reference)
{
	machine = complete(
		MACHINE({ "c" }, { "m", PERF(10, 10, 10, 10) }, { "m", PERF(30, 30, 4, 4) }));
	make(NULL,
	     NOTES("no guest node has both CPUs and memory, so a Linux guest has nothing to compare"));
}

/* Nothing is known of node 1, so it does not differ; nor where only reads are known of one. */
Test(export_guest, dram_half_known)
{
	machine = complete(MACHINE({ "cm", PERF(10, 10, 10, 10) }, { "cm" }));
	make(NULL,
	     NOTES("guest node 1 has CPUs, and not the same latencies and bandwidths are known of it"));
	machine_free(machine);
	machine = complete(MACHINE({ "cm", PERF(10, 0, 10, 0) }, { "cm", PERF(10, 10, 10, 10) }));
	make(NULL,
	     NOTES("guest node 1 has CPUs, and not the same latencies and bandwidths are known of it"));
	machine_free(machine);
	machine = complete(MACHINE({ "cm", PERF(10, 0, 10, 0) }, { "cm", PERF(10, 0, 10, 0) }));
	make(NULL, NULL);
}
