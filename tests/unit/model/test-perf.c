// SPDX-License-Identifier: GPL-2.0-only
/* Real and crafted machines, with the adistances that kernels 6.12 and 7.3 computed. */
#include "unit-plan.h"

#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <tierbpf/adistance.h>

#define OF_10 PERF(10, 10, 10, 10)
#define HUGE 4259710000

Test(perf, adistance)
{
	static const struct {
		const char *name;
		struct perf reference, node;
		__s32 kernel, sane;
	} table[] = {
		{ "the reference itself", OF_10, OF_10, 576, 576 },
		{ "QEMU, -numa hmat-lb in units of 10 ns and MB", OF_10, PERF(20, 20, 5, 5), 2304,
		  2304 },
		{ "Sapphire Rapids and Optane", PERF(91, 91, 262100, 176100),
		  PERF(100, 100, 30000, 30000), 4615, 4615 },
		{ "5759.99: rounded down at each step", PERF(100, 100, 204800, 204800),
		  PERF(420, 420, 86016, 86016), 5759, 5759 },
		{ "Xeon 6 and CXL", PERF(91, 91, 262144, 176128), PERF(1900, 540, 73728, 67584),
		  23949, 23949 },
		{ "HBM", PERF(50, 50, 40960, 40960), PERF(50, 50, 81920, 81920), 288, 288 },
		{ "reads and writes apart", PERF(80, 90, 102400, 61440),
		  PERF(170, 300, 30720, 10240), 6368, 6368 },
		{ "second socket, within 10 %", PERF(90, 90, 256000, 256000),
		  PERF(95, 95, 245760, 245760), 633, 633 },
		{ "only the sums count", PERF(20, 0, 0, 20), PERF(0, 40, 10, 0), 2304, 2304 },
		/* a kernel's memory_tier4281505711 */
		{ "wraps", PERF(65, 65, HUGE, HUGE), PERF(4259710, 4259710, 65000, 65000),
		  -1723082824, 16777215 },
		{ "sums of 2^32", PERF(1, 1, 1, 1), PERF(2147483648, 2147483648, 1, 1), 0, 16777215 },
		{ "all but nothing", PERF(1000, 1000, 1, 1), PERF(1, 0, 1000, 1000), 0, 1 },
		{ "no latency", OF_10, PERF(0, 0, 5, 5), 0, 0 },
		{ "no bandwidth", OF_10, PERF(20, 20, 0, 0), 0, 0 },
		{ "nothing", OF_10, PERF(0, 0, 0, 0), 0, 0 },
		{ "reference without latency", PERF(0, 0, 10, 10), OF_10, 0, 0 },
		{ "reference without bandwidth", PERF(10, 10, 0, 0), OF_10, 0, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		__s32 kernel = perf_kernel_adistance(&table[i].node, &table[i].reference);
		__s32 sane = perf_adistance(&table[i].node, &table[i].reference);

		cr_expect_eq(kernel, table[i].kernel, "%s: kernel %d", table[i].name, kernel);
		cr_expect_eq(sane, table[i].sane, "%s: %d", table[i].name, sane);
	}
	cr_expect_eq(tierbpf_tier(-1723082824), 4281505711);
}

Test(perf, of_facts)
{
	struct tierbpf_facts facts = {};
	struct perf p = perf_of(&facts);

	cr_expect(!p.value[READ_LATENCY] && !p.value[WRITE_LATENCY] && !p.value[READ_BANDWIDTH] &&
		  !p.value[WRITE_BANDWIDTH]);
	facts.value[TIERBPF_FACT_READ_LATENCY] = 99; /* not known */
	tierbpf_set_fact(&facts, TIERBPF_FACT_WRITE_LATENCY, 2);
	tierbpf_set_fact(&facts, TIERBPF_FACT_READ_BANDWIDTH, 3);
	tierbpf_set_fact(&facts, TIERBPF_FACT_WRITE_BANDWIDTH, 4);
	p = perf_of(&facts);
	cr_expect(p.value[READ_LATENCY] == 0 && p.value[WRITE_LATENCY] == 2);
	cr_expect(p.value[READ_BANDWIDTH] == 3 && p.value[WRITE_BANDWIDTH] == 4);
}

static void expect_reference(struct machine *m, int node)
{
	cr_expect_eq(perf_reference_node(m), node, "%d, not %d", perf_reference_node(m), node);
	machine_free(m);
}

Test(perf, reference_node)
{
	expect_reference(MACHINE({ "cm" }, { "cm" }), 0);
	expect_reference(MACHINE({ "c" }, { "m" }, { "" }, { "cm" }, { "cm" }), 3);
	expect_reference(MACHINE({ "c" }, { "m" }, { "" }), -1);
	expect_reference(MACHINE({ "" }), -1);
}

/* ---- whether the kernel uses the values ---- */

static void expect_belief(struct machine *m, int err, int odd_one)
{
	int odd = -7, result = perf_kernel_reference(m, &odd);

	cr_expect_eq(result, err, "%d, not %d", result, err);
	cr_expect_eq(odd, odd_one, "node %d, not %d", odd, odd_one);
	machine_free(m);
}

#define NONE (-7)

Test(perf, kernel_believes)
{
	expect_belief(MACHINE({ "cm", OF_10 }, { "m", OF_10 }), 0, NONE);
	expect_belief(MACHINE({ "c", OF_10 }, { "m", OF_10 }), -ENOENT, NONE);
	/* of the reference */
	expect_belief(MACHINE({ "cm" }, { "m", OF_10 }), -ENODATA, NONE);
	expect_belief(MACHINE({ "cm" }, { "cm", OF_10 }), -ENODATA, NONE);
	expect_belief(MACHINE({ "cm", PERF(10, 10, 0, 0) }), -ENODATA, NONE);
	expect_belief(MACHINE({ "cm", PERF(0, 0, 10, 10) }), -ENODATA, NONE);
	expect_belief(MACHINE({ "cm", PERF(10, 0, 10, 0) }), 0, NONE);
	/* of other nodes with CPUs and memory only */
	expect_belief(MACHINE({ "cm", OF_10 }, { "m", PERF(99, 99, 99, 99) },
			      { "c", PERF(99, 99, 99, 99) }),
		      0, NONE);
	expect_belief(MACHINE({ "cm", OF_10 }, { "m" }, { "c" }, { "" }), 0, NONE);
	expect_belief(MACHINE({ "cm", OF_10 }, { "cm" }), -ERANGE, 1);
	expect_belief(MACHINE({ "" }, { "cm", OF_10 }, { "cm", OF_10 },
			      { "cm", PERF(99, 99, 99, 99) }, { "cm" }),
		      -ERANGE, 3);
}

/* Within 10 % of the reference, in each of the four. */
Test(perf, ten_percent)
{
	static const struct {
		int64_t value;
		bool accepted;
	} table[] = {
		{ 90, true }, { 95, true },  { 99, true }, { 100, false },
		{ 81, true }, { 80, false }, { 0, false },
	};
	size_t i;
	int field;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		for (field = 0; field < 4; field++) {
			struct perf p = PERF(90, 90, 90, 90);

			p.value[field] = table[i].value;
			expect_belief(MACHINE({ "cm", PERF(90, 90, 90, 90) }, { "cm", p }),
				      table[i].accepted ? 0 : -ERANGE, table[i].accepted ? NONE : 1);
		}
	}
}

