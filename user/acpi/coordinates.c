// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/coordinates.h"

static const struct {
	const char *name, *file, *key;
} names[NR_COORDINATES] = {
	[READ_LATENCY] = { "read latency", "read_latency", "read_latency_ns" },
	[WRITE_LATENCY] = { "write latency", "write_latency", "write_latency_ns" },
	[READ_BANDWIDTH] = { "read bandwidth", "read_bandwidth", "read_bandwidth_mbps" },
	[WRITE_BANDWIDTH] = { "write bandwidth", "write_bandwidth", "write_bandwidth_mbps" },
};

const char *coordinate_name(enum coordinate c)
{
	return names[c].name;
}

const char *coordinate_file(enum coordinate c)
{
	return names[c].file;
}

const char *coordinate_key(enum coordinate c)
{
	return names[c].key;
}

const char *coordinate_unit(enum coordinate c)
{
	return is_latency(c) ? "ns" : "MB/s";
}

static int known(const struct perf *p)
{
	enum coordinate c;
	int count = 0;

	for (c = 0; c < NR_COORDINATES; c++)
		count += p->value[c] != 0;
	return count;
}

bool perf_has_any(const struct perf *p)
{
	return known(p) > 0;
}

bool perf_has_both(const struct perf *p)
{
	return perf_latency(p) && perf_bandwidth(p);
}

bool perf_has_all(const struct perf *p)
{
	return known(p) == NR_COORDINATES;
}
