// SPDX-License-Identifier: GPL-2.0-only
/* Predicates: each becomes ranges of a fact, one of which must hold (decide.h). */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/driver-name.h"
#include "policy/fact-text.h"
#include "policy/readers.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/nearest.h"
#include "util/nodelist.h"
#include "json/members.h"
#include "json/quantity.h"

#define MAX_PXM 1023 /* include/acpi/acpi_numa.h, MAX_PXM_DOMAINS - 1 at NODES_SHIFT 10 */

struct match_context {
	struct policy *policy;
	struct tierbpf_rule *rule;
};

static int add_alternative(struct match_context *c, const struct value *v,
			   enum tierbpf_fact predicate, enum tierbpf_fact fact, int64_t min,
			   int64_t max)
{
	struct policy *p = c->policy;
	size_t n = p->nr_tests;

	if (n == TIERBPF_MAX_TESTS)
		return value_error(v,
				   "the rules up to here name %d ranges, and no more are possible",
				   TIERBPF_MAX_TESTS);
	if (ARRAY_GROW(p->tests, n))
		return -ENOMEM;
	p->tests[p->nr_tests++] =
		(struct tierbpf_test){ .min = min, .max = max, .fact = fact, .predicate = predicate };
	c->rule->nr_tests++;
	return 0;
}

static int add_test(struct match_context *c, const struct value *v, enum tierbpf_fact fact,
		    int64_t min, int64_t max)
{
	return add_alternative(c, v, fact, fact, min, max);
}

/*
 * The place after @index ASCII characters of a string, or its start if it has escapes, since
 * these hide the position.
 */
static struct place place_inside(const struct value *v, size_t index)
{
	size_t written = v->node->width - 2;
	struct place at = value_place(v);
	const char *p;

	for (p = value_text(v); *p; p++)
		written -= ((unsigned char)*p & 0xc0) != 0x80;
	if (written)
		return at;
	at.column += 1 + index; /* after the quotation mark */
	at.length = 0;
	return at;
}

