/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CDAT (Coherent Device Attribute Table 1.03): how fast a CXL card's memory is, seen
 * from where the card is plugged in (DSMAS, DSLBIS), or the way through a switch
 * (SSLBIS). Read as Linux does (drivers/cxl/core/cdat.c, lib/fw_table.c; 6.12 and 7.3
 * agree), except that a table shorter than its header says is not used, and that a
 * switch's table is refused as a whole. DSEMTS, what memory is meant for, tells nothing
 * of its speed, and is passed over like any other structure.
 */
#ifndef CDAT_H
#define CDAT_H

#include <stddef.h>
#include <stdint.h>

#include "acpi/coordinates.h"

#define CDAT_MAX_MEMORY 256 /* DSMAS: a handle is a byte */

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
	struct perf port; /* from a switch's upstream port to the downstream port asked for */
};

/*
 * Reads file @path, a port's CDAT. @port: the number of the downstream port whose
 * way counts, of a switch. 0, and *c is the caller's, for cdat_free(); -ENOENT if there is
 * none, or it is not ours to read (only root may); -EBADMSG after a note; -ENOMEM.
 */
int cdat_read(const char *root, const char *path, uint16_t port, struct cdat **c);
void cdat_free(struct cdat *c);

/*
 * The same from @length bytes. 0, -ENOMEM, or -EBADMSG with *why (constant text) and *at,
 * the offset of the structure that is wrong.
 */
int cdat_parse(const uint8_t *bytes, size_t length, uint16_t port, struct cdat **c, size_t *at,
	       const char **why);

/* The memory that all of @length bytes from address @base on are of; NULL. */
const struct cdat_memory *cdat_find(const struct cdat *c, uint64_t base, uint64_t length);

static inline void cleanup_cdat(struct cdat **c)
{
	cdat_free(*c);
}

#endif
