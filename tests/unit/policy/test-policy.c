// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

static const char example[] =
	"{\n"
	"  'version': 1,\n"
	"  'description': 'host CXL memory passed to a guest as nodes 1-3',\n"
	"  'tiers': ['hbm', 'dram', 'cxl', {'name': 'far', 'adistance': 1344}],\n"
	"  'reference': {'node': 0},\n"
	"  'tolerance': 0.10,\n"
	"  'rules': [\n"
	"    {'name': 'slow by firmware', 'match': {'read_latency_ns': {'min': 300}}, 'action': {'tier': "
	"'far'}},\n"
	"    {'name': 'guest cxl', 'match': {'node': '1-3', 'cpu': false}, 'action': {'tier': 'cxl'}},\n"
	"    {'match': {'pxm': 4}, 'action': {'offset': 128}},\n"
	"    {'name': 'the rest by HMAT', 'match': {}, 'action': {'from': 'hmat'}}\n"
	"  ],\n"
	"  'default': {'from': 'kernel'}\n"
	"}\n";

Test(policy, example)
{
	struct sample s = sample_new(example);
	struct policy *p = good_policy(example);

	cr_expect_eq(p->source_bytes, s.length);
	cr_expect_eq(memcmp(p->source, s.text, s.length + 1), 0);
	cr_expect_str_eq(p->description, "host CXL memory passed to a guest as nodes 1-3");
	cr_expect_eq(p->nr_tiers, 4);
	cr_expect_eq(p->reference, 0);
	cr_expect_eq(p->tolerance, 100000);
	cr_expect_eq(p->nr_rules, 4);
	cr_expect_eq(p->nr_tests, 5);
	cr_expect_str_eq(p->rule_names[1], "guest cxl");
	cr_expect_null(p->rule_names[2]);
	cr_expect_eq(p->rule_places[2].line, 9);
	cr_expect_eq(p->rule_places[2].column, 4);
	cr_expect_eq(p->otherwise.kind, TIERBPF_ACTION_KERNEL);
	policy_free(p);
	sample_free(&s);
}

Test(policy, smallest)
{
	struct policy *p = good_policy("{'version':1,'rules':[]}");

	cr_expect_null(p->description);
	cr_expect_eq(p->nr_rules + p->nr_tests + p->nr_tiers, 0);
	cr_expect_eq(p->reference, -1);
	cr_expect_eq(p->tolerance, 0);
	cr_expect_eq(p->otherwise.kind, TIERBPF_ACTION_KERNEL);
	policy_free(p);
	policy_free(NULL);
}

/* printf '{"version":1,"rules":[]}' | sha256sum */
Test(policy, digest)
{
	static const uint8_t digest[32] = {
		0x6b, 0xe6, 0xba, 0xc3, 0x8f, 0x2d, 0x35, 0x21, 0x7c, 0xa3, 0xcd,
		0x98, 0xe3, 0x63, 0x22, 0xf9, 0xe8, 0xfb, 0x66, 0x38, 0x56, 0x4f,
		0x5a, 0x87, 0xff, 0x66, 0x05, 0x89, 0xf6, 0x30, 0x21, 0x03,
	};
	struct policy *p = good_policy("{'version':1,'rules':[]}");
	uint8_t found[32];

	policy_digest(p, found);
	cr_expect_eq(memcmp(found, digest, 32), 0);
	policy_free(p);
}

Test(policy, members)
{
	static const struct bad table[] = {
		{ "^{'rules': []}", NULL, "error: \"version\" is missing" },
		{ "^{'version': 1}", NULL, "error: \"rules\" is missing" },
		{ "{'version': 1, 'rules': [], ^'Rules': []}", "Rules",
		  "unknown key \"Rules\" (did you mean \"rules\"?); known here: $schema, version, description, tiers, reference, "
		  "tolerance, rules, default" },
		{ "{\n'version': 1,\n$'rules': [],\n\n ^'rules': []}", "rules",
		  "error: \"rules\" is a duplicate; the first is in line 3", "the first is here" },
		{ "^[]", NULL, "an object is expected here, not an array" },
		{ "^1", NULL, "an object is expected here, not a number" },
		{ "^null", NULL, "an object is expected here, not null" },
		{ "\n\n  ^'policy'\n", NULL, "an object is expected here, not a string" },
		{ "{'version': 1, 'rules': ^{}}", "rules",
		  "an array is expected here, not an object" },
		{ "{'version': 1, 'rules': ^null}", "rules", "an array is expected here, not null" },
		{ "{'version': 1, 'rules': [], 'description': ^1}", "description",
		  "a string is expected here, not a number" },
		{ "{'version': 1, 'rules': [], 'default': ^'kernel'}", "default",
		  "an object is expected here, not a string" },
	};

	EXPECT_BAD(table);
}

