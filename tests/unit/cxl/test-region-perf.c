// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cxl/pcie-link.h"
#include "cxl/ports.h"
#include "cxl/region-perf.h"
#include "cxl/region-to-come.h"
#include "model/kernel-adistance.h"
#include "model/perf.h"

#define PLATFORM "sys/devices/platform/ACPI0017:00/root0"
#define CXL_BUS "sys/bus/cxl/devices/"
#define REGION "region0"

static char *root;

static void setup(void)
{
	root = tmp_new();
}

static void teardown(void)
{
	tmp_remove(root);
}

TestSuite(cxl_perf, .init = setup, .fini = teardown);

static void put_bytes(const char *dir, const char *name, const void *bytes, size_t length)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	tmp_put(root, path, bytes, length);
}

static void put(const char *dir, const char *name, const char *text)
{
	put_bytes(dir, name, text, strlen(text));
}

/* Link @name in @dir, to @target; both from the root, where absolute links begin too. */
static void put_link(const char *dir, const char *name, const char *target)
{
	char link[1024], *to = tmp_path("", target);

	snprintf(link, sizeof(link), "%s/%s/%s", root, dir, name);
	unlink(link);
	put(dir, name, ""); /* the directories on the way */
	cr_assert(!unlink(link) && !symlink(to, link), "%s", link);
	free(to);
}

static void take_away(const char *name)
{
	char *path = tmp_path(root, name);

	cr_assert(!unlink(path), "%s", path);
	free(path);
}

/* ---- CDAT ---- */

struct draft {
	uint8_t bytes[512];
	size_t length;
};

static void put_cdat(const char *dir, struct draft *d)
{
	uint8_t sum = 0;
	size_t i;

	d->bytes[0] = (uint8_t)d->length;
	d->bytes[1] = (uint8_t)(d->length >> 8);
	for (i = 0; i < d->length; i++)
		sum = (uint8_t)(sum + d->bytes[i]);
	d->bytes[5] = (uint8_t)-sum;
	put_bytes(dir, "CDAT", d->bytes, d->length);
}

static void put16(struct draft *d, size_t at, uint16_t value)
{
	memcpy(d->bytes + at, &value, sizeof(value)); /* tests run on little-endian machines */
}

static void put64(struct draft *d, size_t at, uint64_t value)
{
	memcpy(d->bytes + at, &value, sizeof(value));
}

static void add_memory(struct draft *d, uint8_t handle, uint64_t base, uint64_t length)
{
	d->bytes[d->length + 2] = 24;
	d->bytes[d->length + 4] = handle;
	put64(d, d->length + 8, base);
	put64(d, d->length + 16, length);
	d->length += 24;
}

/* Values in ns and MB/s; 0: not in the table. */
static void add_values(struct draft *d, uint8_t handle, const struct perf *p)
{
	const int64_t values[] = { 0, p->value[READ_LATENCY],	p->value[WRITE_LATENCY],
				   0, p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH] };
	uint8_t type;

	for (type = 0; type < ARRAY_SIZE(values); type++) {
		if (!values[type])
			continue;
		d->bytes[d->length] = 1;
		d->bytes[d->length + 2] = 24;
		d->bytes[d->length + 4] = handle;
		d->bytes[d->length + 6] = type;
		put64(d, d->length + 8, type < 3 ? 1000 : 1);
		put16(d, d->length + 16, (uint16_t)values[type]);
		d->length += 24;
	}
}

static void add_way(struct draft *d, uint16_t port, const struct perf *p)
{
	const int64_t values[] = { 0, p->value[READ_LATENCY],	p->value[WRITE_LATENCY],
				   0, p->value[READ_BANDWIDTH], p->value[WRITE_BANDWIDTH] };
	uint8_t type;

	for (type = 0; type < ARRAY_SIZE(values); type++) {
		if (!values[type])
			continue;
		d->bytes[d->length] = 5;
		d->bytes[d->length + 2] = 24;
		d->bytes[d->length + 4] = type;
		put64(d, d->length + 8, type < 3 ? 1000 : 1);
		put16(d, d->length + 16, 0x100);
		put16(d, d->length + 18, port);
		put16(d, d->length + 20, (uint16_t)values[type]);
		d->length += 24;
	}
}

/* ---- the machine ---- */

#define GIB (1ULL << 30)

static const struct perf card_perf = { { 150, 250, 16000, 16000 } };

