// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"
#include "util/nearest.h"

static const char *const names[] = { "status", "set",	   "unset",	   "load",
				     "unload", "topology", "latency_ratio" };

static const char *meant(const char *written)
{
	static struct nearest n;
	size_t i;

	n = nearest_to(written);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		nearest_try(&n, names[i]);
	return n.name ?: "";
}

Test(nearest, typos)
{
	static const struct {
		const char *written, *meant;
	} words[] = {
		{ "statsu", "status" }, /* exchanged */
		{ "sttus", "status" }, /* missing */
		{ "loadd", "load" }, /* too much */
		{ "unlaod", "unload" },
		{ "STATUS", "status" }, /* upper case */
		{ "topo", "topology" }, /* it breaks off within the word */
		{ "latency", "" }, /* a word of several */
		{ "latancy_ration", "latency_ratio" },
		{ "st", "status" },
		{ "sat", "set" },
		{ "xyz", "" }, /* three wrong of three */
		{ "lxxd", "" }, /* two wrong of four */
		{ "s", "" }, /* a letter is no word */
		{ "", "" },
		{ "decode", "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		cr_expect_str_eq(meant(words[i].written), words[i].meant, "%s", words[i].written);
}

/* The nearest name wins, wherever it stands in the list, and of several the first. */
Test(nearest, of_several)
{
	cr_expect_str_eq(meant("nload"), "load");
	cr_expect_str_eq(meant("ulnoad"), "unload");
	cr_expect_str_eq(meant("unse"), "unset");
}

/* The address sanitizer sees a table that is too small. */
Test(nearest, long_words)
{
	char word[NEAREST_MAX + 2] = "", name[NEAREST_MAX + 2] = "";
	struct nearest n = nearest_to(word);

	memset(word, 'a', NEAREST_MAX);
	memset(name, 'a', NEAREST_MAX);
	name[NEAREST_MAX - 1] = 'b';
	nearest_try(&n, name);
	cr_expect_eq(n.name, name);
	cr_expect_eq(strlen(nearest_hint(&n)), NEAREST_MAX + strlen(" (did you mean \"\"?)"));
	n = nearest_to(word);
	word[NEAREST_MAX] = 'a';
	nearest_try(&n, name);
	cr_expect_null(n.name);
}

Test(nearest, hint)
{
	struct nearest n = nearest_to("laod");

	cr_expect_str_empty(nearest_hint(&n));
	nearest_try(&n, "load");
	cr_expect_str_eq(nearest_hint(&n), " (did you mean \"load\"?)");
}
