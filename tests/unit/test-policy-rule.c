// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

/* "fact:min-max" of each test of rule @index. */
static void print_tests(const struct policy *p, size_t index, char *text, size_t size)
{
	const struct tierbpf_rule *r = &p->rules[index];
	size_t i, used = 0;

	*text = 0;
	cr_assert_leq(r->first_test + r->nr_tests, p->nr_tests);
	for (i = r->first_test; i < r->first_test + r->nr_tests && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%u:%lld-%lld", *text ? " " : "",
					 p->tests[i].fact, (long long)p->tests[i].min,
					 (long long)p->tests[i].max);
}

/* Facts: 0 none, 1 node, 2 cpu. */
Test(policy_rule, tests)
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
		{ NODE("' 7 - 8 , 1 '"), "1:7-8 1:1-1" },
		{ NODE("'0-1023'"), "1:0-1023" },
		{ MATCH("{'cpu': true}"), "2:1-1" },
		{ MATCH("{'cpu': false}"), "2:0-0" },
		/* tests of one fact stand together, whatever the order of the text */
		{ MATCH("{'cpu': false, 'node': '1-3,9'}"), "1:1-3 1:9-9 2:0-0" },
		{ MATCH("{'node': '1-3,9', 'cpu': false}"), "1:1-3 1:9-9 2:0-0" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].text);
		char text[100];

		cr_assert_eq(p->nr_rules, 1);
		print_tests(p, 0, text, sizeof(text));
		cr_expect_str_eq(text, table[i].tests, "%s", table[i].text);
		policy_free(p);
	}
}

Test(policy_rule, each_has_its_own_tests)
{
	struct policy *p = good_policy(
		RULES("[{'match': {'node': '1,2'}, 'action': {'offset': 1}},"
		      " {'match': {}, 'action': {'offset': 2}},"
		      " {'match': {'cpu': true, 'node': 7}, 'action': {'offset': 3}}]"));
	static const char *const tests[] = { "1:1-1 1:2-2", "0:0-0", "1:7-7 2:1-1" };
	char text[100];
	size_t i;

	cr_assert_eq(p->nr_rules, 3);
	cr_expect_eq(p->nr_tests, 5);
	for (i = 0; i < 3; i++) {
		print_tests(p, i, text, sizeof(text));
		cr_expect_str_eq(text, tests[i], "%zu: %s", i, text);
		cr_expect_eq(p->rules[i].action.value, i + 1);
	}
	policy_free(p);
}

#define AT_NODE "rules[0].match.node"
#define KIND "error: a node number, or a list such as \"0,2-5\", is expected here"
#define LIST "error: not a list of nodes 0..1023 such as \"0,2-5\": "