static void put_pci(const char *device, const char *speed, const char *width)
{
	put(device, "current_link_speed", speed);
	put(device, "current_link_width", width);
}

/* Host bridge @number with ACPI's name for it, and its port. */
static void put_bridge(int number, const char *uid)
{
	char device[128], port[256];

	snprintf(device, sizeof(device), "sys/devices/pci0000:%d0", number);
	snprintf(port, sizeof(port), PLATFORM "/port%d", number);
	put(device, "firmware_node/uid", uid);
	put_link(port, "parent_dport", device);
	put_link(port, "uport", device);
}

/*
 * Card @number below CXL port @port, in PCI port @slot ("sys/devices/…"), at position @place of
 * the region; its first GiB.
 */
static void put_card(const char *port, const char *slot, int number, int place, const struct perf *p)
{
	char device[256], endpoint[256], decoder[300], name[64];
	struct draft d = { .length = 16 };

	snprintf(device, sizeof(device), "%s/0000:0%d:00.0", slot, number);
	put_pci(slot, "32.0 GT/s PCIe\n", "16\n");
	put_pci(device, "32.0 GT/s PCIe\n", "16\n");
	snprintf(endpoint, sizeof(endpoint), "%s/endpoint%d", port, number);
	put_link(endpoint, "parent_dport", slot);
	snprintf(name, sizeof(name), "/mem%d", number);
	strcat(device, name);
	put(device, "serial", "0x1\n");
	put_link(endpoint, "uport", device);
	add_memory(&d, 3, 0, GIB);
	add_values(&d, 3, p);
	put_cdat(endpoint, &d);
	snprintf(decoder, sizeof(decoder), "%s/decoder%d.0", endpoint, number);
	put(decoder, "dpa_resource", "0x0\n");
	put(decoder, "dpa_size", "0x40000000\n");
	snprintf(name, sizeof(name), "decoder%d.0", number);
	put_link("sys/bus/cxl/devices", name, decoder);
	snprintf(endpoint, sizeof(endpoint), "target%d", place);
	strcat(name, "\n");
	put(PLATFORM "/decoder0.0/" REGION, endpoint, name);
}

static void put_region(void)
{
	put(PLATFORM "/decoder0.0/" REGION, "resource", "0x100000000\n");
	put_link("sys/bus/cxl/devices", REGION, PLATFORM "/decoder0.0/" REGION);
}

static const struct cxl_bridge bridges[] = {
	{ 7, { { 20, 30, 40000, 30000 } } },
	{ 12, { { 50, 60, 8192, 4096 } } },
	{ 13, { { 70, 0, 1000, 1000 } } },
};

static bool read_region(struct cxl_perf *p)
{
	char *path = cxl_region(root, REGION);
	bool known;

	cr_assert(path);
	known = cxl_perf_read(root, path, bridges, ARRAY_SIZE(bridges), p);
	free(path);
	return known;
}

static void expect_perf(int64_t rl, int64_t wl, int64_t rb, int64_t wb, int64_t link_ps)
{
	struct cxl_perf found = {};
	const struct perf *p = &found.perf;
	struct capture c;
	bool known;

	capture_start(&c);
	known = read_region(&found);
	capture_expect(&c, NULL);
	cr_assert(known);
	cr_expect(p->value[READ_LATENCY] == rl && p->value[WRITE_LATENCY] == wl &&
			  p->value[READ_BANDWIDTH] == rb && p->value[WRITE_BANDWIDTH] == wb &&
			  found.link_ps == link_ps,
		  "%lld %lld %lld %lld %lld", (long long)p->value[READ_LATENCY],
		  (long long)p->value[WRITE_LATENCY], (long long)p->value[READ_BANDWIDTH],
		  (long long)p->value[WRITE_BANDWIDTH], (long long)found.link_ps);
}

static void expect_unknown(const char *message)
{
	struct cxl_perf found = { .link_ps = 42 };
	struct capture c;

	capture_start(&c);
	cr_expect(!read_region(&found));
	capture_expect(&c, message);
	cr_expect(found.link_ps == 42 && !found.perf.value[READ_LATENCY], "it is as it was");
}

#define SLOT "sys/devices/pci0000:10/0000:10:00.0"
#define SLOT2 "sys/devices/pci0000:10/0000:10:01.0"

