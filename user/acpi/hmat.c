// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/hmat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acpi/hmat-layout.h"
#include "util/array.h"
#include "util/cleanup.h"

struct reader {
	struct hmat *hmat;
	const struct srat *srat;	 /* or NULL */
	uint16_t levels[SRAT_MAX_PXM]; /* bit mask of cache levels, by PXM */
};

/* Reasons why the table is rejected, returned by several handlers; NULL would mean success. */
static const char out_of_memory[] = "out of memory";
static const char behind_the_end[] = "a structure that extends beyond the end of the table";

static bool is_there(const struct hmat *h, size_t at, uint64_t length)
{
	return h->table.length - at >= length;
}

/* ---- memory and its attached initiator: hmat_parse_proximity_domain() ---- */

static bool has_node(const struct srat *s, uint32_t pxm)
{
	return pxm < SRAT_MAX_PXM && s->node[pxm] != SRAT_NO_NODE;
}

/* Revision 1 may mark the structure as not about memory; the kernel ignores it then. */
static bool is_of_memory(const struct hmat *h, const struct hmat_memory *m)
{
	return h->table.revision > 1 || m->flags & HMAT_MEMORY_VALID;
}

static const char *read_memory(struct reader *r, size_t at, uint32_t length)
{
	const struct acpi_table *t = &r->hmat->table;
	struct hmat_memory memory = {
		.at = at,
		.flags = acpi_u16(t, at + MEMORY_FLAGS),
		.initiator = acpi_u32(t, at + MEMORY_INITIATOR),
		.pxm = acpi_u32(t, at + MEMORY_PXM),
	};

	if (length != MEMORY_LENGTH)
		return "a memory domain structure that is not 40 bytes long";
	if (!is_there(r->hmat, at, MEMORY_LENGTH))
		return behind_the_end;
	if (!is_of_memory(r->hmat, &memory))
		memory.flags = 0;
	else if (r->srat && !srat_has_target(r->srat, memory.pxm))
		return "memory of a domain that has none in SRAT";
	if (memory.flags & HMAT_INITIATOR_VALID && r->srat && !has_node(r->srat, memory.initiator))
		return "memory attached to an initiator that is not in SRAT";
	if (ARRAY_GROW(r->hmat->memory, r->hmat->nr_memory))
		return out_of_memory;
	r->hmat->memory[r->hmat->nr_memory++] = memory;
	return NULL;
}

/* ---- latencies and bandwidths: hmat_parse_locality() ---- */

/* The kernel computes the needed size in u32, which may wrap, and compares it with the length. */
static const char *check_size(const struct hmat *h, const struct hmat_locality *l, uint32_t length)
{
	unsigned __int128 i = l->nr_initiators, j = l->nr_targets;
	unsigned __int128 size =
		LOCALITY_LENGTH + LOCALITY_ENTRY * i * j + LOCALITY_DOMAIN * (i + j);

	if (length < (uint32_t)size)
		return "a locality structure too short for its domains";
	if (size > length)
		return "a locality structure with so many domains that their number overflows: Linux "
		       "crashes on it at boot (6.12 to 7.3)";
	return is_there(h, l->at, (uint64_t)size) ? NULL : behind_the_end;
}

static const char *read_locality(struct reader *r, size_t at, uint32_t length)
{
	const struct acpi_table *t = &r->hmat->table;
	struct hmat_locality locality = { .at = at };
	const char *why;

	if (length < LOCALITY_LENGTH)
		return "a locality structure shorter than 32 bytes";
	if (!is_there(r->hmat, at, LOCALITY_LENGTH))
		return behind_the_end;
	locality.flags = t->bytes[at + LOCALITY_FLAGS];
	locality.type = t->bytes[at + LOCALITY_DATA_TYPE];
	locality.nr_initiators = acpi_u32(t, at + LOCALITY_INITIATORS);
	locality.nr_targets = acpi_u32(t, at + LOCALITY_TARGETS);
	locality.base = acpi_u64(t, at + LOCALITY_BASE);
	why = check_size(r->hmat, &locality, length);
	if (why)
		return why;
	if (ARRAY_GROW(r->hmat->localities, r->hmat->nr_localities))
		return out_of_memory;
	r->hmat->localities[r->hmat->nr_localities++] = locality;
	return NULL;
}

