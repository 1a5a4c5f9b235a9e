# SPDX-License-Identifier: GPL-2.0-only
# awk -v rules=N [-v wide=1] -f policy.awk: prints a policy of N rules, of which each but the
# last matches one node. wide: rules have every predicate and about 1,000 bytes each.

function range(name, low, high, unit)
{
	printf "        \"%s\": {\"min\": \"%d%s\", \"max\": \"%d%s\"},\n", name, low, unit, high, unit
}

function wide_predicates(i,    p)
{
	printf "        \"pxm\": \"0-%d", i
	for (p = 0; p < 58; p++)
		printf ",%d", 500 + 8 * p
	print "\","
	print  "        \"kind\": [\"dram\", \"cxl\", \"pmem\", \"hbm\", \"hotplug\"],"
	print  "        \"cpu\": false,"
	range("size", 1, 512, "GiB")
	printf "        \"distance\": {\"min\": 10, \"max\": %d},\n", 100 + i % 100
	range("read_latency_ns", 50, 1000 + i, "ns")
	range("write_latency_ns", 50, 1000 + i, "ns")
	range("read_bandwidth_mbps", 1, 100000 + i, "MB/s")
	range("write_bandwidth_mbps", 1, 100000 + i, "MB/s")
	printf "        \"latency_ratio\": {\"min\": 0.5, \"max\": %d.25},\n", 10 + i
	printf "        \"bandwidth_ratio\": {\"min\": 0.01, \"max\": %d.5},\n", 10 + i
	printf "        \"kernel_adistance\": {\"min\": 1, \"max\": %d},\n", 10000 + i
}

function rule(i, last)
{
	printf "    {\n      \"name\": \"%s %d\",\n      \"match\": {\n", \
		wide ? "memory behind the bridge number" : "rule", i
	if (wide)
		wide_predicates(i)
	else
		printf "        \"read_latency_ns\": {\"min\": %d},\n", 10 + i % 90
	printf "        \"node\": %d\n      },\n", i
	printf "      \"action\": {\"%s\": %s}\n    }%s\n", i % 2 ? "adistance" : "tier",
		i % 2 ? 600 + i : "\"cxl\"", last ? "" : ","
}

BEGIN {
	print "{\n  \"version\": 1,\n  \"tiers\": [\"hbm\", \"dram\", \"cxl\"],\n  \"rules\": ["
	for (i = 0; i < rules; i++)
		rule(i, i == rules - 1)
	print "  ]\n}"
}