static void put_one_card(void)
{
	put_region();
	put_bridge(1, "12\n");
	put_card(PLATFORM "/port1", SLOT, 2, 0, &card_perf);
}

/* The emulated one: 7.3 itself shows 202, 302 and 8192, 6.12 17200 and 17300 (data: QEMU 10). */
Test(cxl_perf, one_card)
{
	put_one_card();
	expect_perf(150 + 50 + 2, 250 + 60 + 2, 8192, 4096, 17000);
	put_bridge(1, "0x7\n");
	expect_perf(150 + 20 + 2, 250 + 30 + 2, 16000, 16000, 17000);
}

/* A lane has 1 GB/s; with half the lanes, a flit takes twice as long. */
Test(cxl_perf, links)
{
	put_one_card();
	put_bridge(1, "7");
	put_pci(SLOT "/0000:02:00.0", "8.0 GT/s PCIe\n", "4\n");
	expect_perf(150 + 20 + 2, 250 + 30 + 2, 4000, 4000, 17000);
	put_pci(SLOT, "8.0 GT/s PCIe\n", "4\n"); /* 68 * 10^6 / 4000 = 17000 ps; of one lane 68000 */
	expect_perf(150 + 20 + 17, 250 + 30 + 17, 4000, 4000, 68000);
	put_pci(SLOT, "64.0 GT/s PCIe\n", "16\n"); /* 256 * 10^6 / 128000 = 2000 */
	expect_perf(150 + 20 + 2, 250 + 30 + 2, 4000, 4000, 32000);
}

/* Two root ports of the same host bridge: the bridge counts once. */
Test(cxl_perf, two_cards)
{
	put_one_card();
	put_card(PLATFORM "/port1", SLOT2, 3, 1, &(struct perf){ { 100, 300, 9000, 9000 } });
	expect_perf(150 + 50 + 2, 300 + 60 + 2, 8192, 4096, 17000);
	put_bridge(1, "7");
	expect_perf(150 + 20 + 2, 300 + 30 + 2, 25000, 25000, 17000);
}

Test(cxl_perf, two_bridges)
{
	put_one_card();
	put_bridge(9, "7");
	put_card(PLATFORM "/port9", "sys/devices/pci0000:90/0000:90:00.0", 3, 1, &card_perf);
	expect_perf(150 + 50 + 2, 250 + 60 + 2, 8192 + 16000, 4096 + 16000, 17000);
}

/* ---- switches ---- */

#define UPSTREAM SLOT "/0000:11:00.0"
#define SWITCH PLATFORM "/port1/port5"

static void put_switch(const char *speed, const char *width)
{
	struct draft d = { .length = 16 };

	put_region();
	put_bridge(1, "7");
	put_pci(SLOT, "32.0 GT/s PCIe\n", "16\n");
	put_pci(UPSTREAM, speed, width);
	put_link(SWITCH, "parent_dport", SLOT);
	put_link(SWITCH, "uport", UPSTREAM);
	put_link(SWITCH, "dport4", UPSTREAM "/0000:12:00.0");
	put_link(SWITCH, "dport8", UPSTREAM "/0000:12:01.0");
	add_way(&d, 4, &(struct perf){ { 30, 31, 15000, 14000 } });
	add_way(&d, 8, &(struct perf){ { 40, 41, 12000, 13000 } });
	put_cdat(SWITCH, &d);
	put_card(SWITCH, UPSTREAM "/0000:12:00.0", 6, 0, &card_perf);
	put_card(SWITCH, UPSTREAM "/0000:12:01.0", 7, 1, &card_perf);
}

/* The bandwidths of the cards add up, but they share the link above the switch. */
Test(cxl_perf, behind_a_switch)
{
	put_switch("32.0 GT/s PCIe\n", "16\n");
	expect_perf(150 + 40 + 20 + 2 * 2, 250 + 41 + 30 + 2 * 2, 15000 + 12000, 14000 + 13000,
		    34000);
	put_pci(UPSTREAM, "32.0 GT/s PCIe\n", "4\n");
	expect_perf(150 + 40 + 20 + 2 * 2, 250 + 41 + 30 + 2 * 2, 16000, 16000, 34000);
}

