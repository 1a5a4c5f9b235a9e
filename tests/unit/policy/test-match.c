// SPDX-License-Identifier: GPL-2.0-only
/* Predicates, as the tests that they become. */
#include "unit.h"

/* "fact:min-max" of each test of rule @index, and "/predicate" where that is another. */
static char *tests_text(const struct policy *p, size_t index)
{
	const struct tierbpf_rule *r = &p->rules[index];
	const struct tierbpf_test *t = p->tests + r->first_test, *end = t + r->nr_tests;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert_leq(r->first_test + r->nr_tests, p->nr_tests);
	for (; t < end; t++) {
		fprintf(out, "%s%u:", t == p->tests + r->first_test ? "" : " ", t->fact);
		fprintf(out, t->min == INT64_MIN ? "min" : "%lld", (long long)t->min);
		fprintf(out, t->max == INT64_MAX ? "-max" : "-%lld", (long long)t->max);
		if (t->predicate != t->fact)
			fprintf(out, "/%u", t->predicate);
	}
	fclose(out);
	return text;
}

static void expect_tests(const struct policy *p, size_t rule, const char *expected, const char *of)
{
	char *text = tests_text(p, rule);

	cr_expect_str_eq(text, expected, "%s: %s, not %s", of, text, expected);
	free(text);
}

/* Facts are numbered as in enum tierbpf_fact. */
Test(policy_match, tests)
{
	static const struct {
		const char *text;
		const char *tests;
	} table[] = {
		{ MATCH("{}"), "0:0-0" },
		{ NODE("0"), "1:0-0" },
		{ NODE("1023"), "1:1023-1023" },
		{ NODE("'3'"), "1:3-3" },
		{ NODE("'0,2-5'"), "1:0-0 1:2-5" },
		{ NODE("'0-1023'"), "1:0-1023" },
		/* in order, and as few as possible */
		{ NODE("' 7 - 8 , 1 '"), "1:1-1 1:7-8" },
		{ NODE("'1,1,1'"), "1:1-1" },
		{ NODE("'1,2,3'"), "1:1-3" },
		{ NODE("'3,2,1'"), "1:1-3" },
		{ NODE("'5-9,1-3,4'"), "1:1-9" },
		{ NODE("'1-9,3-4'"), "1:1-9" },
		{ NODE("'3-4,1-9,8-11'"), "1:1-11" },
		{ NODE("'9,1-3,5'"), "1:1-3 1:5-5 1:9-9" },
		{ MATCH("{'pxm': 4}"), "5:4-4" },
		{ MATCH("{'pxm': '9,4-5,1023'}"), "5:4-5 5:9-9 5:1023-1023" },
		{ MATCH("{'cpu': true}"), "2:1-1" },
		{ MATCH("{'cpu': false}"), "2:0-0" },
		{ MATCH("{'kind': 'dram'}"), "6:1-1" },
		{ MATCH("{'kind': 'cxl'}"), "6:2-2" },
		{ MATCH("{'kind': ['pmem']}"), "6:3-3" },
		{ MATCH("{'kind': ['hbm', 'hotplug']}"), "6:4-4 6:5-5" },
		{ MATCH("{'kind': ['hotplug', 'dram', 'hotplug']}"), "6:1-1 6:5-5" },
		/* hashes of the names (FNV-1a), in order, and each once */
		{ MATCH("{'driver': 'kmem'}"), "21:1374198044504348503-1374198044504348503" },
		{ MATCH("{'driver': ['kmem', 'a', 'kmem', 'NVIDIA']}"),
		  "21:-7810908877594987458--7810908877594987458 21:-5808556873153909620--5808556873153909620 21:1374198044504348503-1374198044504348503" },
		{ MATCH("{'size': {'min': '16GiB'}}"), "4:17179869184-max" },
		{ MATCH("{'size': {'max': 4096}}"), "4:min-4096" },
		{ MATCH("{'size': '1KiB'}"), "4:1024-1024" },
		{ MATCH("{'distance': {'min': 11, 'max': 31}}"), "7:11-31" },
		{ MATCH("{'distance': 20}"), "7:20-20" },
		{ MATCH("{'read_latency_ns': {'min': 300}}"), "8:300-max" },
		{ MATCH("{'write_latency_ns': {'max': '1us'}}"), "9:min-1000" },
		{ MATCH("{'read_bandwidth_mbps': {'max': '20GB/s', 'min': 0}}"), "10:0-20000" },
		{ MATCH("{'write_bandwidth_mbps': 7}"), "11:7-7" },
		{ MATCH("{'latency_ratio': {'min': 1.5, 'max': 1.5}}"), "12:1500000-1500000" },
		{ MATCH("{'bandwidth_ratio': {'max': 0.5}}"), "13:min-500000" },
		{ MATCH("{'kernel_adistance': {'min': -1, 'max': 576}}"), "3:-1-576" },
		{ MATCH("{'cxl': {'region': 0}}"), "14:0-0" },
		{ MATCH("{'cxl': {'region': {'min': 2}}}"), "14:2-max" },
		{ MATCH("{'cxl': {'serial': 31}}"), "15:31-31 16:31-31/15 17:31-31/15 18:31-31/15" },
		{ MATCH("{'cxl': {'serial': '31'}}"),
		  "15:31-31 16:31-31/15 17:31-31/15 18:31-31/15" },
		{ MATCH("{'cxl': {'serial': '0x1F'}}"),
		  "15:31-31 16:31-31/15 17:31-31/15 18:31-31/15" },
		{ MATCH("{'cxl': {'serial': 0}}"), "15:0-0 16:0-0/15 17:0-0/15 18:0-0/15" },
		/* the bits of a u64 */
		{ MATCH("{'cxl': {'serial': '0xffffffffffffffff'}}"),
		  "15:-1--1 16:-1--1/15 17:-1--1/15 18:-1--1/15" },
		{ MATCH("{'cxl': {'serial': 18446744073709551615}}"),
		  "15:-1--1 16:-1--1/15 17:-1--1/15 18:-1--1/15" },
		/* those of one predicate stand together, whatever the order of the text */
		{ MATCH("{'cpu': false, 'node': '1-3,9'}"), "1:1-3 1:9-9 2:0-0" },
		{ MATCH("{'node': '1-3,9', 'cpu': false}"), "1:1-3 1:9-9 2:0-0" },
		{ MATCH("{'kernel_adistance': 576, 'cxl': {'serial': 1, 'region': 2}, 'kind': ['cxl', "
			"'dram'], 'pxm': 5}"),
		  "5:5-5 6:1-1 6:2-2 3:576-576 14:2-2 15:1-1 16:1-1/15 17:1-1/15 18:1-1/15" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].text);

		cr_assert_eq(p->nr_rules, 1);
		expect_tests(p, 0, table[i].tests, table[i].text);
		policy_free(p);
	}
}

