// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the reader of CDAT, from a card or a switch. Each input is read unchanged, and again with a
 * correct length and checksum, which most inputs lack.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/cdat.h"

/* Like assert(), which may be compiled out. */
#define must(condition)                                                                          \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "%s:%d: must be: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                 \
		}                                                                                \
	} while (0)

static void check_perf(const struct perf *p)
{
	enum coordinate c;

	for (c = 0; c < NR_COORDINATES; c++)
		must(p->value[c] >= 0 && p->value[c] <= UINT32_MAX);
	must(p->value[READ_LATENCY] <= 4294968 && p->value[WRITE_LATENCY] <= 4294968);
}

static void check_memory(const struct cdat *c)
{
	const struct cdat_memory *found;
	size_t i, j;

	must(c->nr_memory <= CDAT_MAX_MEMORY);
	for (i = 0; i < c->nr_memory; i++) {
		const struct cdat_memory *m = &c->memory[i];

		check_perf(&m->perf);
		for (j = 0; j < i; j++)
			must(c->memory[j].handle != m->handle);
		found = cdat_find(c, m->base, m->length);
		must(!found == !m->length);
		must(!found || (found <= m && found->base <= m->base));
		must(!cdat_find(c, m->base, 0));
	}
}

/* Reads from memory of exactly this size, so that an access one byte beyond is found. */
static void parse(const uint8_t *data, size_t size)
{
	struct cdat *c, *untouched = (struct cdat *)&c;
	uint16_t port = 0;
	const char *why = NULL;
	size_t at = SIZE_MAX;
	int err;

	/* These bytes of the header have no meaning. */
	if (size >= 8)
		memcpy(&port, data + 6, sizeof(port));
	c = untouched;
	err = cdat_parse(data, size, port, &c, &at, &why);
	must(err == 0 || err == -EBADMSG);
	must(at <= size + UINT16_MAX);
	if (err) {
		must(c == untouched && why && *why);
		return;
	}
	check_memory(c);
	check_perf(&c->port);
	cdat_free(c);
}

static void correct(uint8_t *data, size_t size)
{
	uint32_t length = (uint32_t)size;
	uint8_t sum = 0;
	size_t i;

	memcpy(data, &length, sizeof(length));
	data[5] = 0;
	for (i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	data[5] = (uint8_t)-sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);

	if (size)
		memcpy(copy, data, size);
	parse(copy, size);
	if (size >= 16) {
		correct(copy, size);
		parse(copy, size);
	}
	free(copy);
	return 0;
}
