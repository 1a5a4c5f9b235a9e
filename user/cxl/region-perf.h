/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast a CXL region's memory is from the nearest CPUs, as Linux 7.3 computes it
 * (drivers/cxl/core/cdat.c, port.c): for each card
 *
 *	latency		what its CDAT says + a flit over each link + each switch's SSLBIS
 *			+ from the CPUs to the host bridge (a generic port of SRAT, in HMAT)
 *	bandwidth	the least of all these
 *
 * and for the region the longest latency, and the sum of the bandwidths, where what cards
 * share (the link above a switch, a host bridge) counts once.
 *
 * Done here as well, from the same sources, since 6.12 adds the links' latencies in ps to
 * the others in ns, since 7.3 shows a node that only a CXL window made no latency at all,
 * and since both forget all of a card whose QoS class no window has. Different from them,
 * too: a card's range is looked for in all of its CDAT, not only in the last of the ranges
 * that fit its partition; and what is not known of one card is not known of the region.
 */
#ifndef CXL_PERF_H
#define CXL_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acpi/coordinates.h"

/* A host bridge, and the way there from the nearest CPUs. All four are known. */
struct cxl_bridge {
	uint32_t uid; /* its ACPI _UID, as in the handle of SRAT's generic port */
	struct perf perf;
};

struct cxl_perf {
	struct perf perf;
	/* What 6.12 takes the links of the slowest way for, in ns; by its own sum they are ps. */
	int64_t link_ps;
};

/*
 * Of the region in directory @region (ports.h). False: not known, because this is not
 * root (who alone may read CDAT), CDAT or the generic port are missing or incomplete, or the region is
 * without some card. Notes what is wrong with a CDAT that is there.
 */
bool cxl_perf_read(const char *root, const char *region, const struct cxl_bridge *bridges,
		   size_t nr_bridges, struct cxl_perf *p);

/*
 * The same of a region of any memory of @count cards (at most CXL_MAX_TARGETS), each the directory of
 * its endpoint. False also where a card's CDAT tells different things of its parts.
 */
bool cxl_perf_of_cards(const char *root, char *const *endpoints, size_t count,
		       const struct cxl_bridge *bridges, size_t nr_bridges, struct cxl_perf *p);

#endif