Test(policy_match, each_rule_has_its_own)
{
	static const char text[] =
		RULES("[{'match': {'node': '1,3'}, 'action': {'offset': 1}},"
		      " {'match': {'pxm': 5}, 'action': {'offset': 2}},"
		      " {'match': {'cpu': true, 'node': 7}, 'action': {'offset': 3}},"
		      " {'match': {}, 'action': {'offset': 4}}]");
	static const char *const tests[] = { "1:1-1 1:3-3", "5:5-5", "1:7-7 2:1-1", "0:0-0" };
	struct policy *p = good_policy(text);
	size_t i;

	cr_assert_eq(p->nr_rules, 4);
	cr_expect_eq(p->nr_tests, 6);
	for (i = 0; i < 4; i++) {
		expect_tests(p, i, tests[i], text);
		cr_expect_eq(p->rules[i].action.value, i + 1);
	}
	policy_free(p);
}

#define AT "rules[0].match"

Test(policy_match, keys)
{
	static const struct bad table[] = {
		{ MATCH("{^'Node': 4}"), AT ".Node",
		  "error: unknown key \"Node\" (did you mean \"node\"?); known here: node, pxm, kind, driver, cpu, size, distance, "
		  "read_latency_ns, write_latency_ns, read_bandwidth_mbps, write_bandwidth_mbps, "
		  "latency_ratio, bandwidth_ratio, kernel_adistance, cxl" },
		{ MATCH("{$'node': 1,\n'cpu': true,\n^'node': 2}"), AT ".node",
		  "error: \"node\" is a duplicate; the first is in line 1", "the first is here" },
		{ MATCH("{'cpu': ^1}"), AT ".cpu", "true or false is expected here, not a number" },
		{ MATCH("{'cpu': ^'true'}"), AT ".cpu",
		  "true or false is expected here, not a string" },
		{ MATCH("{'cpu': ^null}"), AT ".cpu", "true or false is expected here, not null" },
	};

	EXPECT_BAD(table);
}

