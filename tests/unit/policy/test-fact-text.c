// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "policy/driver-name.h"
#include "policy/fact-text.h"

/* The words of the policy language, as far as it has any. */
Test(fact_text, names)
{
	static const struct {
		__u32 fact;
		const char *name;
		const char *from;
	} table[] = {
		{ TIERBPF_FACT_NONE, "any node", "" },
		{ TIERBPF_FACT_NODE, "node", "" },
		{ TIERBPF_FACT_PXM, "pxm", "SRAT, which root can read" },
		{ TIERBPF_FACT_READ_LATENCY, "read_latency_ns",
		  "HMAT or CDAT; sysfs: nodeN/access1/initiators" },
		{ TIERBPF_FACT_CXL_SERIAL_2, "cxl.serial (2nd card)",
		  "a CXL region; sysfs: bus/cxl/devices" },
		{ TIERBPF_FACT_MEASURED_ADISTANCE, "the measured adistance", "a measurement" },
		{ TIERBPF_NR_FACTS, "unknown fact", "" },
		{ UINT32_MAX, "unknown fact", "" },
	};
	__u32 fact;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cr_expect_str_eq(fact_name(table[i].fact), table[i].name);
		cr_expect_str_eq(fact_wanted_from(table[i].fact), table[i].from);
	}
	for (fact = 0; fact < TIERBPF_NR_FACTS; fact++)
		cr_expect(*fact_name(fact), "fact %u has no name", fact);
}

Test(fact_text, values)
{
	static const struct {
		__u32 fact;
		__s64 value;
		const char *text;
	} table[] = {
		{ TIERBPF_FACT_NODE, 7, "7" },
		{ TIERBPF_FACT_CPU, 1, "yes" },
		{ TIERBPF_FACT_CPU, 0, "no" },
		{ TIERBPF_FACT_KERNEL_ADISTANCE, -1723082824, "-1723082824" },
		{ TIERBPF_FACT_KIND, TIERBPF_KIND_DRAM, "dram" },
		{ TIERBPF_FACT_KIND, TIERBPF_KIND_HOTPLUG, "hotplug" },
		{ TIERBPF_FACT_KIND, 0, "unknown" },
		{ TIERBPF_FACT_KIND, 99, "unknown" },
		{ TIERBPF_FACT_SIZE, 0, "0 bytes" },
		{ TIERBPF_FACT_SIZE, 1023, "1023 bytes" },
		{ TIERBPF_FACT_SIZE, 1024, "1 KiB" },
		{ TIERBPF_FACT_SIZE, 1536, "1536 bytes" },
		{ TIERBPF_FACT_SIZE, 17179869184, "16 GiB" },
		{ TIERBPF_FACT_SIZE, 17180917760, "16385 MiB" },
		{ TIERBPF_FACT_SIZE, 1LL << 52, "4096 TiB" },
		{ TIERBPF_FACT_SIZE, INT64_MAX, "9223372036854775807 bytes" },
		{ TIERBPF_FACT_DISTANCE, 20, "20" },
		{ TIERBPF_FACT_WRITE_LATENCY, 20, "20 ns" },
		{ TIERBPF_FACT_READ_BANDWIDTH, 20000, "20000 MB/s" },
		{ TIERBPF_FACT_LATENCY_RATIO, 2764705, "2.76471" },
		{ TIERBPF_FACT_BANDWIDTH_RATIO, 250000, "0.25" },
		{ TIERBPF_FACT_CXL_REGION, 3, "3" },
		{ TIERBPF_FACT_CXL_SERIAL, 31, "0x1f" },
		{ TIERBPF_FACT_CXL_SERIAL_4, -1, "0xffffffffffffffff" },
		{ TIERBPF_FACT_DRIVER, 31, "0x1f" }, /* of no name that this process has seen */
		{ TIERBPF_FACT_HMAT_ADISTANCE, 2304, "2304" },
		{ TIERBPF_NR_FACTS, -3, "-3" },
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cr_expect_eq(fact_text(table[i].fact, table[i].value, text, sizeof(text)), text);
		cr_expect_str_eq(text, table[i].text, "fact %u: %s", table[i].fact, text);
	}
	cr_expect_str_eq(fact_text(TIERBPF_FACT_NODE, 1023, text, 3), "10");
	cr_expect_str_eq(fact_text(TIERBPF_FACT_DRIVER, driver_name_value("virtio_mem"), text,
				   sizeof(text)),
			 "virtio_mem");
}

/* The values that the tests of a predicate accept. */
Test(fact_text, tests)
{
	static const struct {
		const char *match;
		const char *text;
	} table[] = {
		{ "{}", "0" },
		{ "{'node': 3}", "3" },
		{ "{'node': '0,2-5,9'}", "0,2-5,9" },
		{ "{'pxm': '1-2'}", "1-2" },
		{ "{'cpu': false}", "no" },
		{ "{'kind': 'cxl'}", "cxl" },
		{ "{'kind': ['cxl', 'pmem', 'dram']}", "dram or cxl or pmem" },
		{ "{'size': {'min': '16GiB'}}", "at least 16 GiB" },
		{ "{'size': {'max': 100}}", "at most 100 bytes" },
		{ "{'read_latency_ns': {'min': 100, 'max': 300}}", "100 ns to 300 ns" },
		{ "{'latency_ratio': 1.5}", "1.5" },
		{ "{'kernel_adistance': {'min': -5, 'max': 5}}", "-5 to 5" },
		{ "{'cxl': {'region': {'min': 1, 'max': 2}}}", "1 to 2" },
		/* the same of each card, told once */
		{ "{'cxl': {'serial': '0x1f'}}", "0x1f" },
	};
	char text[128], policy[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p;

		snprintf(policy, sizeof(policy), MATCH("%s"), table[i].match);
		p = good_policy(policy);
		cr_expect_eq(fact_tests_text(p->tests, p->nr_tests, text, sizeof(text)), text);
		cr_expect_str_eq(text, table[i].text, "%s: %s", table[i].match, text);
		policy_free(p);
	}
}

/* A list that does not fit is cut between its parts, in whatever room there is. */
Test(fact_text, long_list)
{
	struct policy *p =
		good_policy(NODE("'1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39,41'"));
	char all[128], text[128];
	size_t size;

	fact_tests_text(p->tests, p->nr_tests, all, sizeof(all));
	cr_expect_str_eq(all, "1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39,41");
	for (size = 8; size < strlen(all); size++) {
		size_t kept;

		memset(text, 'x', sizeof(text));
		fact_tests_text(p->tests, p->nr_tests, text, size);
		cr_assert_lt(strlen(text), size);
		cr_assert_eq(text[size], 'x', "%zu", size);
		kept = strlen(text) - strlen(", …");
		cr_assert_str_eq(text + kept, ", …", "%zu: %s", size, text);
		cr_assert(!strncmp(text, all, kept) && all[kept] == ',', "%zu: %s", size, text);
	}
	policy_free(p);
}