static int by_first(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/*
 * Sorts ranges and merges those that overlap, so that there are fewer tests and rules can be
 * compared (lint.c).
 */
static size_t merge(struct range *ranges, size_t count)
{
	size_t i, last = 0;

	qsort(ranges, count, sizeof(*ranges), by_first);
	for (i = 1; i < count; i++) {
		if (ranges[i].first > ranges[last].last + 1)
			ranges[++last] = ranges[i];
		else if (ranges[i].last > ranges[last].last)
			ranges[last].last = ranges[i].last;
	}
	return last + 1;
}

/* Reads a number of 0..max, or a list of numbers; @what names them in messages: "nodes". */
static int read_list(const struct value *v, struct match_context *c, enum tierbpf_fact fact,
		     unsigned int max, const char *what)
{
	_cleanup_free_ struct range *ranges = NULL;
	size_t i, count, bad;
	const char *why;
	int64_t n;
	int err;

	if (value_kind(v) == VALUE_NUMBER) {
		err = value_int(v, 0, max, &n);
		return err ?: add_test(c, v, fact, n, n);
	}
	if (value_kind(v) != VALUE_STRING)
		return value_error(v,
				   "a number, or a list of %s such as \"0,2-5\", is expected here",
				   what);
	err = nodelist_parse(value_text(v), max, &ranges, &count, &bad, &why);
	if (err == -EINVAL)
		return value_error_at(v, place_inside(v, bad),
				      "not a list of %s 0..%u such as \"0,2-5\": %s", what, max,
				      why);
	if (err)
		return err;
	count = merge(ranges, count);
	for (i = 0; !err && i < count; i++)
		err = add_test(c, v, fact, ranges[i].first, ranges[i].last);
	return err;
}

static int read_yes_no(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	bool yes;
	int err = value_bool(v, &yes);

	return err ?: add_test(c, v, fact, yes, yes);
}

#define KIND(SYMBOL, number, name) ", " name
#define KIND_NAMES TIERBPF_KIND_TABLE(KIND)

static int no_kind(const struct value *v, const char *name)
{
	struct nearest near = nearest_to(name);
	int kind;

	for (kind = 1; kind < TIERBPF_KINDS_END; kind++)
		nearest_try(&near, policy_kind_name(kind));
	return value_error(v, "no kind of memory \"%.40s\"%s; known here: %s", name,
			   nearest_hint(&near), KIND_NAMES + strlen(", "));
}

/* Sets the bit of the kind in @kinds. */
static int read_kind_name(const struct value *v, unsigned int *kinds)
{
	const char *name;
	int err = value_string(v, &name);
	enum tierbpf_kind kind;

	if (err)
		return err;
	kind = policy_find_kind(name);
	if (!kind)
		return no_kind(v, name);
	*kinds |= 1U << kind;
	return 0;
}

static int read_kinds(const struct value *v, unsigned int *kinds)
{
	size_t i;
	int err = 0;

	if (value_kind(v) != VALUE_ARRAY)
		return read_kind_name(v, kinds);
	if (!value_length(v))
		return value_error(v, "at least one kind is expected here, such as \"cxl\"");
	for (i = 0; i < value_length(v); i++) {
		struct value kind = value_element(v, i);

		err = first_error(err, read_kind_name(&kind, kinds));
	}
	return err;
}

/* Adds a test for each kind, sorted and without duplicates, as merge() does for numbers. */
static int read_kind(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	unsigned int kinds = 0;
	int kind, err = read_kinds(v, &kinds);

	for (kind = 1; !err && kind < TIERBPF_KINDS_END; kind++)
		if (kinds & (1U << kind))
			err = add_test(c, v, fact, kind, kind);
	return err;
}

/* Adds a test for a driver. */
static int read_driver_name(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	const char *name;
	int64_t driver;
	int err = value_string(v, &name);

	if (err)
		return err;
	if (!driver_name_is_valid(name))
		return value_error(v, "the name of a driver is expected here, such as \"kmem\": what "
				      "/proc/iomem has in parentheses after \"System RAM\"");
	driver = driver_name_value(name);
	return add_test(c, v, fact, driver, driver);
}

static int by_min(const void *a, const void *b)
{
	const struct tierbpf_test *x = a, *y = b;

	return (x->min > y->min) - (x->min < y->min);
}

/* Sorts the tests of an array, and removes duplicates, as merge() does for numbers. */
static void merge_tests(struct match_context *c, size_t first)
{
	struct tierbpf_test *tests = c->policy->tests + first;
	size_t i, last = 0, count = c->policy->nr_tests - first;

	qsort(tests, count, sizeof(*tests), by_min);
	for (i = 1; i < count; i++)
		if (tests[i].min != tests[last].min)
			tests[++last] = tests[i];
	c->policy->nr_tests -= count - 1 - last;
	c->rule->nr_tests -= (__u32)(count - 1 - last);
}

static int read_driver(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	size_t i, first = c->policy->nr_tests;
	int err = 0;

	if (value_kind(v) != VALUE_ARRAY)
		return read_driver_name(v, c, fact);
	if (!value_length(v))
		return value_error(v, "at least one driver is expected here, such as \"kmem\"");
	for (i = 0; i < value_length(v); i++) {
		struct value driver = value_element(v, i);

		err = first_error(err, read_driver_name(&driver, c, fact));
	}
	if (!err)
		merge_tests(c, first);
	return err;
}

/* ---- ranges ---- */

struct range_context {
	const struct unit *unit;
	int64_t min, max;
	struct value min_value, max_value;
	bool has_min, has_max;
};

static int read_min(const struct value *v, void *context)
{
	struct range_context *r = context;
	int err = quantity_read(v, r->unit, &r->min);

	r->min_value = *v;
	r->has_min = !err;
	return err;
}

static int read_max(const struct value *v, void *context)
{
	struct range_context *r = context;
	int err = quantity_read(v, r->unit, &r->max);

	r->max_value = *v;
	r->has_max = !err;
	return err;
}

static const struct member range_list[] = {
	{ "min", read_min, false },
	{ "max", read_max, false },
};

const struct members range_members = MEMBERS(range_list);

static int read_range_object(const struct value *v, struct range_context *r)
{
	int err = members_read(v, &range_members, r);

	if (!err && !value_size(v))
		return value_error(v, "a range needs a \"min\", a \"max\" or both");
	if (!r->has_min || !r->has_max || r->min <= r->max)
		return err;
	err = first_error(err, value_error(&r->max_value,
					   "%.40s is less than the min, %.40s: no node can match",
					   value_text(&r->max_value), value_text(&r->min_value)));
	diags_relate(v->diags, value_place(&r->min_value), "the min is here");
	return err;
}

/* Reads {"min": …, "max": …}, or a single value, which must match exactly. */
static int read_range(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	const struct unit *unit = fact_unit(fact);
	struct range_context r = { .unit = unit, .min = INT64_MIN, .max = INT64_MAX };
	int err;

	if (value_kind(v) == VALUE_OBJECT) {
		err = read_range_object(v, &r);
	} else {
		err = quantity_read(v, unit, &r.min);
		r.max = r.min;
	}
	return err ?: add_test(c, v, fact, r.min, r.max);
}

/*
 * Reads a number, or a hexadecimal string as shown by sysfs and cxl list. It may be that of any
 * card of the region.
 */
static int read_serial(const struct value *v, struct match_context *c)
{
	const char *text = value_text(v);
	enum value_kind kind = value_kind(v);
	unsigned long long serial;
	char *end;
	int i, err = 0;

	errno = 0;
	serial = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if ((kind != VALUE_STRING && kind != VALUE_NUMBER) || errno || *end ||
	    !isdigit((unsigned char)*text))
		return value_error(v,
				   "a card's serial number is expected here, such as \"0x1f2e\" (/sys/bus/cxl/devices/memN/serial)");
	for (i = 0; !err && i < TIERBPF_NR_SERIALS; i++)
		err = add_alternative(c, v, TIERBPF_FACT_CXL_SERIAL, TIERBPF_FACT_CXL_SERIAL + i,
				      (int64_t)serial, (int64_t)serial);
	return err;
}

static int read_fact(const struct value *v, struct match_context *c, enum tierbpf_fact fact)
{
	switch (fact_form(fact)) {
	case FACT_NODES:
		return read_list(v, c, fact, TIERBPF_MAX_NODES - 1, "nodes");
	case FACT_DOMAINS:
		return read_list(v, c, fact, MAX_PXM, "proximity domains");
	case FACT_YES_NO:
		return read_yes_no(v, c, fact);
	case FACT_KIND:
		return read_kind(v, c, fact);
	case FACT_DRIVER:
		return read_driver(v, c, fact);
	case FACT_SERIAL:
		return read_serial(v, c);
	default:
		return read_range(v, c, fact);
	}
}

/* ---- tables of predicates ---- */

/*
 * Defines a reader for each fact that rules can match; facts that no table below names leave
 * theirs unused.
 */
#define READER(SYMBOL, ...)                                                                    \
	__attribute__((unused)) static int read_##SYMBOL(const struct value *v, void *context) \
	{                                                                                      \
		return read_fact(v, context, TIERBPF_FACT_##SYMBOL);                           \
	}
TIERBPF_FACT_TABLE(READER, READER)

/*
 * Makes a row of each fact through its PREDICATE column: MATCH("size"), for instance, becomes
 * IN_MATCH("size").
 */
#define LIST(SYMBOL, number, key, name, FORM, PREDICATE, ...) IN_##PREDICATE(SYMBOL)
#define ROW(SYMBOL)          \
	read_##SYMBOL, false \
	}                    \
	,
#define NO_ROW(SYMBOL)

#define IN_NONE NO_ROW
#define IN_MATCH(member) NO_ROW
#define IN_CXL(member) \
	{              \
		member, ROW
static const struct member cxl_list[] = { TIERBPF_FACT_TABLE(LIST, LIST) };
#undef IN_MATCH
#undef IN_CXL

const struct members cxl_members = MEMBERS(cxl_list);

static int read_cxl(const struct value *v, void *context)
{
	int err = members_read(v, &cxl_members, context);

	if (!err && !value_size(v))
		return value_error(v,
				   "a \"region\" or a \"serial\" is expected here; \"kind\": \"cxl\" means any CXL memory");
	return err;
}

#define IN_MATCH(member) \
	{                \
		member, ROW
#define IN_CXL(member) NO_ROW
static const struct member match_list[] = { TIERBPF_FACT_TABLE(LIST, LIST){ "cxl", read_cxl,
									    false } };

const struct members match_members = MEMBERS(match_list);

int match_read(const struct value *v, struct policy *policy, struct tierbpf_rule *rule)
{
	struct match_context c = { policy, rule };
	int err = members_read(v, &match_members, &c);

	if (!err && !rule->nr_tests)
		err = add_test(&c, v, TIERBPF_FACT_NONE, 0, 0);
	return err;
}