/* In 32 bits, as the kernel: abs() of the difference as int, its product unsigned. */
Test(perf, ten_percent_that_wraps)
{
	static const struct {
		int64_t reference, value;
		bool accepted;
	} table[] = {
		{ 3000000000, 3300000000, true },
		{ 3000000000, 3300000001, false },
		{ 3000000000, 3429496730, true }, /* 10 * 429496730 = 2^32 + 4 */
		/* 2^32 - 2900000000 = 1394967296; * 10 = 3 * 2^32 + 1064771072 */
		{ 3000000000, 100000000, true },
		{ 4294967295, 0, true },	 /* 1 apart */
		{ 2147483648, 0, true },	 /* 2^31; * 10 = 0 */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_belief(MACHINE({ "cm", PERF(10, 10, table[i].reference, 10) },
				      { "cm", PERF(10, 10, table[i].value, 10) }),
			      table[i].accepted ? 0 : -ERANGE, table[i].accepted ? NONE : 1);
}

/* ---- machines that were booted ---- */

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static bool has(const json_t *list, int node)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_integer_value(one) == node)
			return true;
	return false;
}

static struct test_node node_of(const json_t *vector, int node)
{
	const json_t *nodes = json_object_get(vector, "nodes");
	const json_t *a;
	char key[16];
	bool cpu = has(json_object_get(vector, "cpu_nodes"), node);
	bool memory = has(json_object_get(vector, "mem_nodes"), node);

