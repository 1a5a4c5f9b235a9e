// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#define KERNEL TIERBPF_ACTION_KERNEL
#define ADISTANCE TIERBPF_ACTION_ADISTANCE
#define OFFSET TIERBPF_ACTION_OFFSET
#define SCALE TIERBPF_ACTION_SCALE
#define FACT TIERBPF_ACTION_FACT

Test(policy_action, good)
{
	static const struct {
		const char *text;
		struct tierbpf_action action;
	} table[] = {
		{ ACTION("{'tier': 'dram'}"), { ADISTANCE, 576 } },
		{ ACTION("{'tier': 'cxl'}"), { ADISTANCE, 704 } },
		{ ACTION("{'adistance': 1}"), { ADISTANCE, 1 } },
		{ ACTION("{'adistance': 16777215}"), { ADISTANCE, 16777215 } },
		{ ACTION("{'offset': 0}"), { OFFSET, 0 } },
		{ ACTION("{'offset': -0}"), { OFFSET, 0 } },
		{ ACTION("{'offset': 128}"), { OFFSET, 128 } },
		{ ACTION("{'offset': -16777215}"), { OFFSET, -16777215 } },
		{ ACTION("{'offset': 16777215}"), { OFFSET, 16777215 } },
		{ ACTION("{'scale': 1.5}"), { SCALE, 1500000 } },
		{ ACTION("{'scale': 1}"), { SCALE, 1000000 } },
		{ ACTION("{'scale': 0.001}"), { SCALE, 1000 } },
		{ ACTION("{'scale': 1000}"), { SCALE, 1000000000 } },
		{ ACTION("{'scale': 1.25e-1}"), { SCALE, 125000 } },
		{ ACTION("{'scale': 1.1234567}"), { SCALE, 1123457 } },
		{ ACTION("{'from': 'kernel'}"), { KERNEL, 0 } },
		{ ACTION("{'from': 'hmat'}"), { FACT, TIERBPF_FACT_HMAT_ADISTANCE } },
		{ ACTION("{'from': 'measured'}"), { FACT, TIERBPF_FACT_MEASURED_ADISTANCE } },
		/* tiers may follow their use, and dram need not be listed */
		{ "{'version': 1, 'rules': [{'match': {}, 'action': {'tier': 'x'}}],"
		  " 'tiers': ['x', 'dram']}",
		  { ADISTANCE, 448 } },
		{ "{'version': 1, 'rules': [{'match': {}, 'action': {'tier': 'dram'}}]}",
		  { ADISTANCE, 576 } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].text);

		cr_assert_eq(p->nr_rules, 1);
		cr_expect_eq(p->rules[0].action.kind, table[i].action.kind, "%s", table[i].text);
		cr_expect_eq(p->rules[0].action.value, table[i].action.value, "%s: %d",
			     table[i].text, p->rules[0].action.value);
		policy_free(p);
	}
}

#define DEFAULT(action) \
	"{'version': 1, 'tiers': ['dram', 'cxl'], 'rules': [], 'default': " action "}"

Test(policy_action, default)
{
	static const struct {
		const char *text;
		struct tierbpf_action action;
	} table[] = {
		{ "{'version': 1, 'rules': []}", { KERNEL, 0 } },
		{ DEFAULT("{'from': 'kernel'}"), { KERNEL, 0 } },
		{ DEFAULT("{'tier': 'cxl'}"), { ADISTANCE, 704 } },
		{ DEFAULT("{'offset': -5}"), { OFFSET, -5 } },
		{ DEFAULT("{'scale': 0.5}"), { SCALE, 500000 } },
		{ DEFAULT("{'from': 'hmat'}"), { FACT, TIERBPF_FACT_HMAT_ADISTANCE } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].text);

		cr_expect_eq(p->otherwise.kind, table[i].action.kind, "%s", table[i].text);
		cr_expect_eq(p->otherwise.value, table[i].action.value, "%s", table[i].text);
		policy_free(p);
	}
}

#define AT "rules[0].action"
#define ONE "error: an action has exactly one of: tier, adistance, offset, scale, from"

Test(policy_action, keys)
{
	static const struct bad table[] = {
		{ ACTION("^{}"), AT, ONE },
		{ ACTION("^{'tier': 'cxl', 'offset': 1}"), AT, ONE },
		{ ACTION("^{'tier': 'cxl', 'adistance': 1}"), AT, ONE },
		{ ACTION("^{'from': 'kernel', 'offset': 1}"), AT, ONE },
		{ ACTION("^{'from': 'hmat', 'scale': 2}"), AT, ONE },
		{ ACTION("^{'from': 'kernel', 'offset': 1, 'tier': 'cxl', 'adistance': 1}"), AT,
		  ONE },
		{ ACTION("^[]"), AT, "an object is expected here, not an array" },
		{ ACTION("^'cxl'"), AT, "an object is expected here, not a string" },
		{ ACTION("^null"), AT, "an object is expected here, not null" },
		{ ACTION("{^'Scale': 2}"), AT ".Scale",
		  "unknown key \"Scale\" (did you mean \"scale\"?); known here: tier, adistance, offset, scale, from" },
		{ ACTION("{'tier': 'cxl', ^'x': 2}"), AT ".x", "unknown key \"x\"; known*" },
		{ ACTION("{$'tier': 'cxl',\n ^'tier': 'dram'}"), AT ".tier",
		  "\"tier\" is a duplicate; the first is in line 1", "the first is here" },
		{ DEFAULT("^{}"), "default", ONE },
		{ DEFAULT("^null"), "default", "an object is expected here, not null" },
		{ DEFAULT("{'tier': ^'x'}"), "default.tier",
		  "error: no tier \"x\"; list it in \"tiers\"" },
	};

	EXPECT_BAD(table);
}

