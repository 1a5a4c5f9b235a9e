/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a CXL region will be like that is yet to be made in a window of CEDT, as far as the
 * cards behind the window's host bridges leave no doubt:
 *
 *	one host bridge	any of its cards, alone or together with others
 *	several		at least one card of each
 *
 * A card that is plugged in later is not foreseen.
 */
#ifndef CXL_EXPECT_H
#define CXL_EXPECT_H

#include "acpi/cedt.h"
#include "cxl/region-perf.h"

struct cxl_expected {
	struct cxl_perf perf; /* a figure that depends on the choice of cards is 0: not known */
	/* Of all cards, where there is no choice. */
	uint64_t serials[CEDT_MAX_TARGETS];
	size_t nr_serials;
};

/* Of a region in window @w, by the machine below @root; notes what is wrong with a CDAT that is there. */
void cxl_expect(const char *root, const struct cedt_window *w, const struct cxl_bridge *bridges,
		size_t nr_bridges, struct cxl_expected *e);

#endif
