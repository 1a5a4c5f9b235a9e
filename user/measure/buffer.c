// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "measure/loops-and-buffer.h"
#include "util/cleanup.h"
#include "util/msg.h"

#define HUGE_PAGE ((size_t)2 << 20)

/* Without MPOL_BIND, pages would come from another node where this one is short of memory. */
static int bind_to(int node, struct buffer *b)
{
	struct bitmask *nodes = numa_bitmask_alloc((unsigned int)numa_num_possible_nodes());
	long err;

	numa_bitmask_setbit(nodes, (unsigned int)node);
	err = mbind(b->mapping, b->mapped, MPOL_BIND, nodes->maskp, nodes->size + 1, MPOL_MF_STRICT);
	numa_bitmask_free(nodes);
	return err ? fail(-EIO, "node %d: cannot use its memory: %s (a cpuset?)", node,
			  strerror(errno)) :
		     0;
}

/* Asks the kernel for the node of each huge page, to be sure that the right node is measured. */
static int check_pages(int node, const struct buffer *b)
{
	size_t at;
	int is = -1;

	for (at = 0; at < b->bytes; at += HUGE_PAGE) {
		if (get_mempolicy(&is, NULL, 0, (char *)b->memory + at, MPOL_F_NODE | MPOL_F_ADDR))
			return fail(-EIO, "node %d: cannot find out where its pages are: %s", node,
				    strerror(errno));
		if (is != node)
			return fail(-EIO, "node %d: its pages are on node %d", node, is);
	}
	return 0;
}

int buffer_new(int node, size_t bytes, struct buffer *buffer)
{
	_cleanup_(cleanup_buffer) struct buffer b = { .bytes = bytes, .mapped = bytes + HUGE_PAGE };
	int err;

	b.mapping = mmap(NULL, b.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (b.mapping == MAP_FAILED) {
		b.mapping = NULL;
		return fail(-ENOMEM, "node %d: %s", node, strerror(errno));
	}
	b.memory = (void *)(((uintptr_t)b.mapping + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	err = bind_to(node, &b);
	if (err)
		return err;
	madvise(b.memory, b.bytes,
		MADV_HUGEPAGE); /* may fail: a kernel without huge pages uses small ones */
	memset(b.memory, 1, b.bytes);
	err = check_pages(node, &b);
	if (!err) {
		*buffer = b;
		b.mapping = NULL;
	}
	return err;
}

void buffer_free(struct buffer *b)
{
	if (b->mapping)
		munmap(b->mapping, b->mapped);
	b->mapping = NULL;
}

/* Adds up AnonHugePages of the buffer's mappings in /proc/self/smaps. */
bool buffer_is_huge(const struct buffer *b)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/smaps", "re");
	uintptr_t from, to, start = (uintptr_t)b->memory;
	unsigned long long kb, sum = 0;
	bool within = false;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			within = from < start + b->bytes && to > start;
		else if (within && sscanf(line, "AnonHugePages: %llu kB", &kb) == 1)
			sum += kb;
	}
	return sum * 1024 > b->bytes / 2;
}

/* xorshift64*: the order need only be too random for a prefetcher to predict. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

static void **line(const struct buffer *b, size_t index)
{
	return (void **)((char *)b->memory + index * CACHE_LINE);
}

/* Sattolo's algorithm gives a random permutation that is one cycle. */
void buffer_make_cycle(struct buffer *b)
{
	size_t i, j, count = b->bytes / CACHE_LINE;
	uint64_t state = 0x9e3779b97f4a7c15ULL;
	void *next;

	for (i = 0; i < count; i++)
		*line(b, i) = line(b, i);
	for (i = count - 1; i > 0; i--) {
		j = (size_t)(((__uint128_t)next_random(&state) * i) >> 64);
		next = *line(b, i);
		*line(b, i) = *line(b, j);
		*line(b, j) = next;
	}
}
