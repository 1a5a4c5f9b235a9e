// SPDX-License-Identifier: GPL-2.0-only
#include "policy/fact-text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/driver-name.h"
#include "policy/policy.h"

static const struct {
	const char *key;
	const char *name;
	enum fact_form form;
	const char *from;
} facts[TIERBPF_NR_FACTS] = {
#define FACT(SYMBOL, number, key, name, FORM, PREDICATE, source, ...) \
	[number] = { key, name, FACT_##FORM, source },
	TIERBPF_FACT_TABLE(FACT, FACT)
#undef FACT
};

const char *fact_name(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS ? facts[fact].name : "unknown fact";
}

const char *fact_key(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS ? facts[fact].key : "unknown fact";
}

enum fact_form fact_form(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS ? facts[fact].form : FACT_NUMBER;
}

const struct unit *fact_unit(__u32 fact)
{
	switch (fact_form(fact)) {
	case FACT_BYTES:
		return &unit_bytes;
	case FACT_NS:
		return &unit_ns;
	case FACT_MBPS:
		return &unit_mbps;
	case FACT_RATIO:
		return &unit_ratio;
	case FACT_DISTANCE:
		return &unit_distance;
	case FACT_ADISTANCE:
		return &unit_adistance;
	case FACT_NUMBER:
		return &unit_number;
	default:
		return NULL;
	}
}

json_t *fact_json(__u32 fact, __s64 value)
{
	char text[64];

	switch (fact_form(fact)) {
	case FACT_YES_NO:
		return json_boolean(value);
	case FACT_KIND:
	case FACT_DRIVER:
	case FACT_SERIAL: /* 64 bits, which many readers of JSON numbers cannot hold */
		return json_string(fact_text(fact, value, text, sizeof(text)));
	case FACT_RATIO:
		return json_real((double)value / TIERBPF_MILLION);
	default:
		return json_integer(value);
	}
}

const char *fact_wanted_from(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS ? facts[fact].from : "";
}

static void print_bytes(__s64 value, char *buffer, size_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	size_t i = 0;

	while (i < 4 && value >= 1024 && value % 1024 == 0) {
		value /= 1024;
		i++;
	}
	snprintf(buffer, size, "%" PRId64 " %s", (int64_t)value, units[i]);
}

static void print_bits(int64_t value, char *buffer, size_t size)
{
	snprintf(buffer, size, "0x%" PRIx64, (uint64_t)value);
}

static void print_driver(int64_t value, char *buffer, size_t size)
{
	const char *name = driver_name(value);

	if (name)
		snprintf(buffer, size, "%s", name);
	else
		print_bits(value, buffer, size);
}

const char *fact_text(__u32 fact, __s64 value, char *buffer, size_t size)
{
	int64_t n = value;

	switch (fact_form(fact)) {
	case FACT_YES_NO:
		snprintf(buffer, size, "%s", n ? "yes" : "no");
		break;
	case FACT_KIND:
		snprintf(buffer, size, "%s", policy_kind_name(n));
		break;
	case FACT_BYTES:
		print_bytes(value, buffer, size);
		break;
	case FACT_NS:
		snprintf(buffer, size, "%" PRId64 " ns", n);
		break;
	case FACT_MBPS:
		snprintf(buffer, size, "%" PRId64 " MB/s", n);
		break;
	case FACT_RATIO:
		snprintf(buffer, size, "%g", (double)n / TIERBPF_MILLION);
		break;
	case FACT_DRIVER:
		print_driver(n, buffer, size);
		break;
	case FACT_SERIAL:
		print_bits(n, buffer, size);
		break;
	default:
		snprintf(buffer, size, "%" PRId64, n);
		break;
	}
	return buffer;
}

static bool is_list(__u32 fact)
{
	return fact_form(fact) == FACT_NODES || fact_form(fact) == FACT_DOMAINS;
}

static void print_test(const struct tierbpf_test *t, char *buffer, size_t size)
{
	char min[40], max[40];

	fact_text(t->fact, t->min, min, sizeof(min));
	fact_text(t->fact, t->max, max, sizeof(max));
	if (t->min == t->max)
		snprintf(buffer, size, "%s", min);
	else if (t->min == INT64_MIN)
		snprintf(buffer, size, "at most %s", max);
	else if (t->max == INT64_MAX)
		snprintf(buffer, size, "at least %s", min);
	else
		snprintf(buffer, size, is_list(t->fact) ? "%s-%s" : "%s to %s", min, max);
}

#define REST ", …"

const char *fact_tests_text(const struct tierbpf_test *tests, size_t count, char *buffer,
			    size_t size)
{
	const char *separator;
	size_t i, used = 0;
	char one[96];

	*buffer = 0;
	for (i = 0; i < count; i++) {
		/*
		 * A serial number is tested against each card of the region; one of these tests
		 * suffices.
		 */
		if (i && tests[i].fact != tests[0].fact)
			break;
		print_test(&tests[i], one, sizeof(one));
		separator = !i ? "" : is_list(tests[i].fact) ? "," : " or ";
		if (used + strlen(separator) + strlen(one) + sizeof(REST) > size) {
			snprintf(buffer + used, size - used, REST);
			break;
		}
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", separator, one);
	}
	return buffer;
}
