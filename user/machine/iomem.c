// SPDX-License-Identifier: GPL-2.0-only
#include "machine/iomem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/driver-name.h"
#include "util/array.h"
#include "util/sysfs.h"

#define IOMEM "/proc/iomem"
#define IOMEM_MAX (1 << 20)
#define INDENT 2 /* spaces a level: r_show(), kernel/resource.c */
#define DRIVER_MANAGED "System RAM (" /* and the driver's name, and ")" */

static int opened = -1;

void iomem_open(void)
{
	opened = sysfs_open("", IOMEM);
}

int iomem_text(const char *root, char **text, size_t *length)
{
	if (*root || opened < 0)
		return sysfs_bytes(root, IOMEM, IOMEM_MAX, text, length);
	return sysfs_reread(opened, IOMEM_MAX, text, length);
}

/* Reads a line such as "  100000000-13fffffff : Soft Reserved". */
static void parse_line(char *line, struct iomem *io)
{
	unsigned int indent = (unsigned int)strspn(line, " ");
	uint64_t from, to;
	int name = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &from, &to, &name) != 2 || !name ||
	    to < from || ARRAY_GROW(io->list, io->count))
		return;
	io->told |= to != 0;
	io->list[io->count++] = (struct iomem_range){ from, to, indent / INDENT, line + name };
}

void iomem_read(const char *root, struct iomem *io)
{
	char *line, *rest;
	size_t length;

	*io = (struct iomem){};
	if (iomem_text(root, &io->text, &length)) {
		io->text = NULL;
		return;
	}
	for (rest = io->text; (line = strsep(&rest, "\n"));)
		parse_line(line, io);
}

void iomem_free(struct iomem *io)
{
	free(io->list);
	free(io->text);
}

bool iomem_driver(const struct iomem_range *range, char *driver, size_t size)
{
	const char *name = range->name + strlen(DRIVER_MANAGED);
	size_t length;

	if (strncmp(range->name, DRIVER_MANAGED, strlen(DRIVER_MANAGED)))
		return false;
	length = strcspn(name, ")");
	snprintf(driver, size, "%.*s", (int)length, name);
	if (strcmp(name + length, ")") || length >= size || !driver_name_is_valid(driver))
		*driver = 0;
	return true;
}
