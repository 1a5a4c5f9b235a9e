// SPDX-License-Identifier: GPL-2.0-only
#include "json/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tierbpf/adistance.h>

#include "util/array.h"

static const struct unit_suffix byte_suffixes[] = {
	{ "B", 1 },
	{ "kB", 1e3L },
	{ "KB", 1e3L },
	{ "MB", 1e6L },
	{ "GB", 1e9L },
	{ "TB", 1e12L },
	{ "KiB", 1024.0L },
	{ "MiB", 1048576.0L },
	{ "GiB", 1073741824.0L },
	{ "TiB", 1099511627776.0L },
	{},
};

static const struct unit_suffix ns_suffixes[] = {
	{ "ps", 1e-3L }, { "ns", 1 }, { "us", 1e3L }, { "ms", 1e6L }, {},
};

static const struct unit_suffix mbps_suffixes[] = {
	{ "B/s", 1e-6L },
	{ "kB/s", 1e-3L },
	{ "KB/s", 1e-3L },
	{ "MB/s", 1 },
	{ "GB/s", 1e3L },
	{ "TB/s", 1e6L },
	{ "KiB/s", 1.024e-3L },
	{ "MiB/s", 1.048576L },
	{ "GiB/s", 1073.741824L },
	{ "TiB/s", 1099511.627776L },
	{},
};

#define MILLION ((int64_t)TIERBPF_MILLION)

const struct unit unit_bytes = { "\"16GiB\"", 0, INT64_MAX, byte_suffixes, false, " bytes" };
const struct unit unit_ns = { "300 or \"300ns\"", 0, UINT32_MAX, ns_suffixes, false, " ns" };
const struct unit unit_mbps = { "20000 or \"20GB/s\"", 0, UINT32_MAX, mbps_suffixes, false, " MB/s" };
const struct unit unit_ratio = { "1.5", 0, 1000000 * MILLION, NULL, true };
const struct unit unit_distance = { "20", 10, 255, NULL, false };
const struct unit unit_adistance = { "576", INT32_MIN, INT32_MAX, NULL, false };
const struct unit unit_number = { "0", 0, INT32_MAX, NULL, false };
const struct unit unit_scale = { "1.5", MILLION / 1000, 1000 * MILLION, NULL, true };
const struct unit unit_tolerance = { "0.10", 0, MILLION, NULL, true };

static int out_of_range(const struct value *v, const struct unit *u)
{
	if (u->fraction)
		return value_error(v, "%.40s is not within %.7g..%.7g", value_text(v),
				   (double)u->min / TIERBPF_MILLION,
				   (double)u->max / TIERBPF_MILLION);
	return value_error(v, "%.40s is not within %" PRId64 "..%" PRId64 "%s", value_text(v),
			   u->min, u->max, u->name ?: "");
}

static int keep(const struct value *v, const struct unit *u, long double n, int64_t *value)
{
	n += 0.5L;
	if (!(n >= (long double)u->min && n < (long double)u->max + 1))
		return out_of_range(v, u);
	*value = (int64_t)n;
	return 0;
}

static int list_units(const struct value *v, const struct unit *u, const char *suffix)
{
	char list[96] = "";
	size_t used = 0;
	const struct unit_suffix *s;

	for (s = u->suffixes; s->text; s++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 s->text);
	if (!*suffix)
		return value_error(v, "\"%.40s\" has no unit; known here: %s", value_text(v), list);
	return value_error(v, "no unit \"%.20s\"; known here: %s", suffix, list);
}

/* Checks the digits first, since strtold() accepts more notations than the language has. */
static int read_with_unit(const struct value *v, const struct unit *u, int64_t *value)
{
	const char *text = value_text(v), *suffix = text + strspn(text, "0123456789.");
	const struct unit_suffix *s;
	long double n;
	char *end;

	n = strtold(text, &end);
	if (suffix == text || end != suffix)
		return value_error(v, "a number, with a unit, is expected here, such as %s",
				   u->example);
	while (*suffix == ' ')
		suffix++;
	for (s = u->suffixes; s->text; s++)
		if (!strcmp(s->text, suffix))
			return keep(v, u, n * s->factor, value);
	return list_units(v, u, suffix);
}

int quantity_read(const struct value *v, const struct unit *u, int64_t *value)
{
	if (value_kind(v) == VALUE_STRING && u->suffixes)
		return read_with_unit(v, u, value);
	if (value_kind(v) != VALUE_NUMBER)
		return value_error(v, "a number is expected here, such as %s, not %s", u->example,
				   value_kind_name(value_kind(v)));
	if (u->fraction)
		return keep(v, u, strtold(value_text(v), NULL) * TIERBPF_MILLION, value);
	return value_int(v, u->min, u->max, value);
}

bool quantity_bytes(const char *text, int64_t *bytes)
{
	static const struct unit_suffix short_suffixes[] = {
		{ "", 1 },	  { "K", 0x1p10L }, { "M", 0x1p20L },
		{ "G", 0x1p30L }, { "T", 0x1p40L }, {},
	};
	const struct unit_suffix *const lists[] = { byte_suffixes, short_suffixes };
	const char *suffix = text + strspn(text, "0123456789.");
	const struct unit_suffix *s;
	long double n;
	char *end;
	size_t i;

	n = strtold(text, &end);
	if (suffix == text || end != suffix)
		return false;
	suffix += strspn(suffix, " ");
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (s = lists[i]; s->text; s++)
			if (!strcmp(s->text, suffix)) {
				n = n * s->factor + 0.5L;
				*bytes = n < 0x1p63L ? (int64_t)n : 0;
				return n < 0x1p63L;
			}
	return false;
}