/* With a card in a root port and one behind a switch, Linux adds up the cards' own bandwidths. */
Test(cxl_perf, asymmetric)
{
	put_switch("8.0 GT/s PCIe\n", "8\n");
	put_card(PLATFORM "/port1", SLOT2, 8, 1, &card_perf);
	/* 8000 * 128 / 130 = 7876 Mbit/s, of 8 lanes: 63008 / 8 = 7876 MB/s */
	expect_perf(150 + 30 + 20 + 2 * 2, 250 + 31 + 30 + 2 * 2, 7876 + 16000, 7876 + 16000, 34000);
}

/* A switch in a switch. */
Test(cxl_perf, two_switches)
{
	struct draft d = { .length = 16 };

	put_switch("32.0 GT/s PCIe\n", "16\n");
	put_link(SWITCH "/port9", "parent_dport", UPSTREAM "/0000:12:00.0");
	put_link(SWITCH "/port9", "uport", UPSTREAM "/0000:12:00.0/0000:20:00.0");
	put_pci(UPSTREAM "/0000:12:00.0/0000:20:00.0", "32.0 GT/s PCIe\n", "2\n");
	put_link(SWITCH "/port9", "dport0", UPSTREAM "/0000:12:00.0/0000:20:00.0/0000:21:00.0");
	add_way(&d, 0xffff, &(struct perf){ { 5, 6, 50000, 50000 } });
	put_cdat(SWITCH "/port9", &d);
	put_card(SWITCH "/port9", UPSTREAM "/0000:12:00.0/0000:20:00.0/0000:21:00.0", 6, 0,
		 &card_perf);
	take_away(PLATFORM "/decoder0.0/" REGION "/target1");
	expect_perf(150 + 5 + 30 + 20 + 3 * 2, 250 + 6 + 31 + 30 + 3 * 2, 8000, 8000, 51000);
}

/* ---- unknown values ---- */

Test(cxl_perf, bridges_that_are_not_known)
{
	put_one_card();
	put_bridge(1, "99");
	expect_unknown(NULL);
	put_bridge(1, "13"); /* no write latency */
	expect_unknown(NULL);
	put_bridge(1, "CXL0");
	expect_unknown(NULL);
	put_bridge(1, "4294967308"); /* 2^32 + 12 */
	expect_unknown(NULL);
	take_away("sys/devices/pci0000:10/firmware_node/uid");
	expect_unknown(NULL);
}

Test(cxl_perf, cards_that_are_not_known)
{
	struct draft d = { .length = 16 };

	put_region();
	expect_unknown(NULL);
	put_one_card();
	put(PLATFORM "/decoder0.0/" REGION, "target1", "\n");
	expect_unknown(NULL);
	put(PLATFORM "/decoder0.0/" REGION, "target1", "../decoder2.0\n");
	expect_unknown(NULL);
	take_away(PLATFORM "/decoder0.0/" REGION "/target1");
	put(PLATFORM "/port1/endpoint2/decoder2.0", "dpa_size", "0x40000001\n");
	expect_unknown(NULL);
	put(PLATFORM "/port1/endpoint2/decoder2.0", "dpa_size", "0x0\n");
	expect_unknown(NULL);
	put(PLATFORM "/port1/endpoint2/decoder2.0", "dpa_size", "0x1000\n");
	expect_perf(202, 312, 8192, 4096, 17000);
	put_card(PLATFORM "/port1", SLOT, 2, 0, &(struct perf){ { 150, 250, 16000, 0 } });
	expect_unknown(NULL);
	put_cdat(PLATFORM "/port1/endpoint2", &d);
	expect_unknown(NULL);
	put(PLATFORM "/port1/endpoint2", "CDAT", "");
	expect_unknown(NULL);
	put(PLATFORM "/port1/endpoint2", "CDAT", "x");
	expect_unknown("/port1/endpoint2/CDAT: not used: at offset 0x0: shorter than its header\n");
	take_away(PLATFORM "/port1/endpoint2/CDAT");
	expect_unknown(NULL);
}

Test(cxl_perf, links_that_are_not_known)
{
	static const char *const speeds[] = { "Unknown\n", "", "32.5 GT/s PCIe", "66 MHz PCI",
					      "128.0 GT/s PCIe" };
	static const char *const widths[] = { "0\n", "", "64\n", "x\n" };
	size_t i;

	put_one_card();
	for (i = 0; i < ARRAY_SIZE(speeds); i++) {
		put(SLOT, "current_link_speed", speeds[i]);
		expect_unknown(NULL);
	}
	put_one_card();
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		put(SLOT, "current_link_width", widths[i]);
		expect_unknown(NULL);
	}
	put_one_card();
	put(SLOT "/0000:02:00.0", "current_link_width", "255\n"); /* a link that is down */
	expect_unknown(NULL);
}

