// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

Test(policy_rule, members)
{
	static const struct bad table[] = {
		{ MATCH("^[]"), "rules[0].match", "an object is expected here, not an array" },
		{ MATCH("^null"), "rules[0].match", "an object is expected here, not null" },
		{ RULES("[^1]"), "rules[0]", "an object is expected here, not a number" },
		{ RULES("[^{'match': {}}]"), "rules[0]", "error: \"action\" is missing" },
		{ RULES("[^{'action': {'offset': 1}}]"), "rules[0]", "error: \"match\" is missing" },
		{ RULES("[{'match': {}, 'action': {'offset': 1}, ^'priority': 1}]"),
		  "rules[0].priority", "unknown key \"priority\"; known here: name, match, action" },
		{ RULES("[{'match': {}, 'action': {'offset': 1}},\n {$'match': {},\n"
			"  'action': {'offset': 1},\n  ^'match': {}}]"),
		  "rules[1].match", "\"match\" is a duplicate; the first is in line 2",
		  "the first is here" },
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

#define CONTROL(code) "error: the control character U+" code " is not allowed in this string"

Test(policy_rule, bad_names)
{
	static const char *const why =
		"error: a rule's name is 1 to 63 bytes, none of them a control "
		"character";
	const struct bad table[] = {
		{ NAMED("^''"), "rules[0].name", why },
		{ NAMED("^'" LONG63 "x'"), "rules[0].name", why },
		{ NAMED("^'a\\nb'"), "rules[0].name", CONTROL("000A") },
		{ NAMED("^'\\u001b[31m'"), "rules[0].name", CONTROL("001B") },
		{ NAMED("^'\\u007f'"), "rules[0].name", CONTROL("007F") },
		{ NAMED("^'\\u0085'"), "rules[0].name", CONTROL("0085") },
		{ NAMED("^'\\u061c'"), "rules[0].name", CONTROL("061C") },
		{ NAMED("^'\\u2029'"), "rules[0].name", CONTROL("2029") },
		{ NAMED("^'\xe2\x80\xae'"), "rules[0].name", CONTROL("202E") },
		{ NAMED("^1"), "rules[0].name", "a string is expected here, not a number" },
		{ NAMED("^null"), "rules[0].name", "a string is expected here, not null" },
	};

	EXPECT_BAD(table);
}
