// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <tierbpf/adistance.h>

/* "name=adistance" of each tier. */
static void print_tiers(const struct policy *p, char *text, size_t size)
{
	size_t i, used = 0;

	*text = 0;
	for (i = 0; i < p->nr_tiers && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s=%d", i ? " " : "",
					 p->tiers[i].name, p->tiers[i].adistance);
}

/* A tier of the kernel is 128 wide, and DRAM lies in the middle of the fifth. */
Test(policy_tiers, places)
{
	static const struct {
		const char *tiers;
		const char *places;
	} table[] = {
		{ TIERS("[]"), "" },
		{ TIERS("['dram']"), "dram=576" },
		{ TIERS("['dram', 'cxl']"), "dram=576 cxl=704" },
		{ TIERS("['hbm', 'dram']"), "hbm=448 dram=576" },
		{ TIERS("['a', 'b', 'c', 'd', 'dram', 'e', 'f']"),
		  "a=64 b=192 c=320 d=448 dram=576 e=704 f=832" },
		{ TIERS("['hbm', 'dram', 'cxl', {'name': 'far', 'adistance': 1344}]"),
		  "hbm=448 dram=576 cxl=704 far=1344" },
		{ TIERS("['dram', {'name': 'far', 'adistance': 5000}, 'x']"),
		  "dram=576 far=5000 x=5184" },
		{ TIERS("['dram', {'name': 'x', 'adistance': 640}, 'y']"), "dram=576 x=640 y=832" },
		{ TIERS("['dram', {'name': 'x', 'adistance': 767}, 'y']"), "dram=576 x=767 y=832" },
		{ TIERS("['dram', {'name': 'x', 'adistance': 768}, 'y']"), "dram=576 x=768 y=960" },
		{ TIERS("['x', {'name': 'y', 'adistance': 200}, 'dram']"), "x=64 y=200 dram=576" },
		{ TIERS("[{'name': 'x', 'adistance': 1}, 'dram']"), "x=1 dram=576" },
		{ TIERS("[{'name': 'x', 'adistance': 511}, 'dram']"), "x=511 dram=576" },
		{ TIERS("['dram', {'adistance': 16777215, 'name': 'x'}]"), "dram=576 x=16777215" },
		{ TIERS("['dram', {'name': 'x', 'adistance': 16777087}, 'y']"),
		  "dram=576 x=16777087 y=16777152" },
		/* dram with its own place, and no dram at all */
		{ TIERS("[{'name': 'dram', 'adistance': 576}, 'x']"), "dram=576 x=704" },
		{ TIERS("[{'name': 'x', 'adistance': 100}, {'name': 'y', 'adistance': 1000}]"),
		  "x=100 y=1000" },
		{ TIERS("[{'name': 'mine', 'adistance': 576}]"), "mine=576" },
		/* names */
		{ TIERS("['dram', 'a', 'B', 'c0', 'd-e.f_g']"),
		  "dram=576 a=704 B=832 c0=960 d-e.f_g=1088" },
		{ TIERS("['dram', 'Dram', 'a234567890123456789012345678901']"),
		  "dram=576 Dram=704 a234567890123456789012345678901=832" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct policy *p = good_policy(table[i].tiers);
		char text[200];

		print_tiers(p, text, sizeof(text));
		cr_expect_str_eq(text, table[i].places, "%s", table[i].tiers);
		policy_free(p);
	}
}

/* A name for each node there can be. */
Test(policy_tiers, as_many_as_nodes)
{
	char *text = malloc(1 << 16),
	     *end = stpcpy(text, "{'version': 1, 'rules': [], 'tiers': ['dram'");
	struct policy *p;
	size_t i;

	for (i = 1; i < 1024; i++)
		end += sprintf(end, ", 't%zu'", i);
	strcpy(end, "]}");
	p = good_policy(text);
	cr_assert_eq(p->nr_tiers, 1024);
	for (i = 0; i < 1024; i++)
		cr_assert_eq(p->tiers[i].adistance, 576 + 128 * (int)i);
	policy_free(p);
	free(text);
}

Test(policy_tiers, too_many)
{
	static const struct expected expected = {
		"tiers", "error: 1025 tiers, and there are at most 1024 nodes"
	};
	char *text = malloc(1 << 16),
	     *end = stpcpy(text, "{'version': 1, 'rules': [], 'tiers': ^['dram'");
	struct sample s;
	size_t i;

	for (i = 1; i < 1025; i++)
		end += sprintf(end, ", 't%zu'", i);
	strcpy(end, "]}");
	s = sample_new(text);
	expect_errors(&s, &expected);
	sample_free(&s);
	free(text);
}

#define FIRST "first named here"
#define NAMES "error: a tier's name is a letter, then letters, digits, '_', '-' or '.', 31 at most"

Test(policy_tiers, names)
{
	static const struct bad table[] = {
		{ TIERS("['dram', ^'2far']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^' ']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'a b']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'a ']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'-a']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'a/b']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'a\\nb']"), "tiers[1]",
		  "error: the control character U+000A is not allowed in this string" },
		{ TIERS("['dram', ^'\xc3\xa9']"), "tiers[1]", NAMES },
		{ TIERS("['dram', ^'a2345678901234567890123456789012']"), "tiers[1]", NAMES },
		{ TIERS("[^'1', 'dram']"), "tiers[0]", NAMES },
		{ TIERS("[{'name': ^'2', 'adistance': 9}]"), "tiers[0].name", NAMES },
		{ TIERS("[{'name': ^2, 'adistance': 9}]"), "tiers[0].name",
		  "a string is expected here, not a number" },
		{ TIERS("[$'dram', ^'dram']"), "tiers[1]",
		  "error: tier \"dram\" was named before, as tiers[0]", FIRST },
		{ TIERS("[$'a', 'dram', 'b', ^'a']"), "tiers[3]",
		  "tier \"a\" was named before, as tiers[0]", FIRST },
		{ TIERS("['b', 'dram', $'a',\n ^{'name': 'a', 'adistance': 999}]"), "tiers[3]",
		  "as tiers[2]", FIRST },
	};

	EXPECT_BAD(table);
}

Test(policy_tiers, kinds)
{
	static const struct bad table[] = {
		{ TIERS("^{}"), "tiers", "an array is expected here, not an object" },
		{ TIERS("^'dram'"), "tiers", "an array is expected here, not a string" },
		{ TIERS("^null"), "tiers", "an array is expected here, not null" },
		{ TIERS("['dram', ^1]"), "tiers[1]",
		  "a tier is a name, or {\"name\": …, \"adistance\": …}" },
		{ TIERS("['dram', ^null]"), "tiers[1]",
		  "a tier is a name, or {\"name\": …, \"adistance\": …}" },
		{ TIERS("['dram', ^['a']]"), "tiers[1]",
		  "a tier is a name, or {\"name\": …, \"adistance\": …}" },
		{ TIERS("['dram', ^{'name': 'a'}]"), "tiers[1]", "error: \"adistance\" is missing" },
		{ TIERS("['dram', ^{'adistance': 999}]"), "tiers[1]", "error: \"name\" is missing" },
		{ TIERS("['dram', {'name': 'a', 'adistance': 999, ^'x': 1}]"), "tiers[1].x",
		  "unknown key \"x\"; known here: name, adistance" },
		{ TIERS("['dram', {$'name': 'a', 'adistance': 999, ^'name': 'b'}]"), "tiers[1].name",
		  "\"name\" is a duplicate; the first is in line 1", "the first is here" },
	};

	EXPECT_BAD(table);
}

#define RANGE " is not within 1..16777215"
#define AT(adistance) TIERS("['dram', {'name': 'x', 'adistance': " adistance "}]")

Test(policy_tiers, adistance)
{
	static const struct bad table[] = {
		{ AT("^0"), "tiers[1].adistance", "error: 0" RANGE },
		{ AT("^-5"), "tiers[1].adistance", "error: -5" RANGE },
		{ AT("^16777216"), "tiers[1].adistance", "error: 16777216" RANGE },
		{ AT("^4294967872"), "tiers[1].adistance", "4294967872" RANGE }, /* 2^32 + 576 */
		{ AT("^99999999999999999999"), "tiers[1].adistance", "99999999999999999999" RANGE },
		{ AT("^1000.0"), "tiers[1].adistance", "a whole number is expected here" },
		{ AT("^'1000'"), "tiers[1].adistance", "a number is expected here, not a string" },
	};

	EXPECT_BAD(table);
}

#define BEFORE "the tier before it is here"
#define X(adistance) "{'name': 'x', 'adistance': " adistance "}"
#define NO_ROOM "\"a\" is in the fastest possible tier; only four tiers fit before \"dram\""

Test(policy_tiers, order)
{
	static const struct bad table[] = {
		{ TIERS("[^'e', 'a', 'b', 'c', 'd', 'dram']"), "tiers[0]",
		  "error: no room for \"e\": " NO_ROOM },
		{ TIERS("['f', ^'e', 'a', 'b', 'c', 'd', 'dram']"), "tiers[1]",
		  "error: no room for \"e\": " NO_ROOM },
		{ TIERS("[^'a', " X("127") ", 'dram']"), "tiers[0]",
		  "\"x\" is in the fastest possible tier*" },
		{ TIERS("['dram', $" X("16777215") ", ^'y']"), "tiers[2]",
		  "error: no room for \"y\" after \"x\"", BEFORE },
		{ TIERS("[^'a']"), "tiers[0]",
		  "error: cannot place \"a\": add \"dram\" to \"tiers\", or give it an adistance" },
		{ TIERS("[" X("900") ", ^'a']"), "tiers[1]", "cannot place \"a\"*" },
		/* the kernel's own */
		{ TIERS("[^{'name': 'dram', 'adistance': 575}]"), "tiers[0]",
		  "error: \"dram\" is the kernel's own tier at 576; choose another name" },
		{ TIERS("[^{'name': 'dram', 'adistance': 1000}]"), "tiers[0]",
		  "choose another name" },
		/* two in one chunk */
		{ TIERS("[$'dram', ^" X("577") "]"), "tiers[1]",
		  "\"x\" (577) lies in the same tier of the kernel as \"dram\" (576): tiers are 128 wide",
		  BEFORE },
		{ TIERS("[$'dram', ^" X("639") "]"), "tiers[1]", "tiers are 128 wide", BEFORE },
		{ TIERS("[$'dram', ^" X("512") "]"), "tiers[1]", "tiers are 128 wide", BEFORE },
		{ TIERS("['dram', $'cxl', ^" X("767") "]"), "tiers[2]",
		  "as \"cxl\" (704): tiers are 128 wide", BEFORE },
		{ TIERS("[$" X("512") ", ^'dram']"), "tiers[1]",
		  "as \"x\" (512): tiers are 128 wide", BEFORE },
		{ TIERS("['dram', $" X("1000") ", ^{'name': 'y', 'adistance': 1000}]"), "tiers[2]",
		  "tiers are 128 wide", BEFORE },
		/* from fast to slow */
		{ TIERS("[$'dram', ^" X("511") "]"), "tiers[1]",
		  "tiers run from fast to slow, and \"x\" (511) is faster than \"dram\" (576) before it",
		  BEFORE },
		{ TIERS("[$" X("640") ", ^'dram']"), "tiers[1]",
		  "\"dram\" (576) is faster than \"x\" (640) before it", BEFORE },
		{ TIERS("['dram', $" X("1000") ", ^{'name': 'y', 'adistance': 800}]"), "tiers[2]",
		  "\"y\" (800) is faster than \"x\" (1000) before it", BEFORE },
		{ TIERS("['dram', 'cxl', $'far', ^" X("704") "]"), "tiers[3]",
		  "faster than \"far\" (832) before it", BEFORE },
	};

	EXPECT_BAD(table);
}

Test(policy_tiers, all_errors_at_once)
{
	static const struct {
		const char *marked;
		struct expected expected[4];
	} table[] = {
		{ TIERS("['dram', ^'1', ^2, {'name': 'x', 'adistance': ^0}]"),
		  { { "tiers[1]", NAMES },
		    { "tiers[2]", "a tier is a name*" },
		    { "tiers[3].adistance", "error: 0" RANGE } } },
		{ TIERS("[$'a', $'dram', ^'a', ^'dram', ^'dram']"),
		  { { "tiers[2]", "as tiers[0]", FIRST },
		    { "tiers[3]", "as tiers[1]", FIRST },
		    { "tiers[4]", "as tiers[1]", FIRST } } },
		{ TIERS("[^'a', ^'b']"),
		  { { "tiers[0]", "cannot place \"a\"*" }, { "tiers[1]", "cannot place \"b\"*" } } },
		{ TIERS("[$'dram', ^" X("500") ", $'y', ^{'name': 'z', 'adistance': 560}]"),
		  { { "tiers[1]", "is faster than*", BEFORE },
		    { "tiers[3]", "tiers are 128 wide", BEFORE } } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct sample s = sample_new(table[i].marked);

		expect_errors(&s, table[i].expected);
		sample_free(&s);
	}
}
