// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/srat.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

#define SRAT_HEADER 48
#define SUBTABLE_HEADER 2

#define ENABLED 1U

/* The subtables that are read (ACPI 6.5, 5.2.16): types, offsets in bytes, and minimum lengths. */
enum {
	SUBTABLE_LENGTH = 1, /* u8 */

	LAPIC = 0, /* 5.2.16.1, Processor Local APIC/SAPIC Affinity */
	LAPIC_PXM = 2, /* the lowest 8 bits */
	LAPIC_FLAGS = 4,
	LAPIC_PXM_HIGH = 8, /* u32, whose upper 24 bits are those of the domain */
	LAPIC_LENGTH = 16,

	MEMORY = 1, /* 5.2.16.2, Memory Affinity */
	MEMORY_PXM = 2,
	MEMORY_BASE = 8,
	MEMORY_BYTES = 16,
	MEMORY_FLAGS = 28,
	MEMORY_LENGTH = 40,

	X2APIC = 2, /* 5.2.16.3, Processor Local x2APIC Affinity */
	X2APIC_PXM = 4,
	X2APIC_FLAGS = 12,
	X2APIC_LENGTH = 24,

	GENERIC_INITIATOR = 5, /* 5.2.16.6, Generic Initiator Affinity */
	GENERIC_PORT = 6, /* 5.2.16.7, Generic Port Affinity: same layout */
	GENERIC_HANDLE_TYPE = 3,
	GENERIC_PXM = 4,
	GENERIC_HANDLE = 8,
	GENERIC_FLAGS = 24,
	GENERIC_LENGTH = 28, /* without the reserved bytes at the end */
};

/* The kernel reads the table in three passes; its HMAT driver does the last one. */
enum pass { INITIATORS, RANGES, PORTS };

struct reader {
	const struct acpi_table *table;
	struct srat *srat;
	const char *why; /* the reason to reject the table; NULL: none so far */
	bool done;  /* the rest of the table does not count in this pass */
};

static void bad(struct reader *r, const char *why)
{
	r->why = why;
}

/*
 * acpi_map_pxm_to_node(): domains are numbered in order of appearance. The kernel's pxm is an
 * int.
 */
static int map_pxm(struct srat *s, uint32_t pxm)
{
	if (pxm >= SRAT_MAX_PXM)
		return SRAT_NO_NODE;
	if (s->node[pxm] == SRAT_NO_NODE) {
		s->pxm[s->nr_nodes] = (int)pxm;
		s->node[pxm] = s->nr_nodes++;
	}
	return s->node[pxm];
}

static void map_cpu(struct reader *r, uint32_t pxm)
{
	int node = map_pxm(r->srat, pxm);

	if (node == SRAT_NO_NODE)
		return bad(r, "a processor in a proximity domain above 1023");
	nodeset_add(&r->srat->cpus, node);
}

/* The upper 24 bits of the domain exist since revision 2. */
static void read_lapic(struct reader *r, size_t at, uint8_t length)
{
	const uint8_t *p = r->table->bytes + at;
	uint32_t pxm = p[LAPIC_PXM];

	if (length != LAPIC_LENGTH)
		return bad(r, "a processor affinity structure that is not 16 bytes long");
	if (!(acpi_u32(r->table, at + LAPIC_FLAGS) & ENABLED))
		return;
	if (r->table->revision >= 2)
		pxm |= (acpi_u32(r->table, at + LAPIC_PXM_HIGH) & 0xffffff00);
	map_cpu(r, pxm);
}

/*
 * Linux skips a structure whose APIC ID is not possible in the current mode of the APIC. That is
 * not checked here: a machine whose table has such IDs also runs in the mode that allows them.
 */
static void read_x2apic(struct reader *r, size_t at, uint8_t length)
{
	if (length < X2APIC_LENGTH)
		return bad(r, "an x2APIC affinity structure shorter than 24 bytes");
	if (acpi_u32(r->table, at + X2APIC_FLAGS) & ENABLED)
		map_cpu(r, acpi_u32(r->table, at + X2APIC_PXM));
}

/*
 * The kernel's handler returns an error if the initiator is disabled. acpi_parse_entries_array()
 * then calls no handler any more, so later processors get no node from this pass.
 */
static void read_initiator(struct reader *r, size_t at)
{
	int node = SRAT_NO_NODE;

	if (acpi_u32(r->table, at + GENERIC_FLAGS) & ENABLED)
		node = map_pxm(r->srat, acpi_u32(r->table, at + GENERIC_PXM));
	if (node == SRAT_NO_NODE)
		r->done = true;
	else
		nodeset_add(&r->srat->initiators, node);
}

/* srat_parse_genport_affinity() skips ports with a PCI handle. */
static void read_port(struct reader *r, size_t at)
{
	struct srat *s = r->srat;
	struct srat_port port = { .pxm = acpi_u32(r->table, at + GENERIC_PXM) };

	if (!(acpi_u32(r->table, at + GENERIC_FLAGS) & ENABLED) ||
	    r->table->bytes[at + GENERIC_HANDLE_TYPE] != 0)
		return;
	if (ARRAY_GROW(s->ports, s->nr_ports))
		return bad(r, "out of memory");
	memcpy(port.handle, r->table->bytes + at + GENERIC_HANDLE, sizeof(port.handle));
	s->ports[s->nr_ports++] = port;
}

