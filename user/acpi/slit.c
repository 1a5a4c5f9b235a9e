// SPDX-License-Identifier: GPL-2.0-only
#include "acpi/slit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Offsets in the table (ACPI 6.5, 5.2.17): the count is a u64, then a byte follows for each pair
 * of domains.
 */
#define COUNT ACPI_HEADER
#define DISTANCES (COUNT + 8)

#define LOCAL_DISTANCE 10 /* include/linux/topology.h */

static const char *check_count(const struct acpi_table *t, uint64_t count, size_t *at)
{
	uint64_t room = t->length > DISTANCES ? t->length - DISTANCES : 0;

	*at = COUNT;
	if (t->length < DISTANCES)
		return "too short to have a number of domains";
	if (count && count > room / count)
		return "more domains than there are distances for";
	return NULL;
}

static const char *check_distances(const struct acpi_table *t, size_t count, size_t *at)
{
	size_t i;

	for (i = 0; i < count * count; i++) {
		bool self = i / count == i % count;
		uint8_t distance = t->bytes[DISTANCES + i];

		*at = DISTANCES + i;
		if (self && distance != LOCAL_DISTANCE)
			return "a distance of a domain to itself that is not 10";
		if (!self && distance <= LOCAL_DISTANCE)
			return "a distance between two domains that is not above 10";
	}
	return NULL;
}

int slit_parse(const struct acpi_table *t, struct slit **slit, size_t *at, const char **why)
{
	uint64_t count = acpi_u64(t, COUNT);
	struct slit *s;

	*why = check_count(t, count, at);
	if (!*why)
		*why = check_distances(t, (size_t)count, at);
	if (*why)
		return -EBADMSG;
	s = malloc(sizeof(*s) + (size_t)(count * count));
	if (!s)
		return -ENOMEM;
	s->count = (size_t)count;
	memcpy(s->distances, t->bytes + DISTANCES, s->count * s->count);
	*slit = s;
	return 0;
}

int slit_read(const char *root, struct slit **s, struct acpi_table_state *state)
{
	struct acpi_table t = {};
	int err = acpi_table_open(root, "SLIT", &t, state);

	if (err)
		return err;
	err = slit_parse(&t, s, &state->at, &state->ignored);
	return acpi_table_close(&t, "SLIT", state, err);
}

/* Nodes of CXL windows have PXMs that the kernel invented, which are not in the table. */
static bool index_of(const struct slit *s, const struct srat *srat, int node, size_t *index)
{
	if (node < 0 || node >= srat->nr_nodes)
		return false;
	*index = (size_t)srat->pxm[node];
	return *index < s->count;
}

int slit_distance(const struct slit *s, const struct srat *srat, int from, int to)
{
	size_t i, j;

	if (!index_of(s, srat, from, &i) || !index_of(s, srat, to, &j))
		return 0;
	return s->distances[i * s->count + j];
}