#define VERSION(version) "{'version': " version ", 'rules': []}"

Test(policy, version)
{
	static const char *const why =
		"error: this tierbpf only supports version 1 of the policy language";
	const struct bad table[] = {
		{ VERSION("^2"), "version", why },
		{ VERSION("^0"), "version", why },
		{ VERSION("^-1"), "version", why },
		{ VERSION("^10"), "version", why },
		{ VERSION("^1.0"), "version", why },
		{ VERSION("^1e0"), "version", why },
		{ VERSION("^99999999999999999999"), "version", why },
		{ VERSION("^'1'"), "version", "error: a number is expected here, not a string" },
		{ VERSION("^null"), "version", "error: a number is expected here, not null" },
	};

	EXPECT_BAD(table);
}

#define REFERENCE(reference) "{'version': 1, 'rules': [], 'reference': " reference "}"
#define TOLERANCE(tolerance) "{'version': 1, 'rules': [], 'tolerance': " tolerance "}"

Test(policy, reference_and_tolerance)
{
	static const struct bad table[] = {
		{ REFERENCE("^0"), "reference", "error: an object is expected here, not a number" },
		{ REFERENCE("^{}"), "reference", "error: \"node\" is missing" },
		{ REFERENCE("{'node': ^-1}"), "reference.node", "error: -1 is not within 0..1023" },
		{ REFERENCE("{'node': ^1024}"), "reference.node",
		  "error: 1024 is not within 0..1023" },
		{ REFERENCE("{'node': ^'0-1'}"), "reference.node",
		  "error: a number is expected here, not a string" },
		{ REFERENCE("{'node': 1, ^'pxm': 1}"), "reference.pxm",
		  "error: unknown key \"pxm\"; known here: node" },
		{ TOLERANCE("^-0.1"), "tolerance", "error: -0.1 is not within 0..1" },
		{ TOLERANCE("^1.01"), "tolerance", "error: 1.01 is not within 0..1" },
		{ TOLERANCE("^10"), "tolerance", "error: 10 is not within 0..1" },
		{ TOLERANCE("^'10%'"), "tolerance",
		  "error: a number is expected here, such as 0.10, not a string" },
	};
	struct policy *p = good_policy(REFERENCE("{'node': 1023}"));

	cr_expect_eq(p->reference, 1023);
	policy_free(p);
	p = good_policy(TOLERANCE("1"));
	cr_expect_eq(p->tolerance, 1000000);
	policy_free(p);
	EXPECT_BAD(table);
}

/* All errors are shown at once, sorted by place and not by the order of reading. */
Test(policy, all_errors_at_once)
{
	static const struct expected expected[] = {
		{ "default.from", "no source \"acpi\"; known*" },
		{ "rules[0].match.node", "error: 1024 is not within 0..1023" },
		{ "rules[0].action.tier", "error: no tier \"far\"; list it in \"tiers\"" },
		{ "rules[1]", "error: \"action\" is missing" },
		{ "rules[1].name", "a string is expected here, not a number" },
		{ "rules[1].match.node", "the range runs backwards" },
		{ "rules[1].match.color", "unknown key \"color\"; known*" },
		{ "extra", "unknown key \"extra\"; known*" },
		{ "tiers[1]", "a tier's name is a letter*" },
		{ "version", "this tierbpf only supports version 1*" },
	};
	struct sample s = sample_new("{\n"
				     "  'default': {'from': ^'acpi'},\n"
				     "  'rules': [\n"
				     "    {'match': {'node': ^1024}, 'action': {'tier': ^'far'}},\n"
				     "    ^{'name': ^7, 'match': {'node': '^3-1', ^'color': 1}}\n"
				     "  ],\n"
				     "  ^'extra': null,\n"
				     "  'tiers': ['dram', ^'x y'],\n"
				     "  'version': ^2\n"
				     "}\n");

	cr_assert_eq(s.nr_marks, ARRAY_SIZE(expected));
	expect_errors(&s, expected);
	sample_free(&s);
}

/* A policy of @count rules, @mark before them. The caller frees. */
static char *with_rules(size_t count, const char *mark)
{
	char *text = malloc(100 + 60 * count), *end = text;
	size_t i;

	end += sprintf(end, "{'version': 1, 'rules': %s[", mark);
	for (i = 0; i < count; i++)
		end += sprintf(end, "%s{'match': {'node': %zu}, 'action': {'adistance': %zu}}",
			       i ? "," : "", i % 1024, i + 1);
	strcpy(end, "]}");
	return text;
}

