// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the drivers that manage the memory of nodes: those that added it with
 * add_memory_driver_managed(), such as kmem, virtio_mem, and the driver of a GPU. /proc/iomem has
 * their names, and sysfs the blocks of each node.
 */
#include <string.h>

#include "machine/facts.h"
#include "machine/iomem.h"
#include "policy/driver-name.h"
#include "util/cleanup.h"
#include "util/sysfs.h"

struct search {
	const struct iomem *io;
	uint64_t block_size;
	size_t blocks;
	size_t managed; /* of these, those that a driver manages */
	char driver[DRIVER_NAME_MAX + 1]; /* that manages them; "" if there are several */
};

static void add_driver(struct search *s, const char *driver)
{
	if (!s->managed++)
		strcpy(s->driver, driver);
	else if (strcmp(s->driver, driver))
		*s->driver = 0;
}

static void visit_block(const char *name, void *arg)
{
	char driver[DRIVER_NAME_MAX + 1];
	unsigned long long number;
	struct search *s = arg;
	uint64_t at;
	size_t i;

	if (sscanf(name, "memory%llu", &number) != 1 ||
	    __builtin_mul_overflow(number, s->block_size, &at))
		return;
	s->blocks++;
	for (i = 0; i < s->io->count; i++) {
		const struct iomem_range *r = &s->io->list[i];

		if (r->from <= at && at <= r->to && iomem_driver(r, driver, sizeof(driver))) {
			add_driver(s, driver);
			return;
		}
	}
}

/* Memory of its own that a node has as well, without a driver, is most likely what it is known for. */
static void find_driver(const char *root, int node, struct search *s, struct machine_node *n)
{
	char path[64];

	s->blocks = s->managed = 0;
	snprintf(path, sizeof(path), SYSFS_NODES "/node%d", node);
	sysfs_each(root, path, "memory", visit_block, s);
	n->driver_managed = s->blocks && s->managed == s->blocks;
	if (n->driver_managed && *s->driver)
		machine_set_fact(n, TIERBPF_FACT_DRIVER, driver_name_value(s->driver), SOURCE_IOMEM);
}

void machine_read_drivers(const char *root, uint64_t block_size, struct machine *m)
{
	_cleanup_(cleanup_iomem) struct iomem io;
	struct search s = { .io = &io, .block_size = block_size };
	int i;

	iomem_read(root, &io);
	for (i = 0; io.told && block_size && i < m->nr_nodes; i++)
		if (m->nodes[i].possible)
			find_driver(root, i, &s, &m->nodes[i]);
}
