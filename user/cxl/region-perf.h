/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Computes latency and bandwidth of a CXL region from the nearest CPUs as Linux 7.3 does
 * (drivers/cxl/core/cdat.c, port.c). For each card:
 *
 *	latency		the card's CDAT + a flit over each link + SSLBIS of each switch
 *			+ from the CPUs to the host bridge (a generic port of SRAT, in HMAT)
 *	bandwidth	the lowest of all these
 *
 * The region has the longest latency, and the sum of the bandwidths. A part that cards share
 * (the link above a switch, a host bridge) is counted once.
 *
 * The kernel's own results cannot be used for three reasons: 6.12 adds the links' latencies in
 * ps to others in ns; 7.3 shows no latency for a node that only a CXL window made; and both
 * ignore a card whose QoS class no window has. There are two more differences from the kernel: a
 * card's range is searched in its whole CDAT, not only in the last range that fits its
 * partition; and if a value of one card is not known, it is not known for the region.
 */
#ifndef CXL_PERF_H
#define CXL_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/coordinates.h"

/* A host bridge, and the path to it from the nearest CPUs. All four values are known. */
struct cxl_bridge {
	uint32_t uid; /* its ACPI _UID, as in the handle of SRAT's generic port */
	struct perf perf;
};

struct cxl_perf {
	struct perf perf;
	/* Link latency of the slowest path in ps, by 6.12's formula; 6.12 wrongly adds it as ns. */
	int64_t link_ps;
};

/*
 * Computes *p for the region in directory @region (ports.h). False if it is not known: this user
 * is not root and may not read CDAT, CDAT or the generic port is missing or incomplete, or a
 * card of the region is missing. Prints a note about each CDAT that is rejected.
 */
bool cxl_perf_read(const char *root, const char *region, const struct cxl_bridge *bridges,
		   size_t nr_bridges, struct cxl_perf *p);

/*
 * Like cxl_perf_read(), for a possible region that uses any memory of @count cards (at most
 * CXL_MAX_TARGETS); @endpoints are their directories. False also if the ranges in a card's CDAT
 * perform differently.
 */
bool cxl_perf_of_cards(const char *root, char *const *endpoints, size_t count,
		       const struct cxl_bridge *bridges, size_t nr_bridges, struct cxl_perf *p);

#endif
