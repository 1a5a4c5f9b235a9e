/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HMAT (ACPI 6.5, 5.2.28; revisions 1 and 2): how fast memory is, by who asks. What the
 * table says, read as Linux reads it (drivers/acpi/numa/hmat.c, lib/fw_table.c; 6.12
 * and 7.3 agree): where Linux ignores the table as a whole, so do we. What follows
 * from it for each node: hmat-access.h.
 *
 * Where Linux goes on behind the end of the table, it finds what happens to lie there,
 * and with numbers of domains that overflow it crashes: such tables are refused.
 */
#ifndef HMAT_H
#define HMAT_H

#include "acpi/coordinates.h"
#include "acpi/srat.h"

/* Data types of a locality (table 5.149). Others have no meaning yet, and no effect. */
enum hmat_type {
	HMAT_ACCESS_LATENCY,
	HMAT_READ_LATENCY,
	HMAT_WRITE_LATENCY,
	HMAT_ACCESS_BANDWIDTH,
	HMAT_READ_BANDWIDTH,
	HMAT_WRITE_BANDWIDTH,
};

/* The type that gives @c alone, and whether one gives it, as those of both kinds of access do too. */
enum hmat_type hmat_type_of(enum coordinate c);
bool hmat_gives(uint8_t type, enum coordinate c);

#define HMAT_HIERARCHY 0x0f /* flags of a locality; 0: the memory, not a cache in front of it */

/* Structure 0: memory, and the initiator that it is attached to, if it has one. */
struct hmat_memory {
	size_t at;
	uint16_t flags; /* 0 where, in revision 1, none of it counts */
	uint32_t initiator;
	uint32_t pxm;
};

#define HMAT_INITIATOR_VALID (1U << 0)
#define HMAT_MEMORY_VALID (1U << 1) /* looked at in revision 1 only */

/* Structure 1: a matrix. Its lists and entries: hmat_initiator(), …. */
struct hmat_locality {
	size_t at;
	uint8_t flags;
	uint8_t type;
	uint32_t nr_initiators;
	uint32_t nr_targets;
	uint64_t base;
};

/* As sysfs shows them (include/linux/node.h). */
enum hmat_indexing { HMAT_DIRECT_MAPPED, HMAT_INDEXED, HMAT_INDEXING_OTHER };
enum hmat_policy { HMAT_WRITE_BACK, HMAT_WRITE_THROUGH, HMAT_POLICY_OTHER };

/* Structure 2: a cache in front of memory. */
struct hmat_cache {
	size_t at;
	uint32_t pxm;
	uint32_t attributes; /* as written; what follows is taken from them */
	uint64_t size; /* bytes */
	uint16_t line; /* bytes */
	uint8_t level;
	enum hmat_indexing indexing;
	enum hmat_policy policy;
	bool extended_linear; /* shown from 7.x on, as address_mode */
	bool shown; /* no earlier one of this domain has the level */
};

struct hmat {
	struct acpi_table table; /* a copy */
	struct hmat_memory *memory;
	size_t nr_memory;
	struct hmat_locality *localities;
	size_t nr_localities;
	struct hmat_cache *caches;
	size_t nr_caches;
};

/*
 * Reads the HMAT of the machine below @root. 0, and *h is the caller's, for hmat_free();
 * -ENOENT if there is none; -EBADMSG after a note if Linux ignores it, with the
 * reason in *state, also (without a note) where @srat is NULL; -ENOMEM.
 */
int hmat_read(const char *root, const struct srat *srat, struct hmat **h,
	      struct acpi_table_state *state);
void hmat_free(struct hmat *h);

/*
 * The same from a table. 0, -ENOMEM, or -EBADMSG with *why (constant text) and *at, the
 * offset of what is wrong. @srat NULL: only its structure is looked at, not its domains.
 */
int hmat_parse(const struct acpi_table *t, const struct srat *srat, struct hmat **h, size_t *at,
	       const char **why);

/* Proximity domains and entries of a locality; 0 <= i < nr_initiators, 0 <= j < nr_targets. */
uint32_t hmat_initiator(const struct hmat *h, const struct hmat_locality *l, uint32_t i);
uint32_t hmat_target(const struct hmat *h, const struct hmat_locality *l, uint32_t j);
uint16_t hmat_entry(const struct hmat *h, const struct hmat_locality *l, uint32_t i, uint32_t j);

/* An entry in ns or MB/s (as the kernel takes it; revision 1 has units of its own); 0: none. */
uint32_t hmat_value(const struct hmat *h, const struct hmat_locality *l, uint16_t entry);

/* The same of an entry of any table that has these types; CDAT's are as in revision 2. */
uint32_t hmat_normalize(uint8_t revision, uint8_t type, uint64_t base, uint16_t entry);

/* The next cache that the kernel shows of domain @pxm, after @after; NULL: the first, or no more. */
const struct hmat_cache *hmat_next_cache(const struct hmat *h, uint32_t pxm,
					 const struct hmat_cache *after);

static inline void cleanup_hmat(struct hmat **h)
{
	hmat_free(*h);
}

#endif