	snprintf(key, sizeof(key), "%d", node);
	a = json_object_get(json_object_get(nodes, key), "access1");
	return (struct test_node){
		.has = cpu && memory ? "cm" :
		       cpu	     ? "c" :
		       memory	     ? "m" :
				       "",
		.perf = PERF(number(a, "rl"), number(a, "wl"), number(a, "rb"), number(a, "wb")),
	};
}

static void expect_vector(const char *name, const json_t *vector)
{
	static struct test_node nodes[256];
	const json_t *dram = json_object_get(vector, "dram_ref_node"), *one;
	bool registered = json_is_true(json_object_get(vector, "algorithm"));
	struct machine *m;
	struct perf reference;
	const char *key;
	int node, odd, belief;

	for (node = 0; node < 256; node++)
		nodes[node] = node_of(vector, node);
	m = test_machine(nodes, 256);
	belief = perf_kernel_reference(m, &odd);
	cr_expect_eq(belief == 0 || belief == -ENOENT, registered, "%s: %d", name, belief);
	if (json_is_integer(dram))
		cr_expect_eq(perf_reference_node(m), json_integer_value(dram), "%s", name);
	reference = belief || !registered ? (struct perf){} : nodes[perf_reference_node(m)].perf;
	json_object_foreach((json_t *)json_object_get(vector, "nodes"), key, one) {
		const struct perf *p = &nodes[atoi(key)].perf;
		const json_t *expected = json_object_get(one, "adistance");
		bool told = !belief && p->value[READ_LATENCY] + p->value[WRITE_LATENCY] &&
			    p->value[READ_BANDWIDTH] + p->value[WRITE_BANDWIDTH];
		__s32 adistance = told ? perf_kernel_adistance(p, &reference) :
					 TIERBPF_ADISTANCE_DRAM;

		if (json_is_integer(expected))
			cr_expect_eq(adistance, json_integer_value(expected), "%s: node %s: %d",
				     name, key, adistance);
	}
	machine_free(m);
}

/* Data too large for the tree: TIERBPF_DATA is its folder. */
Test(perf, booted)
{
	char *folder = tmp_path(getenv("TIERBPF_DATA") ?: "../shared/data", "vectors");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		cr_skip_test("no data in %s", folder);
	while ((entry = readdir(dir))) {
		char *one = tmp_path(folder, entry->d_name), *path = tmp_path(one, "expected.json");
		json_t *vector = json_load_file(path, 0, NULL);

		if (vector)
			expect_vector(entry->d_name, vector);
		json_decref(vector);
		free(path);
		free(one);
	}
	closedir(dir);
	free(folder);
}

/* What sysfs shows of the node, else what it shows of the node's CXL region, else the facts. */
Test(perf, of_the_kernel)
{
	struct machine_node n = {
		.sysfs[CLASS_CPU].perf = PERF(1, 2, 3, 4),
		.region = PERF(5, 6, 7, 8),
	};
	struct perf p;
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		machine_set_fact(&n, coordinate_fact(c), 10 + (int64_t)c, SOURCE_CDAT);
	cr_expect_eq(perf_kernel_has(&n).value[READ_LATENCY], 1);
	n.sysfs[CLASS_CPU].perf = (struct perf){ .value[READ_BANDWIDTH] = 3 };
	cr_expect_eq(perf_kernel_has(&n).value[READ_LATENCY], 5);
	cr_expect_eq(perf_kernel_has(&n).value[READ_BANDWIDTH], 7);
	n.region.value[READ_BANDWIDTH] = n.region.value[WRITE_BANDWIDTH] = 0;
	p = perf_kernel_has(&n);
	for (c = 0; c < NR_COORDINATES; c++)
		cr_expect_eq(p.value[c], 10 + (int64_t)c);
}