uint32_t hmat_initiator(const struct hmat *h, const struct hmat_locality *l, uint32_t i)
{
	return acpi_u32(&h->table, l->at + LOCALITY_LENGTH + (size_t)i * LOCALITY_DOMAIN);
}

uint32_t hmat_target(const struct hmat *h, const struct hmat_locality *l, uint32_t j)
{
	return acpi_u32(&h->table,
			l->at + LOCALITY_LENGTH + ((size_t)l->nr_initiators + j) * LOCALITY_DOMAIN);
}

uint16_t hmat_entry(const struct hmat *h, const struct hmat_locality *l, uint32_t i, uint32_t j)
{
	size_t entries = l->at + LOCALITY_LENGTH +
			 ((size_t)l->nr_initiators + l->nr_targets) * LOCALITY_DOMAIN;

	return acpi_u16(&h->table, entries + ((size_t)i * l->nr_targets + j) * LOCALITY_ENTRY);
}

static const struct {
	enum hmat_type alone, access;
} types[NR_COORDINATES] = {
	[READ_LATENCY] = { HMAT_READ_LATENCY, HMAT_ACCESS_LATENCY },
	[WRITE_LATENCY] = { HMAT_WRITE_LATENCY, HMAT_ACCESS_LATENCY },
	[READ_BANDWIDTH] = { HMAT_READ_BANDWIDTH, HMAT_ACCESS_BANDWIDTH },
	[WRITE_BANDWIDTH] = { HMAT_WRITE_BANDWIDTH, HMAT_ACCESS_BANDWIDTH },
};

enum hmat_type hmat_type_of(enum coordinate c)
{
	return types[c].alone;
}

bool hmat_gives(uint8_t type, enum coordinate c)
{
	return type == types[c].alone || type == types[c].access;
}

/*
 * hmat_normalize(), including that its u32 wraps: the kernel treats values near 2^32 as absent.
 * Latencies of revision 1 are in tenths of ns but are taken as ns, so they are ten times too
 * long; bandwidths are off likewise.
 */
uint32_t hmat_normalize(uint8_t revision, uint8_t type, uint64_t base, uint16_t entry)
{
	uint32_t value;

	if (entry == 0xffff || !entry || base > UINT32_MAX / entry)
		return 0;
	value = (uint32_t)(entry * base);
	if (revision == 1)
		return value < 10 ? 0 : (value + 9) / 10;
	return type <= HMAT_WRITE_LATENCY ? (value + 999) / 1000 : value;
}

uint32_t hmat_value(const struct hmat *h, const struct hmat_locality *l, uint16_t entry)
{
	return hmat_normalize(h->table.revision, l->type, l->base, entry);
}

/* ---- caches: hmat_parse_cache() ---- */

static void decode_cache(struct hmat_cache *c, uint16_t address_mode)
{
	static const enum hmat_indexing indexing[16] = {
		HMAT_INDEXING_OTHER,
		HMAT_DIRECT_MAPPED,
		HMAT_INDEXED,
		[3 ... 15] = HMAT_INDEXING_OTHER,
	};
	static const enum hmat_policy policy[16] = {
		HMAT_POLICY_OTHER,
		HMAT_WRITE_BACK,
		HMAT_WRITE_THROUGH,
		[3 ... 15] = HMAT_POLICY_OTHER,
	};

	c->level = c->attributes >> 4 & 0xf;
	c->indexing = indexing[c->attributes >> 8 & 0xf];
	c->policy = policy[c->attributes >> 12 & 0xf];
	c->line = (uint16_t)(c->attributes >> 16);
	c->extended_linear = c->indexing == HMAT_DIRECT_MAPPED && address_mode == 1;
}

/* node_add_cache() rejects a second cache of the same level. */
static bool is_first_of_level(struct reader *r, const struct hmat_cache *c)
{
	uint16_t bit = (uint16_t)(1U << c->level), *levels;

	if (c->pxm >= SRAT_MAX_PXM || (r->srat && !srat_has_target(r->srat, c->pxm)))
		return false;
	levels = &r->levels[c->pxm];
	if (*levels & bit)
		return false;
	*levels |= bit;
	return true;
}