Test(policy_rule, node)
{
	static const struct bad table[] = {
		{ NODE("^1024"), AT_NODE, "error: 1024 is not within 0..1023" },
		{ NODE("^-1"), AT_NODE, "error: -1 is not within 0..1023" },
		{ NODE("^1.5"), AT_NODE, "error: a whole number is expected here" },
		{ NODE("^1e3"), AT_NODE, "error: a whole number is expected here" },
		{ NODE("^4294967296"), AT_NODE, "error: 4294967296 is not within 0..1023" },
		{ NODE("^18446744073709551616"), AT_NODE, "error: 18446744073709551616 is not within 0..1023" },
		{ NODE("^true"), AT_NODE, KIND },
		{ NODE("^null"), AT_NODE, KIND },
		{ NODE("^[1, 2]"), AT_NODE, KIND },
		{ NODE("^{'min': 1}"), AT_NODE, KIND },
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

Test(policy_rule, other_members)
{
	static const struct bad table[] = {
		{ MATCH("{'cpu': ^1}"), "rules[0].match.cpu", "true or false is expected here, not a number" },
		{ MATCH("{'cpu': ^'true'}"), "rules[0].match.cpu", "true or false is expected here, not a string" },
		{ MATCH("{'cpu': ^null}"), "rules[0].match.cpu", "true or false is expected here, not null" },
		{ MATCH("{^'pxm': 4}"), "rules[0].match.pxm", "error: unknown key \"pxm\"; known here: node, cpu" },
		{ MATCH("{^'Node': 4}"), "rules[0].match.Node", "error: unknown key \"Node\"; known here: node, cpu" },
		{ MATCH("{'node': 1,\n'cpu': true,\n^'node': 2}"), "rules[0].match.node",
		  "error: \"node\" stands here a second time; first in line 1" },
		{ MATCH("^[]"), "rules[0].match", "an object is expected here, not an array" },
		{ MATCH("^null"), "rules[0].match", "an object is expected here, not null" },
		{ RULES("[^1]"), "rules[0]", "an object is expected here, not a number" },
		{ RULES("[^{'match': {}}]"), "rules[0]", "error: \"action\" is missing" },
		{ RULES("[^{'action': {'offset': 1}}]"), "rules[0]", "error: \"match\" is missing" },
		{ RULES("[{'match': {}, 'action': {'offset': 1}, ^'priority': 1}]"), "rules[0].priority",
		  "unknown key \"priority\"; known here: name, match, action" },
		{ RULES("[{'match': {}, 'action': {'offset': 1}},\n {'match': {},\n  'action': {'offset': 1},\n  ^'match': {}}]"),
		  "rules[1].match", "\"match\" stands here a second time; first in line 2" },
	};

	EXPECT_BAD(table);
}

#define NAMED(name) RULES("[{'name': " name ", 'match': {}, 'action': {'offset': 1}}]")
#define LONG63 "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz 123456789"

Test(policy_rule, good_names)
{
	static const struct {
		const char *text;
		const char *name;
	} table[] = {
		{ NAMED("'x'"), "x" },
		{ NAMED("'the rest, by HMAT (\\'all\\')'"), "the rest, by HMAT (\"all\")" },
		{ NAMED("'\xc3\xa9 \\u00e9'"), "\xc3\xa9 \xc3\xa9" },
		{ NAMED("'" LONG63 "'"), LONG63 },
		{ RULES("[{'match': {}, 'action': {'offset': 1}}]"), NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].text);

		if (table[i].name)
			cr_expect_str_eq(p->rule_names[0], table[i].name);
		else
			cr_expect_null(p->rule_names[0]);
		policy_free(p);
	}
}

Test(policy_rule, bad_names)
{
	static const char *const why = "error: a rule's name is 1 to 63 bytes, none of them a control character";
	const struct bad table[] = {
		{ NAMED("^''"), "rules[0].name", why },
		{ NAMED("^'" LONG63 "x'"), "rules[0].name", why },
		{ NAMED("^'a\\nb'"), "rules[0].name", why },
		{ NAMED("^'\\u001b[31m'"), "rules[0].name", why },
		{ NAMED("^'\\u007f'"), "rules[0].name", why },
		{ NAMED("^1"), "rules[0].name", "a string is expected here, not a number" },
		{ NAMED("^null"), "rules[0].name", "a string is expected here, not null" },
	};

	EXPECT_BAD(table);
}

/* A policy of one rule for each node in @list. */
static char *with_list(size_t ranges, const char *mark)
{
	char *text = malloc(2 * ranges + 200), *end = text;

	end += sprintf(end, "{'version': 1, 'rules': [{'match': {'node': %s'", mark);
	while (ranges--)
		end = stpcpy(end, ranges ? "1," : "1");
	strcpy(end, "'}, 'action': {'offset': 1}}]}");
	return text;
}

Test(policy_rule, as_many_ranges_as_possible)
{
	static const struct expected expected = {
		AT_NODE, "error: the rules up to here name 65536 ranges, and no more are possible",
	};
	char *text = with_list(TIERBPF_MAX_TESTS, "");
	struct policy *p = good_policy(text);
	struct sample s;

	cr_expect_eq(p->nr_tests, TIERBPF_MAX_TESTS);
	cr_expect_eq(p->rules[0].nr_tests, TIERBPF_MAX_TESTS);
	policy_free(p);
	free(text);
	text = with_list(TIERBPF_MAX_TESTS + 1, "^");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}

Test(policy_rule, very_long_bad_list)
{
	static const struct expected expected = { AT_NODE, LIST "',' or '-' is expected here" };
	char *text = with_list(50000, "");
	struct sample s;

	strcpy(strstr(text, "1'}"), "1^x'}, 'action': {'offset': 1}}]}");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}
