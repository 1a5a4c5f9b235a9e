// SPDX-License-Identifier: GPL-2.0-only
#include "json/pool.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#define CHUNK ((size_t)256 * 1024)
#define ALIGN _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	_Alignas(max_align_t) char bytes[];
};

static struct chunk *chunks; /* newest first */
static char *at;	 /* the free bytes of the newest chunk */
static size_t left;
static json_malloc_t usual_malloc;
static json_free_t usual_free;

static void *add_chunk(size_t size)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		return NULL;
	c->next = chunks;
	chunks = c;
	at = c->bytes;
	left = size;
	return at;
}

static void *take(size_t size)
{
	void *piece;

	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (size > left && !add_chunk(size > CHUNK ? size : CHUNK))
		return NULL;
	piece = at;
	at += size;
	left -= size;
	return piece;
}

static void leave(void *piece)
{
}

void pool_begin(void)
{
	json_get_alloc_funcs(&usual_malloc, &usual_free);
	json_set_alloc_funcs(take, leave);
}

void pool_end(void)
{
	json_set_alloc_funcs(usual_malloc, usual_free);
	while (chunks) {
		struct chunk *next = chunks->next;

		free(chunks);
		chunks = next;
	}
	at = NULL;
	left = 0;
}
