/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/iomem: the ranges of physical addresses, and who has them. The kernel shows the addresses
 * only to who had CAP_SYS_ADMIN when the file was opened; all others read 0.
 */
#ifndef IOMEM_H
#define IOMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iomem_range {
	uint64_t from;
	uint64_t to; /* inclusive */
	unsigned int depth; /* 0, or 1 more than that of the range around it */
	const char *name; /* "System RAM (kmem)" */
};

struct iomem {
	struct iomem_range *list; /* in the order of the file: a range precedes those within it */
	size_t count;
	bool told; /* addresses are known */
	char *text; /* has the names */
};

/*
 * Opens the file of the running system for all later reads. Call it before capabilities are dropped, so
 * that addresses are known and no capability has to be kept for them.
 */
void iomem_open(void);

/* Reads the text. 0, and the caller frees *text; or -errno. */
int iomem_text(const char *root, char **text, size_t *length);

/* Reads and parses it; the caller frees *io with iomem_free(). It is empty if the file cannot be read. */
void iomem_read(const char *root, struct iomem *io);
void iomem_free(struct iomem *io);

/*
 * The driver of memory that was added with add_memory_driver_managed(), whose range is named
 * "System RAM (DRIVER)": its name in @driver (of @size bytes), "" if it is not a valid name. False if no
 * driver manages the range.
 */
bool iomem_driver(const struct iomem_range *range, char *driver, size_t size);

static inline void cleanup_iomem(struct iomem *io)
{
	iomem_free(io);
}

#endif