static const char *read_cache(struct reader *r, size_t at, uint32_t length)
{
	const struct acpi_table *t = &r->hmat->table;
	struct hmat_cache cache = {
		.at = at,
		.pxm = acpi_u32(t, at + CACHE_PXM),
		.size = acpi_u64(t, at + CACHE_SIZE),
		.attributes = acpi_u32(t, at + CACHE_ATTRIBUTES),
	};

	if (length < CACHE_LENGTH)
		return "a cache structure shorter than 32 bytes";
	if (!is_there(r->hmat, at, CACHE_LENGTH))
		return behind_the_end;
	decode_cache(&cache, acpi_u16(t, at + CACHE_ADDRESS_MODE));
	cache.shown = is_first_of_level(r, &cache);
	if (ARRAY_GROW(r->hmat->caches, r->hmat->nr_caches))
		return out_of_memory;
	r->hmat->caches[r->hmat->nr_caches++] = cache;
	return NULL;
}

const struct hmat_cache *hmat_next_cache(const struct hmat *h, uint32_t pxm,
					 const struct hmat_cache *after)
{
	size_t i = after ? (size_t)(after - h->caches) + 1 : 0;

	for (; i < h->nr_caches; i++)
		if (h->caches[i].pxm == pxm && h->caches[i].shown)
			return &h->caches[i];
	return NULL;
}

/* ---- the table: hmat_init() ---- */

/*
 * acpi_parse_entries_array(): a subtable is read if more than its header is within the table;
 * its length is not compared with the end of the table. Sets *at to where it stopped.
 */
static const char *walk(struct reader *r, enum hmat_structure type, size_t *at)
{
	static const char *(*const readers[])(struct reader *, size_t, uint32_t) = {
		[HMAT_MEMORY] = read_memory,
		[HMAT_LOCALITY] = read_locality,
		[HMAT_CACHE] = read_cache,
	};
	const struct acpi_table *t = &r->hmat->table;
	const char *why = NULL;
	uint32_t length;

	for (*at = HMAT_HEADER; *at < t->length && t->length - *at > HMAT_STRUCTURE_HEADER;
	     *at += length) {
		length = acpi_u32(t, *at + HMAT_LENGTH);
		if (acpi_u16(t, *at + HMAT_TYPE) == type)
			why = readers[type](r, *at, length);
		if (!why && !length)
			why = "a structure of length 0";
		if (why || length > t->length - *at)
			return why;
	}
	return NULL;
}

static const char *read_all(struct reader *r, size_t *at)
{
	const char *why = NULL;
	enum hmat_structure type;

	*at = ACPI_REVISION;
	if (r->hmat->table.revision != 1 && r->hmat->table.revision != 2)
		return "neither revision 1 nor 2";
	for (type = HMAT_MEMORY; type < NR_HMAT_STRUCTURES && !why; type++)
		why = walk(r, type, at);
	return why;
}

static struct hmat *hmat_new(const struct acpi_table *t)
{
	struct hmat *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->table = *t;
	h->table.bytes = malloc(t->length);
	if (!h->table.bytes) {
		free(h);
		return NULL;
	}
	memcpy(h->table.bytes, t->bytes, t->length);
	return h;
}

void hmat_free(struct hmat *h)
{
	if (!h)
		return;
	acpi_table_free(&h->table);
	free(h->memory);
	free(h->localities);
	free(h->caches);
	free(h);
}

int hmat_parse(const struct acpi_table *t, const struct srat *srat, struct hmat **hmat, size_t *at,
	       const char **why)
{
	_cleanup_(cleanup_hmat) struct hmat *h = hmat_new(t);
	struct reader r = { .hmat = h, .srat = srat };

	if (!h)
		return -ENOMEM;
	*why = read_all(&r, at);
	if (*why)
		return *why == out_of_memory ? -ENOMEM : -EBADMSG;
	*hmat = TAKE_PTR(h);
	return 0;
}

int hmat_read(const char *root, const struct srat *srat, struct hmat **h,
	      struct acpi_table_state *state)
{
	struct acpi_table t = {};
	int err = acpi_table_open(root, "HMAT", &t, state);

	if (err)
		return err;
	if (!srat) {
		acpi_table_free(&t);
		state->ignored = "there is no SRAT to map its domains to nodes";
		return -EBADMSG;
	}
	err = hmat_parse(&t, srat, h, &state->at, &state->ignored);
	return acpi_table_close(&t, "HMAT", state, err);
}
