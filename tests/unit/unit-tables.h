/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers for the tests of firmware tables. */
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

/* Appends @length zero bytes and returns their offset. */
size_t draft_add(struct draft *d, size_t length);

void draft_put8(struct draft *d, size_t at, uint8_t value);
void draft_put16(struct draft *d, size_t at, uint16_t value);
void draft_put32(struct draft *d, size_t at, uint32_t value);
void draft_put64(struct draft *d, size_t at, uint64_t value);

/*
 * Copies @length bytes to memory of exactly that size, so that reading one byte too far is found,
 * and takes them as a table. The caller calls acpi_table_free(). NULL, or what is wrong with its
 * header.
 */
const char *table_of(struct acpi_table *t, const char *signature, const void *bytes, size_t length);

/* Sets the length in a draft's header, and returns the draft as a table, like table_of(). */
struct acpi_table draft_table(struct draft *d, const char *signature);

/*
 * An SRAT with an enabled processor in each PXM of @cpus, then memory in each of @memory; -1 ends
 * both lists.
 */
struct srat *srat_of(const int *cpus, const int *memory);

#define PXMS(...) ((const int[]){ __VA_ARGS__ __VA_OPT__(, ) - 1 })

/* ---- files ---- */

/* Returns the content of a file, which the caller frees; NULL if there is none. */
uint8_t *file_bytes(const char *dir, const char *name, size_t *length);

/* Reads a JSON file with all numbers as doubles; NULL if there is none. */
json_t *file_json(const char *dir, const char *name);

/* Calls the function for each folder of @top and returns the sum of its results. */
int each_folder(const char *top, int (*call)(const char *dir));

/*
 * Path @name in folder TIERBPF_DATA, which has data too large for the tree; skips the test if
 * there is none.
 */
char *more_data(const char *name);

/*
 * Calls the function with damaged copies of a file: cut at any length, or with any byte replaced.
 */
void each_damage(const uint8_t *bytes, size_t length,
		 void (*call)(const void *bytes, size_t length, void *arg), void *arg);

#endif