Test(cxl_perf, switches_that_are_not_known)
{
	struct draft d = { .length = 16 };

	put_switch("32.0 GT/s PCIe\n", "16\n");
	take_away(SWITCH "/dport8");
	expect_unknown(NULL);
	put_switch("32.0 GT/s PCIe\n", "16\n");
	add_way(&d, 4, &(struct perf){ { 30, 31, 15000, 14000 } });
	put_cdat(SWITCH, &d);
	expect_unknown(NULL);
	put(SWITCH, "CDAT", "x");
	expect_unknown("/port5/CDAT: not used: at offset 0x0: shorter than its header\n");
	take_away(SWITCH "/CDAT");
	expect_unknown(NULL);
}

/* A CXL 1.1 card in the root complex: its performance should be in HMAT. */
Test(cxl_perf, restricted_card)
{
	put_one_card();
	put_card(PLATFORM, "sys/devices/pci0000:10", 4, 0, &card_perf);
	expect_unknown(NULL);
}

/* ---- the machine around it ---- */

/*
 * SRAT: a processor in PXM 0, memory there, in PXM 1 the generic port of host bridge 12.
 * HMAT: 10 ns and 10 GB/s from PXM 0 to itself, 50 ns and 8 GB/s to PXM 1. As QEMU has it.
 */
static void put_tables(void)
{
	static const uint16_t values[2][2] = { { 10, 50 }, { 10, 8 } };
	struct draft s = { .length = 48 + 16 + 40 + 32 }, h = { .length = 40 };
	int i;

	memcpy(s.bytes, "SRAT", 4);
	s.bytes[4] = (uint8_t)s.length;
	s.bytes[8] = 3;
	s.bytes[48 + 1] = 16;
	s.bytes[48 + 4] = 1;
	memcpy(s.bytes + 64, (const uint8_t[]){ 1, 40 }, 2);
	put64(&s, 64 + 16, GIB);
	s.bytes[64 + 28] = 1;
	memcpy(s.bytes + 104, (const uint8_t[]){ 6, 32, 0, 0, 1 }, 5);
	memcpy(s.bytes + 112, "ACPI0016\x0c", 9);
	s.bytes[128] = 1;
	put_bytes("sys/firmware/acpi/tables", "SRAT", s.bytes, s.length);

	memcpy(h.bytes, "HMAT", 4);
	h.bytes[8] = 2;
	for (i = 0; i < 2; i++) {
		size_t at = h.length;

		h.bytes[at] = 1;
		h.bytes[at + 4] = 32 + 4 + 8 + 4;
		h.bytes[at + 9] = i ? 3 : 0;
		h.bytes[at + 12] = 1; /* initiators */
		h.bytes[at + 16] = 2; /* targets */
		put64(&h, at + 24, i ? 1024 : 1000);
		h.bytes[at + 40] = 1; /* PXM of the second target */
		put16(&h, at + 44, values[i][0]);
		put16(&h, at + 46, values[i][1]);
		h.length += 48;
	}
	h.bytes[4] = (uint8_t)h.length;
	put_bytes("sys/firmware/acpi/tables", "HMAT", h.bytes, h.length);
}

static void put_access(const char *dir, const char *read_latency, const char *write_latency,
		       const char *bandwidth)
{
	put(dir, "read_latency", read_latency);
	put(dir, "write_latency", write_latency);
	put(dir, "read_bandwidth", bandwidth);
	put(dir, "write_bandwidth", bandwidth);
}

static void put_machine(const char *tier)
{
	put_one_card();
	put_tables();
	put("sys/devices/system/node", "possible", "0-2\n");
	put("sys/devices/system/node", "has_memory", "0,2\n");
	put("sys/devices/system/node", "has_cpu", "0\n");
	put_access("sys/devices/system/node/node0/access1/initiators", "10\n", "10\n", "10240\n");
	put("sys/devices/virtual/memory_tiering/memory_tier4", "nodelist", "0\n");
	put("sys/devices/virtual/memory_tiering", tier, "2\n");
	put(PLATFORM "/decoder0.0/" REGION "/dax_region0", "dax0.0/target_node", "2\n");
}

