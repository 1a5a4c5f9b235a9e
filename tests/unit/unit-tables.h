/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of firmware tables share. */
#ifndef UNIT_TABLES_H
#define UNIT_TABLES_H

#include <jansson.h>

#include "unit.h"

#include "acpi/srat.h"

/* ---- a table, piece by piece ---- */

struct draft {
	uint8_t bytes[65536];
	size_t length;
};

void draft_start(struct draft *d, const char *signature, uint8_t revision, size_t header);

/* Adds @length zeros; returns where they begin. */
size_t draft_add(struct draft *d, size_t length);

void draft_put8(struct draft *d, size_t at, uint8_t value);
void draft_put16(struct draft *d, size_t at, uint16_t value);
void draft_put32(struct draft *d, size_t at, uint32_t value);
void draft_put64(struct draft *d, size_t at, uint64_t value);

/*
 * The table of @length bytes, in memory of just that size, so that one byte too far is found;
 * acpi_table_free() it. NULL, or what is wrong with its header.
 */
const char *table_of(struct acpi_table *t, const char *signature, const void *bytes, size_t length);

/* The same of a draft, whose header's length is set first. */
struct acpi_table draft_table(struct draft *d, const char *signature);

/* A SRAT: an enabled processor in each PXM of @cpus, then memory in each of @memory; -1 ends. */
struct srat *srat_of(const int *cpus, const int *memory);

#define PXMS(...) ((const int[]){ __VA_ARGS__ __VA_OPT__(, ) - 1 })

/* ---- files ---- */

/* Its bytes, for the caller to free; NULL if it is not there. */
uint8_t *file_bytes(const char *dir, const char *name, size_t *length);

/* All numbers are doubles. */
json_t *file_json(const char *dir, const char *name);

/* Calls it for each folder of @top; the sum of what it returns. */
int each_folder(const char *top, int (*call)(const char *dir));

/* More than belongs into the tree, in folder TIERBPF_DATA; skips the test where it is not. */
char *more_data(const char *name);

/* Damages a file's bytes in each way: cut anywhere, any byte replaced. Calls with each. */
void each_damage(const uint8_t *bytes, size_t length,
		 void (*call)(const void *bytes, size_t length, void *arg), void *arg);

#endif