#define RANGE " is not within -16777215..16777215"

Test(policy_action, values)
{
	static const struct bad table[] = {
		{ ACTION("{'tier': ^'far'}"), AT ".tier",
		  "error: no tier \"far\"; list it in \"tiers\"" },
		{ ACTION("{'tier': ^'DRAM'}"), AT ".tier",
		  "error: no tier \"DRAM\" (did you mean \"dram\"?); list it in \"tiers\"" },
		{ ACTION("{'tier': ^''}"), AT ".tier", "error: no tier \"\"; list it in \"tiers\"" },
		{ ACTION("{'tier': ^4}"), AT ".tier", "a string is expected here, not a number" },
		{ ACTION("{'adistance': ^0}"), AT ".adistance",
		  "error: 0 is not within 1..16777215" },
		{ ACTION("{'adistance': ^-5}"), AT ".adistance",
		  "error: -5 is not within 1..16777215" },
		{ ACTION("{'adistance': ^16777216}"), AT ".adistance",
		  "16777216 is not within 1..16777215" },
		{ ACTION("{'adistance': ^99999999999999999999}"), AT ".adistance",
		  "99999999999999999999 is not within 1..16777215" },
		{ ACTION("{'adistance': ^5.5}"), AT ".adistance", "a whole number is expected here" },
		{ ACTION("{'adistance': ^'cxl'}"), AT ".adistance",
		  "a number is expected here, not a string" },
		{ ACTION("{'offset': ^16777216}"), AT ".offset", "error: 16777216" RANGE },
		{ ACTION("{'offset': ^-16777216}"), AT ".offset", "error: -16777216" RANGE },
		{ ACTION("{'offset': ^-99999999999999999999}"), AT ".offset",
		  "error: -99999999999999999999" RANGE },
		{ ACTION("{'offset': ^0.5}"), AT ".offset", "a whole number is expected here" },
		{ ACTION("{'offset': ^'128'}"), AT ".offset",
		  "a number is expected here, not a string" },
		{ ACTION("{'offset': ^true}"), AT ".offset",
		  "a number is expected here, not true or false" },
		{ ACTION("{'scale': ^0}"), AT ".scale", "error: 0 is not within 0.001..1000" },
		{ ACTION("{'scale': ^-1}"), AT ".scale", "error: -1 is not within 0.001..1000" },
		{ ACTION("{'scale': ^0.0009994}"), AT ".scale",
		  "error: 0.0009994 is not within 0.001..1000" },
		{ ACTION("{'scale': ^1000.000001}"), AT ".scale",
		  "1000.000001 is not within 0.001..1000" },
		{ ACTION("{'scale': ^'1.5'}"), AT ".scale",
		  "error: a number is expected here, such as 1.5, not a string" },
		{ ACTION("{'from': ^'cdat'}"), AT ".from",
		  "error: no source \"cdat\"; known here: kernel, hmat, measured" },
		{ ACTION("{'from': ^'Kernel'}"), AT ".from",
		  "no source \"Kernel\" (did you mean \"kernel\"?); known*" },
		{ ACTION("{'from': ^''}"), AT ".from", "no source \"\"; known*" },
		{ ACTION("{'from': ^null}"), AT ".from", "a string is expected here, not null" },
	};

	EXPECT_BAD(table);
}

/* An error in "tiers" is reported there, and not again at each use. */
Test(policy_action, tier_that_is_wrong_itself)
{
	static const struct bad table[] = {
		{ "{'version': 1, 'tiers': ['dram', ^'2far'], 'rules': [{'match': {}, 'action': {'tier': "
		  "'2far'}}]}",
		  "tiers[1]", "a tier's name is a letter*" },
		{ "{'version': 1, 'tiers': ['dram', {'name': 'far', 'adistance': ^0}],"
		  " 'rules': [{'match': {}, 'action': {'tier': 'far'}}]}",
		  "tiers[1].adistance", "error: 0 is not within 1..16777215" },
		{ "{'version': 1, 'tiers': [^'far'], 'rules': [{'match': {}, 'action': {'tier': 'far'}}]}",
		  "tiers[0]", "cannot place \"far\"*" },
	};

	EXPECT_BAD(table);
}
