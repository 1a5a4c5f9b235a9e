// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

/* Two rules, by what they match. */
#define TWO(earlier, later) \
	"[" earlier ", 'action': {'offset': 1}},\n " later ", 'action': {'offset': 1}}]"
#define SHADOWED(earlier, later) RULES(TWO("${'match': " earlier, "^{'match': " later))
#define FREE(earlier, later) RULES(TWO("{'match': " earlier, "{'match': " later))

static const struct expected second = {
	"rules[1]",
	"warning: rule 2 can never decide: each node that it matches is decided by rule 1 before "
	"it",
	"the rule before it is here",
};

static void expect_warned(const char *marked, const struct expected *expected)
{
	struct sample s = sample_new(marked);

	expect_warnings(&s, expected);
	sample_free(&s);
}

Test(policy_lint, shadowed)
{
	static const char *const table[] = {
		SHADOWED("{}", "{}"),
		SHADOWED("{}", "{'node': 1}"),
		SHADOWED("{}", "{'kind': 'cxl', 'cpu': false}"),
		SHADOWED("{'node': 1}", "{'node': 1}"),
		SHADOWED("{'node': '1-5'}", "{'node': '2-5'}"),
		SHADOWED("{'node': '1-5,7,9-12'}", "{'node': '1,3-4,7,12'}"),
		SHADOWED("{'node': '1,2,3'}", "{'node': '1-3'}"),
		SHADOWED("{'node': '9,3,1'}", "{'node': '3,9'}"),
		SHADOWED("{'node': 1}", "{'node': 1, 'cpu': true}"),
		SHADOWED("{'cpu': true}", "{'node': 1, 'cpu': true, 'pxm': 3}"),
		SHADOWED("{'pxm': '1-4'}", "{'pxm': 2}"),
		SHADOWED("{'kind': 'cxl'}", "{'kind': ['cxl']}"),
		SHADOWED("{'kind': ['hbm', 'cxl']}", "{'kind': ['cxl', 'hbm']}"),
		SHADOWED("{'kind': ['hotplug', 'dram', 'pmem']}", "{'kind': ['pmem', 'hotplug']}"),
		SHADOWED("{'size': {'min': 4096}}", "{'size': {'min': 4096}}"),
		SHADOWED("{'size': {'min': 4096}}", "{'size': {'min': 5000, 'max': 6000}}"),
		SHADOWED("{'size': {'min': 4096}}", "{'size': 4096}"),
		SHADOWED("{'size': {'max': '1GiB'}}", "{'size': {'max': '1GB'}}"),
		SHADOWED("{'latency_ratio': {'min': 1.5}}",
			 "{'latency_ratio': {'min': 1.6}, 'pxm': 1}"),
		SHADOWED("{'cxl': {'serial': 7}}", "{'cxl': {'serial': '0x7'}}"),
		SHADOWED("{'cxl': {'serial': 7}}", "{'cxl': {'serial': 7, 'region': 1}}"),
		SHADOWED("{'cxl': {'region': {'min': 1}}}", "{'cxl': {'serial': 7, 'region': 1}}"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_warned(table[i], &second);
}

Test(policy_lint, not_shadowed)
{
	static const char *const table[] = {
		FREE("{'node': 1}", "{}"),
		FREE("{'node': 1}", "{'node': 2}"),
		FREE("{'node': '1-3'}", "{'node': '1-4'}"),
		FREE("{'node': '2-4'}", "{'node': '1-4'}"),
		FREE("{'node': '1-3,5-7'}", "{'node': '1-7'}"),
		FREE("{'node': '1-3,5-7'}", "{'node': '3-5'}"),
		FREE("{'node': '1-3'}", "{'node': '1,9'}"),
		FREE("{'node': 1, 'cpu': true}", "{'node': 1}"),
		FREE("{'node': 1, 'cpu': true}", "{'node': 1, 'cpu': false}"),
		FREE("{'node': 1}", "{'pxm': 1}"),
		FREE("{'read_latency_ns': {'min': 300}}", "{'write_latency_ns': {'min': 300}}"),
		FREE("{'kind': ['cxl', 'hbm']}", "{'kind': ['cxl', 'pmem']}"),
		FREE("{'kind': 'cxl'}", "{'cxl': {'region': 0}}"),
		FREE("{'size': {'min': 4096}}", "{'size': {'min': 4095}}"),
		FREE("{'size': {'min': 4096}}", "{'size': {'max': 9999}}"),
		FREE("{'size': {'max': 4096}}", "{'size': {'min': 1}}"),
		FREE("{'size': {'min': 1, 'max': 2}}", "{'size': {'min': 1}}"),
		FREE("{'cxl': {'serial': 7}}", "{'cxl': {'serial': 8}}"),
		FREE("{'cxl': {'serial': 8}}", "{'cxl': {'serial': 7}}"),
		FREE("{'cxl': {'serial': 7, 'region': 1}}", "{'cxl': {'serial': 7}}"),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		expect_warned(table[i], NULL);
}

#define AFTER(action) \
	RULES("[{'match': {}, 'action': " action "}, {'match': {}, 'action': {'offset': 1}}]")

/* A rule that needs a fact leaves nodes without it to the next rule. */
Test(policy_lint, answers_that_may_be_missing)
{
	expect_warned(AFTER("{'from': 'hmat'}"), NULL);
	expect_warned(AFTER("{'from': 'measured'}"), NULL);
	expect_warned(RULES("[${'match': {}, 'action': {'from': 'kernel'}}, ^{'match': {}, 'action': "
			    "{'from': 'hmat'}}]"),
		      &second);
	expect_warned(RULES("[${'match': {}, 'action': {'scale': 2}}, ^{'match': {}, 'action': {'tier': "
			    "'cxl'}}]"),
		      &second);
}

/* Each shadowed rule is reported once, with the first rule that decides for its nodes. */
Test(policy_lint, several)
{
	static const struct expected expected[] = {
		{ "rules[1]",
		  "warning: rule 2 can never decide: each node that it matches is decided by "
		  "rule \"small\" before it",
		  "the rule before it is here" },
		{ "rules[3]",
		  "warning: rule \"late\" can never decide: each node that it matches is decided "
		  "by rule \"small\" before it",
		  "the rule before it is here" },
		{ "rules[4]",
		  "warning: rule 5 can never decide: each node that it matches is decided by "
		  "rule 3 before it",
		  "the rule before it is here" },
	};

	expect_warned(RULES("[$${'name': 'small', 'match': {'node': '1-3'}, 'action': {'offset': 1}},\n"
			    " ^{'match': {'node': 2}, 'action': {'offset': 1}},\n"
			    " ${'match': {'node': '4-9'}, 'action': {'offset': 1}},\n"
			    " ^{'name': 'late', 'match': {'node': 1}, 'action': {'offset': 1}},\n"
			    " ^{'match': {'node': '5,7'}, 'action': {'offset': 1}}]"),
		      expected);
}

/* A policy with errors gets no warnings. */
Test(policy_lint, not_with_errors)
{
	static const struct expected expected = { "rules[2]", "error: \"action\" is missing" };
	struct sample s = sample_new(RULES("[{'match': {}, 'action': {'offset': 1}},\n"
					   " {'match': {}, 'action': {'offset': 1}},\n"
					   " ^{'match': {}}]"));

	expect_errors(&s, &expected);
	sample_free(&s);
}