static struct machine *read_machine(void)
{
	struct machine *m = NULL;

	cr_assert_eq(machine_read(root, &m), 0);
	return m;
}

static void expect_answer(const struct machine *m, int64_t adistance, enum source source)
{
	const struct machine_node *n = &m->nodes[2];

	cr_expect_eq(n->facts.value[TIERBPF_FACT_READ_LATENCY], 202);
	cr_expect_eq(n->source[TIERBPF_FACT_READ_LATENCY], SOURCE_CDAT);
	cr_expect_eq(n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE], adistance, "%lld",
		     (long long)n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE]);
	cr_expect_eq(n->source[TIERBPF_FACT_KERNEL_ADISTANCE], source);
}

/* The kernel's own adistance follows from the kernel's values, not from CDAT. */
Test(cxl_perf, of_a_machine)
{
	struct machine *m;

	put_machine("memory_tier9703/nodelist");
	put_access("sys/devices/system/node/node2/access1/initiators", "17200\n", "17300\n",
		   "8192\n");
	put_access(PLATFORM "/decoder0.0/" REGION "/access1", "17200\n", "17300\n", "8192\n");
	m = read_machine();
	cr_expect_eq(m->nodes[2].cdat.value[WRITE_LATENCY], 302);
	cr_expect_eq(m->nodes[2].cdat.value[READ_BANDWIDTH], 8192);
	cr_expect_eq(m->nodes[2].cdat_link_ps, 17000);
	cr_expect_eq(perf_kernel_has(&m->nodes[2]).value[READ_LATENCY], 17200);
	kernel_adistance_estimate(m, true);
	expect_answer(m, 1242000, SOURCE_DERIVED);
	machine_free(m);
}

/* Linux 7.3 shows the values of the region only, and only the first time. */
Test(cxl_perf, of_a_machine_without_kernel_values)
{
	struct machine *m;

	put_machine("memory_tier141/nodelist");
	m = read_machine();
	kernel_adistance_estimate(m, true);
	expect_answer(m, 18143, SOURCE_DERIVED);
	machine_free(m);
	put_access(PLATFORM "/decoder0.0/" REGION "/access1", "202\n", "302\n", "8192\n");
	m = read_machine();
	kernel_adistance_estimate(m, false);
	expect_answer(m, 18143, SOURCE_DERIVED);
	machine_free(m);
}

/* ---- regions to come ---- */

#define BUS2 "sys/devices/pci0000:90/0000:90:00.0"

/* A card without a region: the bus shows its endpoint. */
static void put_free_card(const char *port, const char *slot, int number, const struct perf *p)
{
	char name[32], endpoint[256];

	put_card(port, slot, number, 0, p);
	snprintf(name, sizeof(name), "endpoint%d", number);
	snprintf(endpoint, sizeof(endpoint), "%s/%s", port, name);
	put_link("sys/bus/cxl/devices", name, endpoint);
}

/* In a window of the host bridges 12 and, if @targets is 2, 7. */
static void expect_region(int targets, const struct perf *p, int64_t link_ps, size_t serials)
{
	const struct cedt_window w = { .targets = { 12, 7 }, .nr_targets = targets };
	struct cxl_expected e;
	struct capture c;

	capture_start(&c);
	cxl_expect(root, &w, bridges, ARRAY_SIZE(bridges), &e);
	capture_expect(&c, NULL);
	cr_expect(!memcmp(&e.perf.perf, p, sizeof(*p)), "%lld %lld %lld %lld",
		  (long long)e.perf.perf.value[READ_LATENCY],
		  (long long)e.perf.perf.value[WRITE_LATENCY],
		  (long long)e.perf.perf.value[READ_BANDWIDTH],
		  (long long)e.perf.perf.value[WRITE_BANDWIDTH]);
	cr_expect_eq(e.perf.link_ps, link_ps);
	cr_expect_eq(e.nr_serials, serials, "%zu", e.nr_serials);
	cr_expect(!serials || e.serials[serials - 1] == 1);
}

static const struct perf nothing;