Test(policy, as_many_rules_as_possible)
{
	static const struct expected expected = {
		"rules", "error: 1025 rules, and at most 1024 are possible"
	};
	char *text = with_rules(1024, "");
	struct policy *p = good_policy(text);
	struct sample s;
	size_t i;

	cr_assert_eq(p->nr_rules, 1024);
	for (i = 0; i < 1024; i++)
		cr_assert(p->rules[i].first_test == i && p->rules[i].action.value == (int)i + 1);
	policy_free(p);
	free(text);
	text = with_rules(1025, "^");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}

Test(policy, find_tier)
{
	struct policy *p = good_policy(TIERS("['hbm', 'dram', {'name': 'far', 'adistance': 1344}]"));
	__s32 adistance = 7;

	cr_expect_eq(policy_find_tier(p, "hbm", &adistance), 0);
	cr_expect_eq(adistance, 448);
	cr_expect_eq(policy_find_tier(p, "far", &adistance), 0);
	cr_expect_eq(adistance, 1344);
	cr_expect_eq(policy_find_tier(p, "cxl", &adistance), -ENOENT);
	cr_expect_eq(policy_find_tier(p, "fa", &adistance), -ENOENT);
	cr_expect_eq(policy_find_tier(p, "", &adistance), -ENOENT);
	cr_expect_eq(policy_find_tier(NULL, "far", &adistance), -ENOENT);
	cr_expect_eq(adistance, 1344, "changed by what failed");
	cr_expect_eq(policy_find_tier(NULL, "dram", &adistance), 0);
	cr_expect_eq(adistance, 576);
	policy_free(p);
}

Test(policy, tier_name)
{
	static const struct {
		__s32 adistance;
		const char *name;
		const char *without; /* a policy */
	} table[] = {
		{ 383, "", "" },	 { 384, "hbm", "" },	  { 511, "hbm", "" },
		{ 512, "dram", "dram" }, { 576, "dram", "dram" }, { 639, "dram", "dram" },
		{ 640, "", "" },	 { 1279, "", "" },	  { 1280, "far", "" },
		{ 1407, "far", "" },	 { 1408, "", "" },	  { 16777215, "", "" },
		{ 0, "", "" },		 { -1, "", "" },
	};
	struct policy *p = good_policy(TIERS("['hbm', 'dram', {'name': 'far', 'adistance': 1344}]"));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cr_expect_str_eq(policy_tier_name(p, table[i].adistance), table[i].name, "%d",
				 table[i].adistance);
		cr_expect_str_eq(policy_tier_name(NULL, table[i].adistance), table[i].without, "%d",
				 table[i].adistance);
	}
	policy_free(p);
}

Test(policy, rule_name)
{
	struct policy *p = good_policy(example);
	char buffer[16] = "", title[POLICY_RULE_TITLE] = "";

	cr_expect_str_eq(policy_rule_name(p, 1, buffer, sizeof(buffer)), "guest cxl");
	cr_expect_str_eq(policy_rule_name(p, 2, buffer, sizeof(buffer)), "rule 3");
	cr_expect_str_eq(policy_rule_name(p, -1, buffer, sizeof(buffer)), "default");
	cr_expect_str_eq(policy_rule_name(p, 1023, buffer, sizeof(buffer)), "rule 1024");
	cr_expect_str_eq(policy_rule_name(NULL, 0, buffer, sizeof(buffer)), "rule 1");
	cr_expect_str_eq(policy_rule_name(NULL, 1022, buffer, 7), "rule 1");
	cr_expect_str_eq(policy_rule_title(p, 1, title, sizeof(title)), "rule \"guest cxl\"");
	cr_expect_str_eq(policy_rule_title(p, 2, title, sizeof(title)), "rule 3");
	cr_expect_str_eq(policy_rule_title(p, -1, title, sizeof(title)), "default");
	policy_free(p);
}

Test(policy, kinds)
{
	static const char *const names[] = { "dram", "cxl", "pmem", "hbm", "hotplug", "device" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		cr_expect_eq(policy_find_kind(names[i]), i + 1);
		cr_expect_str_eq(policy_kind_name((int64_t)i + 1), names[i]);
	}
	cr_expect_eq(policy_find_kind("unknown"), 0);
	cr_expect_eq(policy_find_kind(""), 0);
	cr_expect_str_eq(policy_kind_name(0), "unknown");
	cr_expect_str_eq(policy_kind_name(7), "unknown");
	cr_expect_str_eq(policy_kind_name(-1), "unknown");
}
