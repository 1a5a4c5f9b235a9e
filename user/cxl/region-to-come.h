/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Predicts the properties of a CXL region that is not created yet, in a window of CEDT. Only
 * properties are given that do not depend on the choice of cards behind the window's host
 * bridges:
 *
 *	one host bridge		the region may use any of its cards, one or more
 *	several host bridges	it uses at least one card behind each
 *
 * Cards that may be plugged in later are not considered.
 */
#ifndef CXL_EXPECT_H
#define CXL_EXPECT_H

#include "acpi/cedt.h"
#include "cxl/region-perf.h"

struct cxl_expected {
	struct cxl_perf perf; /* 0 (not known) for values that depend on the choice of cards */
	/* Serial numbers of all cards, if there is no choice. */
	uint64_t serials[CEDT_MAX_TARGETS];
	size_t nr_serials;
};

/*
 * Predicts a region in window @w of the machine below @root. Prints a note about each CDAT that
 * is rejected.
 */
void cxl_expect(const char *root, const struct cedt_window *w, const struct cxl_bridge *bridges,
		size_t nr_bridges, struct cxl_expected *e);

#endif
