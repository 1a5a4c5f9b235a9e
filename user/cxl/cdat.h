/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CDAT (Coherent Device Attribute Table 1.03) gives latency and bandwidth of a CXL card's memory,
 * as seen from the card's upstream link (DSMAS, DSLBIS), or of the path through a switch
 * (SSLBIS). It is read as in Linux (drivers/cxl/core/cdat.c, lib/fw_table.c; 6.12 and 7.3
 * agree), with two exceptions: a table shorter than its header says is rejected, and an error in
 * a switch's table rejects all of it. All other structures are skipped: DSEMTS, for instance,
 * gives the intended use of memory and not its performance.
 */
#ifndef CDAT_H
#define CDAT_H

#include <stddef.h>
#include <stdint.h>

#include "acpi/coordinates.h"

#define CDAT_MAX_MEMORY 256 /* each has its own DSMAS handle, which is a byte */

/* A range of device physical addresses. Latencies in ns, bandwidths in MB/s; 0: not known. */
struct cdat_memory {
	uint64_t base;
	uint64_t length;
	uint8_t handle;
	struct perf perf;
};

struct cdat {
	struct cdat_memory memory[CDAT_MAX_MEMORY]; /* in the order of the table */
	size_t nr_memory;
	struct perf port; /* in a switch: from its upstream port to the chosen downstream port */
};

/*
 * Reads file @path, the CDAT of a CXL port. If that port is a switch, @port is the number of the
 * downstream port to which the path leads. 0, and the caller frees *c with cdat_free(); -ENOENT
 * if there is none, or this user may not read it (only root may); -EBADMSG after a note if it is
 * rejected; -ENOMEM.
 */
int cdat_read(const char *root, const char *path, uint16_t port, struct cdat **c);
void cdat_free(struct cdat *c);

/*
 * Like cdat_read(), but parses @length bytes. 0, -ENOMEM, or -EBADMSG with the reason in *why
 * (constant text) and the offset of the faulty structure in *at.
 */
int cdat_parse(const uint8_t *bytes, size_t length, uint16_t port, struct cdat **c, size_t *at,
	       const char **why);

/*
 * The memory range that contains all @length bytes from device physical address @base on; NULL:
 * none.
 */
const struct cdat_memory *cdat_find(const struct cdat *c, uint64_t base, uint64_t length);

static inline void cleanup_cdat(struct cdat **c)
{
	cdat_free(*c);
}

#endif
