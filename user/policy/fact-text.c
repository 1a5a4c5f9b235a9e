// SPDX-License-Identifier: GPL-2.0-only
#include "policy/fact-text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/policy.h"

enum form { NUMBER, YES_NO, KIND, BYTES, NS, MBPS, RATIO, HEX };

#define HMAT "HMAT or CDAT; sysfs: nodeN/access1/initiators"
#define CXL "a CXL region; sysfs: bus/cxl/devices"

static const struct {
	const char *name;
	enum form form;
	const char *from;
} facts[TIERBPF_NR_FACTS] = {
	[TIERBPF_FACT_NONE] = { "any node", NUMBER, "" },
	[TIERBPF_FACT_NODE] = { "node", NUMBER, "" },
	[TIERBPF_FACT_CPU] = { "cpu", YES_NO, "" },
	[TIERBPF_FACT_KERNEL_ADISTANCE] = { "kernel_adistance", NUMBER, "" },
	[TIERBPF_FACT_SIZE] = { "size", BYTES, "sysfs: nodeN/memoryM/state" },
	[TIERBPF_FACT_PXM] = { "pxm", NUMBER, "SRAT, which root can read" },
	[TIERBPF_FACT_KIND] = { "kind", KIND, "sysfs and SRAT" },
	[TIERBPF_FACT_DISTANCE] = { "distance", NUMBER, "SLIT; sysfs: nodeN/distance" },
	[TIERBPF_FACT_READ_LATENCY] = { "read_latency_ns", NS, HMAT },
	[TIERBPF_FACT_WRITE_LATENCY] = { "write_latency_ns", NS, HMAT },
	[TIERBPF_FACT_READ_BANDWIDTH] = { "read_bandwidth_mbps", MBPS, HMAT },
	[TIERBPF_FACT_WRITE_BANDWIDTH] = { "write_bandwidth_mbps", MBPS, HMAT },
	[TIERBPF_FACT_LATENCY_RATIO] = { "latency_ratio", RATIO, HMAT },
	[TIERBPF_FACT_BANDWIDTH_RATIO] = { "bandwidth_ratio", RATIO, HMAT },
	[TIERBPF_FACT_CXL_REGION] = { "cxl.region", NUMBER, CXL },
	[TIERBPF_FACT_CXL_SERIAL] = { "cxl.serial", HEX, CXL },
	[TIERBPF_FACT_CXL_SERIAL_2] = { "cxl.serial (2nd card)", HEX, CXL },
	[TIERBPF_FACT_CXL_SERIAL_3] = { "cxl.serial (3rd card)", HEX, CXL },
	[TIERBPF_FACT_CXL_SERIAL_4] = { "cxl.serial (4th card)", HEX, CXL },
	[TIERBPF_FACT_HMAT_ADISTANCE] = { "the adistance from hmat", NUMBER, HMAT },
	[TIERBPF_FACT_MEASURED_ADISTANCE] = { "the measured adistance", NUMBER, "a measurement" },
};

const char *fact_name(__u32 fact)
{
	return fact < TIERBPF_NR_FACTS ? facts[fact].name : "unknown fact";
}

const char *fact_key(__u32 fact)
{
	switch (fact) {
	case TIERBPF_FACT_CXL_REGION:
		return "cxl_region";
	case TIERBPF_FACT_CXL_SERIAL:
		return "cxl_serial";
	case TIERBPF_FACT_CXL_SERIAL_2:
		return "cxl_serial_2";
	case TIERBPF_FACT_CXL_SERIAL_3:
		return "cxl_serial_3";
	case TIERBPF_FACT_CXL_SERIAL_4:
		return "cxl_serial_4";
	case TIERBPF_FACT_HMAT_ADISTANCE:
		return "hmat_adistance";
	case TIERBPF_FACT_MEASURED_ADISTANCE:
		return "measured_adistance";
	}
	return fact_name(fact);
}

json_t *fact_json(__u32 fact, __s64 value)
{
	char text[64];

	switch (fact < TIERBPF_NR_FACTS ? facts[fact].form : NUMBER) {
	case YES_NO:
		return json_boolean(value);
	case KIND:
	case HEX: /* beyond what JSON's numbers hold everywhere */
		return json_string(fact_text(fact, value, text, sizeof(text)));
	case RATIO:
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

const char *fact_text(__u32 fact, __s64 value, char *buffer, size_t size)
{
	int64_t n = value;

	switch (fact < TIERBPF_NR_FACTS ? facts[fact].form : NUMBER) {
	case YES_NO:
		snprintf(buffer, size, "%s", n ? "yes" : "no");
		break;
	case KIND:
		snprintf(buffer, size, "%s", policy_kind_name(n));
		break;
	case BYTES:
		print_bytes(value, buffer, size);
		break;
	case NS:
		snprintf(buffer, size, "%" PRId64 " ns", n);
		break;
	case MBPS:
		snprintf(buffer, size, "%" PRId64 " MB/s", n);
		break;
	case RATIO:
		snprintf(buffer, size, "%g", (double)n / TIERBPF_MILLION);
		break;
	case HEX:
		snprintf(buffer, size, "0x%" PRIx64, (uint64_t)n);
		break;
	case NUMBER:
		snprintf(buffer, size, "%" PRId64, n);
		break;
	}
	return buffer;
}

static bool is_list(__u32 fact)
{
	return fact == TIERBPF_FACT_NODE || fact == TIERBPF_FACT_PXM;
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
		/* The same is asked of each card. */
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