Test(cxl_perf, to_come_of_one_card)
{
	const struct perf one = { { 202, 312, 8192, 4096 } };

	expect_region(1, &nothing, 0, 0);
	put_bridge(1, "12");
	put_bridge(9, "7");
	put_free_card(PLATFORM "/port9", BUS2, 3, &card_perf);
	expect_region(1, &nothing, 0, 0);
	put_free_card(PLATFORM "/port1", SLOT, 2, &card_perf);
	expect_region(1, &one, 17000, 1);
	put_bridge(1, "13"); /* another host bridge's card */
	expect_region(1, &nothing, 0, 0);
}

Test(cxl_perf, to_come_of_any_of_two)
{
	const struct perf same = { { 202, 312, 8192, 4096 } }, slower = { { 202, 0, 8192, 4096 } };
	const struct perf wider = { { 172, 282, 0, 0 } };
	const struct cedt_window w = { .targets = { 7 }, .nr_targets = 1 };
	struct cxl_expected e;

	put_bridge(1, "12");
	put_free_card(PLATFORM "/port1", SLOT, 2, &card_perf);
	put_free_card(PLATFORM "/port1", SLOT2, 3, &card_perf);
	expect_region(1, &same, 17000, 0);
	put_bridge(1, "7"); /* as wide as both */
	cxl_expect(root, &w, bridges, ARRAY_SIZE(bridges), &e);
	cr_expect(!memcmp(&e.perf.perf, &wider, sizeof(wider)));
	put_bridge(1, "12");
	put_free_card(PLATFORM "/port1", SLOT2, 3, &(struct perf){ { 150, 300, 9000, 9000 } });
	expect_region(1, &slower, 17000, 0);
	put_free_card(PLATFORM "/port1", SLOT2, 3, &(struct perf){ { 150, 300, 9000, 0 } });
	expect_region(1, &nothing, 0, 0);
}

Test(cxl_perf, to_come_of_two_bridges)
{
	const struct perf both = { { 202, 312, 8192 + 16000, 4096 + 16000 } },
			  latency = { { 0, 0, 0, 0 } };

	put_bridge(1, "12");
	put_bridge(9, "7");
	put_free_card(PLATFORM "/port1", SLOT, 2, &card_perf);
	expect_region(2, &nothing, 0, 0);
	put_free_card(PLATFORM "/port9", BUS2, 3, &card_perf);
	expect_region(2, &both, 17000, 2);
	put_free_card(PLATFORM "/port1", SLOT2, 4, &card_perf);
	expect_region(2, &latency, 17000, 0);
}

/* If the host bridge of a card is not known, nothing is known about the other cards either. */
Test(cxl_perf, to_come_with_unknown_bridge)
{
	const struct perf one = { { 202, 312, 8192, 4096 } };
	struct draft d = { .length = 16 };

	put_bridge(1, "12");
	put_bridge(9, "CXL0");
	put_free_card(PLATFORM "/port1", SLOT, 2, &card_perf);
	expect_region(1, &one, 17000, 1);
	put_free_card(PLATFORM "/port9", BUS2, 3, &card_perf);
	expect_region(1, &nothing, 0, 0);
	take_away("sys/bus/cxl/devices/endpoint3");
	put_free_card(PLATFORM, "sys/devices/pci0000:10", 4, &card_perf);
	expect_region(1, &nothing, 0, 0);
	take_away("sys/bus/cxl/devices/endpoint4");
	/* two kinds of memory on one card */
	add_memory(&d, 3, 0, GIB);
	add_values(&d, 3, &card_perf);
	add_memory(&d, 4, GIB, GIB);
	add_values(&d, 4, &card_perf);
	put_cdat(PLATFORM "/port1/endpoint2", &d);
	expect_region(1, &one, 17000, 1);
	add_memory(&d, 5, 2 * GIB, GIB);
	d.bytes[5] = 0;
	put_cdat(PLATFORM "/port1/endpoint2", &d);
	expect_region(1, &nothing, 0, 1);
}

/*
 * Windows at 8 and 16 GiB, for which the kernel has made nodes 1 and 2; the second is host bridge
 * 12's.
 */
static void put_windows(void)
{
	struct draft d = { .length = 36 };
	uint64_t i;

	memcpy(d.bytes, "CEDT", 4);
	for (i = 1; i <= 2; i++, d.length += 40) {
		d.bytes[d.length] = 1;
		d.bytes[d.length + 2] = 40;
		put64(&d, d.length + 8, i * 8 * GIB);
		put64(&d, d.length + 16, 4 * GIB);
		d.bytes[d.length + 36] = i == 2 ? 12 : 7;
	}
	d.bytes[4] = (uint8_t)d.length;
	put_bytes("sys/firmware/acpi/tables", "CEDT", d.bytes, d.length);
}