static void read_memory(struct reader *r, size_t at, uint8_t length)
{
	struct srat *s = r->srat;
	struct srat_range range = {
		.pxm = acpi_u32(r->table, at + MEMORY_PXM),
		.base = acpi_u64(r->table, at + MEMORY_BASE),
		.length = acpi_u64(r->table, at + MEMORY_BYTES),
		.flags = acpi_u32(r->table, at + MEMORY_FLAGS),
	};

	if (length < MEMORY_LENGTH)
		return bad(r, "a memory affinity structure shorter than 40 bytes");
	if (!(range.flags & ENABLED))
		return;
	range.node = map_pxm(s, r->table->revision <= 1 ? range.pxm & 0xff : range.pxm);
	if (range.node == SRAT_NO_NODE)
		return bad(r, "memory in a proximity domain above 1023");
	if (range.length > UINT64_MAX - range.base)
		range.length = 0; /* numa_add_memblk_to() ignores the range, but the domain counts */
	if (s->nr_ranges == SRAT_MAX_RANGES)
		return bad(r, "more than 2048 ranges of memory");
	s->ranges[s->nr_ranges++] = range;
}

/* The number of bytes of a subtable that a pass reads; 0: the pass skips it. */
static size_t needed(uint8_t type, enum pass pass)
{
	switch (type) {
	case LAPIC:
		return pass == INITIATORS ? LAPIC_LENGTH : 0;
	case X2APIC:
		return pass == INITIATORS ? X2APIC_LENGTH : 0;
	case GENERIC_INITIATOR:
		return pass == INITIATORS ? GENERIC_LENGTH : 0;
	case MEMORY:
		return pass == RANGES ? MEMORY_LENGTH : 0;
	case GENERIC_PORT:
		return pass == PORTS ? GENERIC_LENGTH : 0;
	}
	return 0;
}

static void read_subtable(struct reader *r, size_t at, enum pass pass)
{
	uint8_t type = r->table->bytes[at], length = r->table->bytes[at + SUBTABLE_LENGTH];
	size_t need = needed(type, pass);

	if (!need || r->done)
		return;
	/* Linux would read on behind the table. */
	if (r->table->length - at < need)
		return bad(r, "a structure that extends beyond the end of the table");
	if (type == LAPIC)
		read_lapic(r, at, length);
	else if (type == X2APIC)
		read_x2apic(r, at, length);
	else if (type == GENERIC_INITIATOR)
		read_initiator(r, at);
	else if (type == GENERIC_PORT)
		read_port(r, at);
	else
		read_memory(r, at, length);
}

/*
 * acpi_parse_entries_array(): a subtable is read if more than its header is within the table;
 * its length is not compared with the end of the table. Returns the offset where it stopped.
 */
static size_t walk(struct reader *r, enum pass pass)
{
	size_t at = SRAT_HEADER;

	r->done = false;
	while (at + SUBTABLE_HEADER < r->table->length) {
		read_subtable(r, at, pass);
		if (!r->why && !r->table->bytes[at + SUBTABLE_LENGTH])
			bad(r, "a structure of length 0");
		if (r->why)
			break;
		at += r->table->bytes[at + SUBTABLE_LENGTH];
	}
	return at;
}

static struct srat *srat_new(void)
{
	struct srat *s = calloc(1, sizeof(*s));
	int i;

	if (!s)
		return NULL;
	for (i = 0; i < SRAT_MAX_PXM; i++)
		s->node[i] = s->pxm[i] = SRAT_NO_NODE;
	s->ranges = calloc(SRAT_MAX_RANGES, sizeof(*s->ranges));
	if (s->ranges)
		return s;
	free(s);
	return NULL;
}

void srat_free(struct srat *s)
{
	if (s) {
		free(s->ranges);
		free(s->ports);
	}
	free(s);
}

bool srat_has_target(const struct srat *s, uint32_t pxm)
{
	size_t i;

	for (i = 0; i < s->nr_ranges; i++)
		if (s->ranges[i].pxm == pxm)
			return true;
	for (i = 0; i < s->nr_ports; i++)
		if (s->ports[i].pxm == pxm)
			return true;
	return false;
}

/*
 * Domains of processors and generic initiators are numbered before those of memory; ports get no
 * node.
 */
int srat_parse(const struct acpi_table *t, struct srat **srat, size_t *at, const char **why)
{
	_cleanup_(cleanup_srat) struct srat *s = srat_new();
	struct reader r = { .table = t, .srat = s };
	enum pass pass;

	if (!s)
		return -ENOMEM;
	for (pass = INITIATORS; pass <= PORTS && !r.why; pass++)
		*at = walk(&r, pass);
	*why = r.why;
	if (r.why)
		return -EBADMSG;
	if (!s->nr_ranges)
		return -ENOENT; /* acpi_numa_init() does the same */
	*srat = TAKE_PTR(s);
	return 0;
}

int srat_read(const char *root, struct srat **s, struct acpi_table_state *state)
{
	struct acpi_table t = {};
	int err = acpi_table_open(root, "SRAT", &t, state);

	if (err)
		return err;
	err = srat_parse(&t, s, &state->at, &state->ignored);
	return acpi_table_close(&t, "SRAT", state, err);
}
