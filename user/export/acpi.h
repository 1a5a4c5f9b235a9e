/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes an HMAT from which the kernel itself derives the planned tiers, from the next boot on, and
 * the archive that gives it to the kernel
 * (Documentation/admin-guide/acpi/initrd_table_override.rst).
 * Latencies are in ns and bandwidths in MB/s, as Linux reads them.
 */
#ifndef EXPORT_ACPI_H
#define EXPORT_ACPI_H

#include <stdio.h>

#include "acpi/hmat.h"
#include "machine/machine.h"
#include "plan/plan.h"

/* ---- adistance-search.c: numbers that the table can hold ---- */

#define HMAT_ENTRY_MAX 65534 /* 0xffff: unreachable */
#define HMAT_LATENCY_MAX (4294966296 / 1000) /* ns; hmat_normalize() keeps ps in a u32 */

/* The entry bases: a value is a multiple of its base, up to HMAT_ENTRY_MAX times. */
struct grid {
	int64_t latency;	 /* ns */
	int64_t bandwidth; /* MB/s */
};

/*
 * The smallest base with which an entry can hold @largest and which divides @divisor, the common
 * divisor of all values, so that no value is rounded. If no base does both, the smallest that holds
 * @largest.
 */
int64_t grid_base(int64_t largest, int64_t divisor);

/* Rounds to the nearest multiple of @base, but never to 0 unless @value is 0. */
int64_t grid_round(int64_t value, int64_t base);

/*
 * Changes *p so that the kernel's formula, with @reference, gives @adistance, or else one that is
 * near it and in the same tier. The bandwidth changes as little as possible. If neither reading nor
 * writing is known (both 0), it starts from the values of @reference. Returns false, with *p
 * unchanged, if no such numbers fit into @grid.
 */
bool perf_for_adistance(__s32 adistance, const struct perf *reference, const struct grid *grid,
			struct perf *p);

/* ---- hmat-writer.c: the table ---- */

/* The values that the new table gives one target, as seen from its nearest initiators. */
struct hmat_column {
	uint32_t target; /* PXM */
	struct perf perf; /* as seen from @initiators */
	struct nodeset initiators; /* node numbers: the nearest nodes with CPUs */
};

struct hmat_content {
	const struct hmat *old; /* the table whose other values are kept, or NULL */
	const struct srat *srat; /* names the initiators' PXMs */
	const struct nodeset *cpus;
	struct grid grid;
	const struct hmat_column *columns;
	size_t nr_columns;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision;
};

/*
 * Keeps these values of @old: those of other targets (such as generic ports), those of caches, and
 * those that other initiators have for the columns' targets. The last are dropped where they are CPUs
 * that would win or tie with @initiators. Returns 0, or -ENOMEM or -E2BIG with a message. The caller
 * frees *table with acpi_table_free().
 */
int hmat_write(const struct hmat_content *c, struct acpi_table *table);

/* The largest of the values that are kept of @old, and their common divisor, for grid_base(). */
void hmat_kept(const struct hmat *old, bool bandwidth, int64_t *largest, int64_t *divisor);

/* ---- cpio.c ---- */

/* Writes the archive with @table to @path with new_file_write(). 0 or -errno with a message. */
int archive_write(const char *path, bool force, const struct acpi_table *table);

/* ---- acpi.c ---- */

struct acpi_node {
	int node;
	uint32_t pxm;
	bool in_table; /* the table has values for it */
	bool corrected; /* @perf is not what is known, but what makes the kernel follow the plan */
	struct perf perf;
	struct nodeset initiators;
	__s32 adistance; /* what the kernel will compute; 0: nothing, so it keeps its default */
};

struct acpi_export {
	struct acpi_table hmat;
	bool overrides; /* it replaces a table of the firmware */
	bool beside; /* the firmware has one, but it is broken */
	struct acpi_node *nodes; /* the nodes with memory, ordered by number */
	size_t count;
};

/*
 * Makes the HMAT for the machine below @root from what is known about the nodes of @m, corrected
 * for @plan, which may be NULL. The result is checked by reading it back as the kernel does. Returns
 * 0, or -EINVAL if an HMAT cannot express this, -EACCES or -ENOMEM, with a message. The caller frees
 * *export with acpi_free().
 */
int acpi_make(const char *root, const struct machine *m, const struct plan *plan,
	      struct acpi_export **export);
void acpi_free(struct acpi_export *e);

/* Prints what the table contains and how to boot with the archive at @path. */
void acpi_print(const struct acpi_export *e, const char *path, FILE *out);

static inline void cleanup_acpi(struct acpi_export **e)
{
	acpi_free(*e);
}

#endif