static void expect_source(const struct machine *m, enum tierbpf_fact fact, int64_t value,
			  enum source source)
{
	const struct machine_node *n = &m->nodes[2];

	cr_expect(n->facts.value[fact] == value && n->source[fact] == source,
		  "fact %d is %lld, by %s", fact, (long long)n->facts.value[fact],
		  source_name(n->source[fact]));
}

Test(cxl_perf, to_come_in_a_machine)
{
	struct machine *m;

	put_machine("memory_tier4/none");
	put("sys/devices/system/node", "has_memory", "0\n");
	put_free_card(PLATFORM "/port1", SLOT, 2, &card_perf);
	take_away("sys/bus/cxl/devices/" REGION);
	put_windows();
	m = read_machine();
	expect_source(m, TIERBPF_FACT_KIND, TIERBPF_KIND_CXL, SOURCE_CEDT);
	expect_source(m, TIERBPF_FACT_CXL_SERIAL, 1, SOURCE_SYSFS_TO_COME);
	expect_source(m, TIERBPF_FACT_READ_LATENCY, 202, SOURCE_CDAT_TO_COME);
	expect_source(m, TIERBPF_FACT_WRITE_BANDWIDTH, 8192, SOURCE_CDAT_TO_COME);
	expect_source(m, TIERBPF_FACT_CXL_REGION, 0, SOURCE_NONE);
	machine_free(m);
	/* memory that is there is of no region to come */
	put("sys/devices/system/node", "has_memory", "0,2\n");
	m = read_machine();
	expect_source(m, TIERBPF_FACT_CXL_SERIAL, 0, SOURCE_NONE);
	expect_source(m, TIERBPF_FACT_READ_LATENCY, 0, SOURCE_NONE);
	machine_free(m);
	/* nor is a region that is there */
	put("sys/devices/system/node", "has_memory", "0\n");
	put_region();
	m = read_machine();
	expect_source(m, TIERBPF_FACT_CXL_SERIAL, 1, SOURCE_SYSFS);
	expect_source(m, TIERBPF_FACT_READ_LATENCY, 202, SOURCE_CDAT);
	machine_free(m);
}

/* ---- flits ---- */

static void put_config(const uint8_t *list, size_t length, uint16_t link_status_2)
{
	uint8_t config[256] = {};

	config[6] = 0x10;
	config[0x34] = 0x40;
	memcpy(config + 0x40, list, length);
	memcpy(config + 0x80 + 0x32, &link_status_2, 2);
	put_bytes(SLOT, "config", config, sizeof(config));
}

static int64_t latency_ps(void)
{
	struct pcie_link link;

	cr_assert(pcie_link_read(root, "/" SLOT, &link));
	return pcie_link_latency_ps(&link);
}

Test(cxl_perf, flits)
{
	static const uint8_t list[] = { 0x01, 0x44, 0, 0, 0x05, 0x80 }, ring[] = { 0x01, 0x40 };
	static const uint8_t nowhere[] = { 0x01, 0xfc };
	uint8_t express[0x42] = { 0x01, 0x80 };

	express[0x40] = 0x10;
	put_pci(SLOT, "32.0 GT/s PCIe\n", "16\n");
	cr_expect_eq(latency_ps(), 1062);
	put_config(express, sizeof(express), 0x0400);
	cr_expect_eq(latency_ps(), 4000);
	put_config(express, sizeof(express), 0xfbff);
	cr_expect_eq(latency_ps(), 1062);
	put_config(list, sizeof(list), 0x0400); /* what is at 0x80 there is no link */
	cr_expect_eq(latency_ps(), 1062);
	put_config(ring, sizeof(ring), 0x0400);
	cr_expect_eq(latency_ps(), 1062);
	put_config(nowhere, sizeof(nowhere), 0x0400);
	cr_expect_eq(latency_ps(), 1062);
	put(SLOT, "config", "x");
	cr_expect_eq(latency_ps(), 1062);
	put_pci(SLOT, "64.0 GT/s PCIe\n", "16\n");
	cr_expect_eq(latency_ps(), 2000);
	put_config(express, sizeof(express), 0);
	cr_expect_eq(latency_ps(), 531, "at 64 GT/s, the register is believed");
}