#define AT_NODE AT ".node"
#define EITHER "error: a number, or a list of nodes such as \"0,2-5\", is expected here"
#define LIST "error: not a list of nodes 0..1023 such as \"0,2-5\": "

Test(policy_match, node)
{
	static const struct bad table[] = {
		{ NODE("^1024"), AT_NODE, "error: 1024 is not within 0..1023" },
		{ NODE("^-1"), AT_NODE, "error: -1 is not within 0..1023" },
		{ NODE("^1.5"), AT_NODE, "error: a whole number is expected here" },
		{ NODE("^1e3"), AT_NODE, "error: a whole number is expected here" },
		{ NODE("^4294967296"), AT_NODE, "error: 4294967296 is not within 0..1023" },
		{ NODE("^18446744073709551616"), AT_NODE,
		  "error: 18446744073709551616 is not within 0..1023" },
		{ NODE("^true"), AT_NODE, EITHER },
		{ NODE("^null"), AT_NODE, EITHER },
		{ NODE("^[1, 2]"), AT_NODE, EITHER },
		{ NODE("^{'min': 1}"), AT_NODE, EITHER },
		{ NODE("'^'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("' ^'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'1,^,2'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'1,^'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'^-1'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'^dram'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'^\xc3\xa9'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("'^5-2'"), AT_NODE, LIST "the range runs backwards" },
		{ NODE("'0, ^5-2'"), AT_NODE, LIST "the range runs backwards" },
		{ NODE("'^1024'"), AT_NODE, LIST "the number is too high" },
		{ NODE("'0-^1024'"), AT_NODE, LIST "the number is too high" },
		{ NODE("'1^.5'"), AT_NODE, LIST "',' or '-' is expected here" },
		{ NODE("'1^;2'"), AT_NODE, LIST "',' or '-' is expected here" },
		/* escapes are not followed to their places */
		{ NODE("^'\\u0031,x'"), AT_NODE, LIST "a number is expected here" },
		{ NODE("^'1,\\t2 3'"), AT_NODE, LIST "',' or '-' is expected here" },
	};

	EXPECT_BAD(table);
}

#define PXM(pxm) MATCH("{'pxm': " pxm "}")

Test(policy_match, pxm)
{
	static const struct bad table[] = {
		{ PXM("^1024"), AT ".pxm", "error: 1024 is not within 0..1023" },
		{ PXM("^true"), AT ".pxm",
		  "error: a number, or a list of proximity domains such as \"0,2-5\", is expected here" },
		{ PXM("'1,^x'"), AT ".pxm",
		  "error: not a list of proximity domains 0..1023 such as \"0,2-5\": a number is expected "
		  "here" },
	};

	EXPECT_BAD(table);
}

#define KIND(kind) MATCH("{'kind': " kind "}")
#define KINDS "; known here: dram, cxl, pmem, hbm, hotplug, device"

Test(policy_match, kind)
{
	static const struct bad table[] = {
		{ KIND("^'ddr'"), AT ".kind", "error: no kind of memory \"ddr\"" KINDS },
		{ KIND("^'CXL'"), AT ".kind",
		  "error: no kind of memory \"CXL\" (did you mean \"cxl\"?)" KINDS },
		{ KIND("^''"), AT ".kind", "error: no kind of memory \"\"" KINDS },
		{ KIND("['cxl', ^'x']"), AT ".kind[1]", "error: no kind of memory \"x\"" KINDS },
		{ KIND("['cxl', ^2]"), AT ".kind[1]",
		  "error: a string is expected here, not a number" },
		{ KIND("^2"), AT ".kind", "error: a string is expected here, not a number" },
		{ KIND("^{}"), AT ".kind", "error: a string is expected here, not an object" },
		{ KIND("^[]"), AT ".kind",
		  "error: at least one kind is expected here, such as \"cxl\"" },
	};

	EXPECT_BAD(table);
}

/* Which predicate has which unit; the rest is quantity.c's. */
Test(policy_match, units)
{
	static const struct bad table[] = {
		{ MATCH("{'size': ^'16'}"), AT ".size",
		  "error: \"16\" has no unit; known here: B, kB*" },
		{ MATCH("{'size': {'min': ^'16ns'}}"), AT ".size.min",
		  "error: no unit \"ns\"; known*" },
		{ MATCH("{'distance': ^9}"), AT ".distance", "error: 9 is not within 10..255" },
		{ MATCH("{'read_latency_ns': ^'5GB/s'}"), AT ".read_latency_ns",
		  "known here: ps, ns, us, ms" },
		{ MATCH("{'write_latency_ns': ^'5B'}"), AT ".write_latency_ns",
		  "known here: ps, ns, us, ms" },
		{ MATCH("{'read_bandwidth_mbps': ^'5GB'}"), AT ".read_bandwidth_mbps",
		  "known here: B/s*" },
		{ MATCH("{'write_bandwidth_mbps': {'max': ^-1}}"), AT ".write_bandwidth_mbps.max",
		  "error: -1 is not within 0..4294967295" },
		{ MATCH("{'latency_ratio': ^1e9}"), AT ".latency_ratio",
		  "error: 1e9 is not within 0..1000000" },
		{ MATCH("{'bandwidth_ratio': ^'2'}"), AT ".bandwidth_ratio",
		  "such as 1.5, not a string" },
		{ MATCH("{'kernel_adistance': ^4294967872}"), AT ".kernel_adistance",
		  "error: 4294967872 is not within -2147483648..2147483647" },
		{ MATCH("{'cxl': {'region': ^-1}}"), AT ".cxl.region",
		  "error: -1 is not within 0..2147483647" },
	};

	EXPECT_BAD(table);
}

#define DRIVER(driver) MATCH("{'driver': " driver "}")
#define A_DRIVER                                                                                \
	"error: the name of a driver is expected here, such as \"kmem\": what /proc/iomem has " \
	"in parentheses after \"System RAM\""
#define NAME_55 "a123456789b123456789c123456789d123456789e123456789f1234"

Test(policy_match, drivers)
{
	static const struct bad table[] = {
		{ DRIVER("^''"), AT ".driver", A_DRIVER },
		{ DRIVER("^'System RAM (kmem)'"), AT ".driver", A_DRIVER },
		{ DRIVER("^'(kmem)'"), AT ".driver", A_DRIVER },
		{ DRIVER("['kmem', ^'a/b']"), AT ".driver[1]", A_DRIVER },
		{ DRIVER("^'" NAME_55 "5'"), AT ".driver", A_DRIVER },
		{ DRIVER("^[]"), AT ".driver",
		  "error: at least one driver is expected here, such as \"kmem\"" },
		{ DRIVER("^7"), AT ".driver", "a string is expected here, not a number" },
	};

	EXPECT_BAD(table);
	policy_free(good_policy(DRIVER("'" NAME_55 "'")));
}

#define SIZE(size) MATCH("{'size': " size "}")
#define MIN "the min is here"

Test(policy_match, ranges)
{
	static const struct bad table[] = {
		{ SIZE("^{}"), AT ".size", "error: a range needs a \"min\", a \"max\" or both" },
		{ SIZE("^null"), AT ".size", "not null" },
		{ SIZE("{'min': 1, ^'step': 1}"), AT ".size.step",
		  "error: unknown key \"step\"; known here: min, max" },
		{ SIZE("{'min': $2, 'max': ^1}"), AT ".size.max",
		  "error: 1 is less than the min, 2: no node can match", MIN },
		{ SIZE("{'max': ^'1GB',\n 'min': $'1GiB'}"), AT ".size.max",
		  "error: 1GB is less than the min, 1GiB: no node can match", MIN },
		{ MATCH("{'latency_ratio': {'min': $1.5, 'max': ^1.499999}}"),
		  AT ".latency_ratio.max",
		  "error: 1.499999 is less than the min, 1.5: no node can match", MIN },
		/* only what could be read is compared */
		{ SIZE("{'min': 2, 'max': ^-1}"), AT ".size.max",
		  "error: -1 is not within 0..9223372036854775807" },
		{ SIZE("{'min': ^'x', 'max': 0}"), AT ".size.min", "a number, with a unit*" },
	};

	EXPECT_BAD(table);
}

/* The message also appears if the range has another error. */
Test(policy_match, range_that_is_wrong_twice)
{
	static const struct expected expected[] = {
		{ AT ".size.max", "error: 1 is less than the min, 2: no node can match", MIN },
		{ AT ".size.x", "error: unknown key \"x\"; known here: min, max" },
	};
	struct sample s = sample_new(SIZE("{'min': $2, 'max': ^1, ^'x': 1}"));

	expect_errors(&s, expected);
	sample_free(&s);
}

#define CXL(cxl) MATCH("{'cxl': " cxl "}")
#define SERIAL                                                                \
	"error: a card's serial number is expected here, such as \"0x1f2e\" " \
	"(/sys/bus/cxl/devices/memN/serial)"

Test(policy_match, cxl)
{
	static const struct bad table[] = {
		{ CXL("^{}"), AT ".cxl",
		  "error: a \"region\" or a \"serial\" is expected here; \"kind\": \"cxl\" means any CXL "
		  "memory" },
		{ CXL("^true"), AT ".cxl", "error: an object is expected here, not true or false" },
		{ CXL("{^'slot': 1}"), AT ".cxl.slot",
		  "error: unknown key \"slot\"; known here: region, serial" },
		{ CXL("{'region': ^'region0'}"), AT ".cxl.region", "such as 0, not a string" },
		{ CXL("{'serial': ^''}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'x'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'0x'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'0x1g'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'1f'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^' 1'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'1 '}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^-1}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^1.5}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^1e3}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^18446744073709551616}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^'0x10000000000000000'}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^true}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^null}"), AT ".cxl.serial", SERIAL },
		{ CXL("{'serial': ^[1]}"), AT ".cxl.serial", SERIAL },
	};

	EXPECT_BAD(table);
}

/* @nr_rules rules of 512 ranges each, then one more with @last of them. The caller frees. */
static char *with_ranges(size_t nr_rules, size_t last, const char *mark)
{
	char *text = malloc(3000 * (nr_rules + 1)), *end = stpcpy(text, "{'version': 1, 'rules': [");
	size_t i, j;

	for (i = 0; i <= nr_rules; i++) {
		end += sprintf(end, "%s{'match': {'node': %s'", i ? "," : "",
			       i == nr_rules ? mark : "");
		for (j = 0; j < (i == nr_rules ? last : 512); j++)
			end += sprintf(end, "%s%zu", j ? "," : "", 2 * j);
		/* none that shadows the others */
		end += sprintf(end, "', 'kernel_adistance': %zu}, 'action': {'offset': 1}}", i);
	}
	strcpy(end, "]}");
	return text;
}

/* 127 rules of 512 + 1, one of 384 + 1: 65,536. */
Test(policy_match, as_many_ranges_as_possible)
{
	static const struct expected expected = {
		"rules[127].match.kernel_adistance",
		"error: the rules up to here name 65536 ranges, and no more are possible",
	};
	char *text = with_ranges(127, 384, "");
	struct policy *p = good_policy(text);
	struct sample s;

	cr_expect_eq(p->nr_tests, TIERBPF_MAX_TESTS);
	cr_expect_eq(p->rules[126].nr_tests, 513);
	policy_free(p);
	free(text);
	text = with_ranges(127, 385, "");
	strcpy(strstr(text, "'kernel_adistance': 127"),
	       "'kernel_adistance': ^127}, 'action': {'offset': 1}}]}");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}

Test(policy_match, very_long_bad_list)
{
	static const struct expected expected = { AT_NODE, LIST "',' or '-' is expected here" };
	char *text = malloc(100200),
	     *end = stpcpy(text, "{'version': 1, 'rules': [{'match': {'node': '");
	struct sample s;
	size_t i;

	for (i = 0; i < 50000; i++)
		end = stpcpy(end, "1,");
	strcpy(end, "1^x'}, 'action': {'offset': 1}}]}");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}
