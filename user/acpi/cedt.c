// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/cedt.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

#define CEDT_HEADER ACPI_HEADER

/* The layout of a window's structure, CFMWS: offsets in bytes. */
enum {
	SUBTABLE_LENGTH = 2, /* u16, in every structure */
	SUBTABLE_HEADER = 4,

	CFMWS = 1, /* the type */
	CFMWS_BASE = 8,
	CFMWS_SIZE = 16,
	CFMWS_WAYS = 24,
	CFMWS_RESTRICTIONS = 32,
	CFMWS_LENGTH = 36, /* without targets */
	CFMWS_TARGET = 4, /* the size of a target */
};

/*
 * Decodes the "encoded number of interleave ways": 0 to 4 are 1, 2, 4, 8, 16; 8 to 10 are 3, 6,
 * 12. Returns 0 for any other.
 */
static int ways(uint8_t encoded)
{
	if (encoded <= 4)
		return 1 << encoded;
	return encoded >= 8 && encoded <= 10 ? 3 << (encoded - 8) : 0;
}

static struct cedt_window read_window(const struct acpi_table *t, size_t at, uint16_t length)
{
	struct cedt_window w = {
		.base = acpi_u64(t, at + CFMWS_BASE),
		.size = acpi_u64(t, at + CFMWS_SIZE),
		.restrictions = acpi_u16(t, at + CFMWS_RESTRICTIONS),
		.node = CEDT_NO_NODE,
	};
	int i, count = ways(t->bytes[at + CFMWS_WAYS]);

	for (i = 0; i < count && CFMWS_LENGTH + CFMWS_TARGET * (i + 1) <= length; i++)
		w.targets[i] = acpi_u32(t, at + CFMWS_LENGTH + CFMWS_TARGET * (size_t)i);
	w.nr_targets = i;
	return w;
}

/* Rejects a window for which Linux would read on behind the structure or the table. */
static const char *check_window(const struct acpi_table *t, size_t at, uint16_t length)
{
	if (length < CFMWS_LENGTH)
		return "a window's structure shorter than 36 bytes";
	if (t->length - at < CFMWS_LENGTH)
		return "a structure that extends beyond the end of the table";
	return NULL;
}

/*
 * Moves *at to the next window: acpi_parse_entries_array(). Returns why parsing stops, or NULL;
 * *found is false then at the end.
 */
static const char *next_window(const struct acpi_table *t, size_t *at, bool *found)
{
	*found = false;
	while (*at + SUBTABLE_HEADER < t->length) {
		uint16_t length = acpi_u16(t, *at + SUBTABLE_LENGTH);

		if (!length)
			return "a structure of length 0";
		*found = t->bytes[*at] == CFMWS;
		if (*found)
			return check_window(t, *at, length);
		*at += length;
	}
	return NULL;
}

/* memblock_addrs_overlap(), with sums that wrap as in numa_fill_memblks(). */
static bool overlaps(const struct srat *s, const struct cedt_window *w)
{
	size_t i;

	for (i = 0; i < s->nr_ranges; i++) {
		const struct srat_range *r = &s->ranges[i];

		if (r->length && w->base < r->base + r->length && r->base < w->base + w->size)
			return true;
	}
	return false;
}

static int highest_pxm(const struct srat *s)
{
	int node, highest = -1;

	for (node = 0; node < s->nr_nodes; node++)
		if (s->pxm[node] > highest)
			highest = s->pxm[node];
	return highest;
}

struct cedt_reader {
	const struct srat *srat;
	int next_pxm;
	int next_node;
};

/*
 * Gives the window a node unless SRAT describes it. False: no domain is left, and the kernel
 * stops reading.
 */
static bool number(struct cedt_reader *r, struct cedt_window *w)
{
	if (overlaps(r->srat, w))
		return true;
	if (r->next_pxm >= SRAT_MAX_PXM || r->next_node >= SRAT_MAX_PXM)
		return false;
	r->next_pxm++;
	w->node = r->next_node++;
	return true;
}

static int grow(struct cedt **c, const struct cedt_window *w)
{
	size_t count = *c ? (*c)->nr_windows : 0;
	struct cedt *grown = realloc(*c, sizeof(*grown) + (count + 1) * sizeof(*w));

	if (!grown)
		return -ENOMEM;
	*c = grown;
	grown->windows[count] = *w;
	grown->nr_windows = count + 1;
	return 0;
}

int cedt_parse(const struct acpi_table *t, const struct srat *srat, struct cedt **cedt, size_t *at,
	       const char **why)
{
	struct cedt_reader r = { srat, highest_pxm(srat) + 1, srat->nr_nodes };
	_cleanup_free_ struct cedt *c = calloc(1, sizeof(*c));
	struct cedt_window w;
	uint16_t length;
	bool found;

	if (!c)
		return -ENOMEM;
	*at = CEDT_HEADER;
	while (!(*why = next_window(t, at, &found)) && found) {
		length = acpi_u16(t, *at + SUBTABLE_LENGTH);
		w = read_window(t, *at, length);
		if (!number(&r, &w)) {
			*why = "a window for which no proximity domain is left";
			break;
		}
		if (grow(&c, &w))
			return -ENOMEM;
		*at += length;
	}
	*cedt = TAKE_PTR(c);
	return 0;
}

int cedt_read(const char *root, const struct srat *srat, struct cedt **c,
	      struct acpi_table_state *state)
{
	struct acpi_table t = {};
	int err = acpi_table_open(root, "CEDT", &t, state);

	if (err)
		return err;
	err = cedt_parse(&t, srat, c, &state->at, &state->ignored);
	/* If some windows were read before the error, the note is about the rest of the table. */
	acpi_table_close(&t, "CEDT", state, !err && state->ignored ? -EBADMSG : err);
	return err;
}
