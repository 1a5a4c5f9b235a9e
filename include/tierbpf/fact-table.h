/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of what rules can look at. The enums, names, JSON keys, units and readers follow
 * from it, and so do the checks of manual and schema, the fuzz dictionary and the random
 * policies of the tests.
 */
#ifndef TIERBPF_FACT_TABLE_H
#define TIERBPF_FACT_TABLE_H

#define TIERBPF_FROM_HMAT "HMAT or CDAT; sysfs: nodeN/access1/initiators"
#define TIERBPF_FROM_CXL "a CXL region; sysfs: bus/cxl/devices"

/*
 * One fact a line, in the order in which the policy language lists its predicates:
 *
 *   STORED(SYMBOL, number, key, name, FORM, PREDICATE, source)
 *	is stored in map `facts` when a policy is loaded
 *   LIVE(SYMBOL, number, key, name, FORM, PREDICATE, source, value, known)
 *	is what the kernel says when it asks about struct tierbpf_node *node: @value, if @known
 *
 * number	of enum tierbpf_fact: part of the ABI, so a new fact takes the next one
 * key, name	in JSON; in texts for people
 * FORM		NUMBER: 0 to 2^31 - 1; NODES, DOMAINS: a number, of which rules give lists;
 *		YES_NO: 0 or 1; KIND: enum tierbpf_kind; BYTES; NS; MBPS: 10^6 bytes a second;
 *		RATIO: to the reference node's, in millionths; DISTANCE: of SLIT; ADISTANCE;
 *		SERIAL: the bits of a u64; DRIVER: a hash of its name (FNV-1a, 64 bits)
 * PREDICATE	MATCH(member), CXL(member): its member in "match" or in "match"."cxl";
 *		NONE: rules cannot ask for it by name
 * source	where it would come from; "": the kernel always knows it
 *
 * Latencies and bandwidths are those of access class 1, ratios of read and write together.
 */
/* clang-format off */
#define TIERBPF_FACT_TABLE(LIVE, STORED) \
	LIVE(NONE, 0, "any node", "any node", NUMBER, NONE, "", 0, 1) \
	LIVE(NODE, 1, "node", "node", NODES, MATCH("node"), "", node->id, 1) \
	STORED(PXM, 5, "pxm", "pxm", DOMAINS, MATCH("pxm"), "SRAT, which root can read") \
	STORED(KIND, 6, "kind", "kind", KIND, MATCH("kind"), "sysfs and SRAT") \
	STORED(DRIVER, 21, "driver", "driver", DRIVER, MATCH("driver"), \
	       "/proc/iomem, whose addresses root can read") \
	LIVE(CPU, 2, "cpu", "cpu", YES_NO, MATCH("cpu"), "", !!(node->flags & TIERBPF_NODE_CPU), 1) \
	LIVE(SIZE, 4, "size", "size", BYTES, MATCH("size"), "sysfs: nodeN/memoryM/state", \
	     (__s64)node->size, node->size != 0) \
	STORED(DISTANCE, 7, "distance", "distance", DISTANCE, MATCH("distance"), \
	       "SLIT; sysfs: nodeN/distance") \
	STORED(READ_LATENCY, 8, "read_latency_ns", "read_latency_ns", NS, \
	       MATCH("read_latency_ns"), TIERBPF_FROM_HMAT) \
	STORED(WRITE_LATENCY, 9, "write_latency_ns", "write_latency_ns", NS, \
	       MATCH("write_latency_ns"), TIERBPF_FROM_HMAT) \
	STORED(READ_BANDWIDTH, 10, "read_bandwidth_mbps", "read_bandwidth_mbps", MBPS, \
	       MATCH("read_bandwidth_mbps"), TIERBPF_FROM_HMAT) \
	STORED(WRITE_BANDWIDTH, 11, "write_bandwidth_mbps", "write_bandwidth_mbps", MBPS, \
	       MATCH("write_bandwidth_mbps"), TIERBPF_FROM_HMAT) \
	STORED(LATENCY_RATIO, 12, "latency_ratio", "latency_ratio", RATIO, \
	       MATCH("latency_ratio"), TIERBPF_FROM_HMAT) \
	STORED(BANDWIDTH_RATIO, 13, "bandwidth_ratio", "bandwidth_ratio", RATIO, \
	       MATCH("bandwidth_ratio"), TIERBPF_FROM_HMAT) \
	LIVE(KERNEL_ADISTANCE, 3, "kernel_adistance", "kernel_adistance", ADISTANCE, \
	     MATCH("kernel_adistance"), "", node->kernel_adistance, 1) \
	STORED(CXL_REGION, 14, "cxl_region", "cxl.region", NUMBER, CXL("region"), TIERBPF_FROM_CXL) \
	STORED(CXL_SERIAL, 15, "cxl_serial", "cxl.serial", SERIAL, CXL("serial"), TIERBPF_FROM_CXL) \
	STORED(CXL_SERIAL_2, 16, "cxl_serial_2", "cxl.serial (2nd card)", SERIAL, NONE, TIERBPF_FROM_CXL) \
	STORED(CXL_SERIAL_3, 17, "cxl_serial_3", "cxl.serial (3rd card)", SERIAL, NONE, TIERBPF_FROM_CXL) \
	STORED(CXL_SERIAL_4, 18, "cxl_serial_4", "cxl.serial (4th card)", SERIAL, NONE, TIERBPF_FROM_CXL) \
	STORED(HMAT_ADISTANCE, 19, "hmat_adistance", "the adistance from hmat", ADISTANCE, NONE, \
	       TIERBPF_FROM_HMAT) \
	STORED(MEASURED_ADISTANCE, 20, "measured_adistance", "the measured adistance", ADISTANCE, NONE, \
	       "a measurement")

/* The kinds of memory, enum tierbpf_kind: KIND(SYMBOL, number, name in policies). */
#define TIERBPF_KIND_TABLE(KIND) \
	KIND(DRAM, 1, "dram") \
	KIND(CXL, 2, "cxl") \
	KIND(PMEM, 3, "pmem") \
	KIND(HBM, 4, "hbm") \
	KIND(HOTPLUG, 5, "hotplug") \
	KIND(DEVICE, 6, "device")
/* clang-format on */

#endif
