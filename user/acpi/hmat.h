/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HMAT (ACPI 6.5, 5.2.28; revisions 1 and 2) gives latency and bandwidth of memory for each
 * initiator. It is read as Linux reads it (drivers/acpi/numa/hmat.c, lib/fw_table.c; 6.12 and
 * 7.3 agree): a table that Linux ignores as a whole is ignored here too. hmat-access.h computes
 * the values of each node from it.
 *
 * Two kinds of tables are rejected here though Linux reads them: those that make it read on
 * behind the end of the table, and those whose numbers of domains overflow, which crash it.
 */
#ifndef HMAT_H
#define HMAT_H

#include "acpi/coordinates.h"
#include "acpi/srat.h"

/* Data types of a locality (table 5.149). Other types are reserved and have no effect. */
enum hmat_type {
	HMAT_ACCESS_LATENCY,
	HMAT_READ_LATENCY,
	HMAT_WRITE_LATENCY,
	HMAT_ACCESS_BANDWIDTH,
	HMAT_READ_BANDWIDTH,
	HMAT_WRITE_BANDWIDTH,
};

/*
 * The type that gives only @c; and whether @type gives @c, alone or (as "access" types do) for
 * reading and writing.
 */
enum hmat_type hmat_type_of(enum coordinate c);
bool hmat_gives(uint8_t type, enum coordinate c);

#define HMAT_HIERARCHY 0x0f /* in flags of a locality; 0: memory, not a cache of it */

/* Structure 0: memory, and the initiator that it is attached to, if any. */
struct hmat_memory {
	size_t at;
	uint16_t flags; /* set to 0 if revision 1 marks the structure as not about memory */
	uint32_t initiator;
	uint32_t pxm;
};

#define HMAT_INITIATOR_VALID (1U << 0)
#define HMAT_MEMORY_VALID (1U << 1) /* only meaningful in revision 1 */

/* Structure 1: a matrix, which hmat_initiator(), hmat_target() and hmat_entry() read. */
struct hmat_locality {
	size_t at;
	uint8_t flags;
	uint8_t type;
	uint32_t nr_initiators;
	uint32_t nr_targets;
	uint64_t base;
};

/* The values that sysfs shows (include/linux/node.h). */
enum hmat_indexing { HMAT_DIRECT_MAPPED, HMAT_INDEXED, HMAT_INDEXING_OTHER };
enum hmat_policy { HMAT_WRITE_BACK, HMAT_WRITE_THROUGH, HMAT_POLICY_OTHER };

/* Structure 2: a cache in front of memory. */
struct hmat_cache {
	size_t at;
	uint32_t pxm;
	uint32_t attributes; /* as in the table; level to policy are decoded from them */
	uint64_t size; /* bytes */
	uint16_t line; /* bytes */
	uint8_t level;
	enum hmat_indexing indexing;
	enum hmat_policy policy;
	bool extended_linear; /* shown from 7.x on, as address_mode */
	bool shown; /* in sysfs: it is the first of its level in the domain */
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
 * Reads the HMAT of the machine below @root. 0, and the caller frees *h with hmat_free();
 * -ENOENT if there is none; -EBADMSG if Linux ignores it, after a note and with the reason in
 * *state; -EBADMSG without a note if @srat is NULL; -ENOMEM.
 */
int hmat_read(const char *root, const struct srat *srat, struct hmat **h,
	      struct acpi_table_state *state);
void hmat_free(struct hmat *h);

/*
 * Like hmat_read(), but parses table @t. 0, -ENOMEM, or -EBADMSG with the reason in *why
 * (constant text) and the offset of the error in *at. If @srat is NULL, domains are not checked.
 */
int hmat_parse(const struct acpi_table *t, const struct srat *srat, struct hmat **h, size_t *at,
	       const char **why);

/* The proximity domains and entries of a locality; 0 <= i < nr_initiators, 0 <= j < nr_targets. */
uint32_t hmat_initiator(const struct hmat *h, const struct hmat_locality *l, uint32_t i);
uint32_t hmat_target(const struct hmat *h, const struct hmat_locality *l, uint32_t j);
uint16_t hmat_entry(const struct hmat *h, const struct hmat_locality *l, uint32_t i, uint32_t j);

/*
 * Converts an entry to ns or MB/s as the kernel does, which ignores that revision 1 has other
 * units; 0: no value.
 */
uint32_t hmat_value(const struct hmat *h, const struct hmat_locality *l, uint16_t entry);

/*
 * Like hmat_value(), for any table that has these types; CDAT's entries are like those of
 * revision 2.
 */
uint32_t hmat_normalize(uint8_t revision, uint8_t type, uint64_t base, uint16_t entry);

/*
 * The next cache of domain @pxm in sysfs after @after (NULL: the first one); NULL if there are no
 * more.
 */
const struct hmat_cache *hmat_next_cache(const struct hmat *h, uint32_t pxm,
					 const struct hmat_cache *after);

static inline void cleanup_hmat(struct hmat **h)
{
	hmat_free(*h);
}

#endif
