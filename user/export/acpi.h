/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An HMAT that makes the kernel itself put nodes where they belong, from the next boot on, and the
 * archive by which it gets it (Documentation/admin-guide/acpi/initrd_table_override.rst).
 * Latencies in ns, bandwidths in MB/s, as Linux takes them.
 */
#ifndef EXPORT_ACPI_H
#define EXPORT_ACPI_H

#include <stdio.h>

#include "acpi/hmat.h"
#include "machine/machine.h"
#include "plan/plan.h"

/* ---- adistance-search.c: numbers that the table can hold ---- */

#define HMAT_ENTRY_MAX 65534 /* 0xffff: unreachable */
#define HMAT_LATENCY_MAX (4294966296 / 1000) /* ns; what hmat_normalize()'s u32 of ps holds */

/* Values are multiples of these, up to HMAT_ENTRY_MAX times. */
struct grid {
	int64_t latency;	 /* ns */
	int64_t bandwidth; /* MB/s */
};

/* The least base for values up to @largest, all multiples of @divisor, that keeps them; or the least. */
int64_t grid_base(int64_t largest, int64_t divisor);

/* The nearest multiple of @base, but not 0 unless @value is. */
int64_t grid_round(int64_t value, int64_t base);

/*
 * Changes *p, as little of its bandwidth as possible, so that the kernel's formula gives
 * @adistance with @reference, or else comes near and into the same tier. Where neither reading
 * nor writing is known (0), both are taken from @reference first. False, and *p as it was, where
 * no such numbers fit into @grid.
 */
bool perf_for_adistance(__s32 adistance, const struct perf *reference, const struct grid *grid,
			struct perf *p);

/* ---- hmat-writer.c: the table ---- */

/* The initiators' columns of one target, and what becomes of them. */
struct hmat_column {
	uint32_t target; /* PXM */
	struct perf perf; /* from @initiators */
	struct nodeset initiators; /* by node: those with CPUs that are nearest */
};

struct hmat_content {
	const struct hmat *old; /* what is kept: NULL for nothing */
	const struct srat *srat; /* names the initiators' PXMs */
	const struct nodeset *cpus;
	struct grid grid;
	const struct hmat_column *columns;
	size_t nr_columns;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision;
};

/*
 * Of @old is kept: what other initiators see of the columns' targets, unless it is better than
 * @initiators' or theirs are CPUs that would tie; all of other targets (generic ports, say); caches.
 * 0, and acpi_table_free(table) is the caller's; -ENOMEM, -E2BIG with a message.
 */
int hmat_write(const struct hmat_content *c, struct acpi_table *table);

/* The largest value of @old's that is kept, and the divisor of all; as grid_base() wants them. */
void hmat_kept(const struct hmat *old, bool bandwidth, int64_t *largest, int64_t *divisor);

/* ---- cpio.c ---- */

/* Writes the archive with @table to @path, as new_file_write() does. 0 or -errno with a message. */
int archive_write(const char *path, bool force, const struct acpi_table *table);

/* ---- acpi.c ---- */

struct acpi_node {
	int node;
	uint32_t pxm;
	bool said; /* the table speaks of it */
	bool corrected; /* not as it is known, but so that the kernel does as planned */
	struct perf perf;
	struct nodeset initiators;
	__s32 adistance; /* that the kernel will compute; 0: none, its default stays */
};

struct acpi_export {
	struct acpi_table hmat;
	bool overrides; /* there is one already, which it replaces */
	struct acpi_node *nodes; /* those with memory, by number */
	size_t count;
};

/*
 * The HMAT for the machine below @root: what is known of @m's nodes, corrected for @plan, which
 * may be NULL. It is read back as the kernel does. 0, and *export is the caller's, for
 * acpi_free(); -EINVAL where an HMAT cannot say this, -EACCES, -ENOMEM, with a message.
 */
int acpi_make(const char *root, const struct machine *m, const struct plan *plan,
	      struct acpi_export **export);
void acpi_free(struct acpi_export *e);

/* What is in the table, and what to do with the archive at @path. */
void acpi_print(const struct acpi_export *e, const char *path, FILE *out);

static inline void cleanup_acpi(struct acpi_export **e)
{
	acpi_free(*e);
}

#endif
