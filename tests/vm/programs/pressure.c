// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-pressure NODE MIB HOT SECONDS: binds itself to the memory of a node, like numactl
 * --balancing --membind=NODE, and writes MIB mebibytes. If some of them have been demoted, it
 * accesses HOT of these until three quarters of them are back on the node or SECONDS have passed.
 * In the end all memory must hold what was written. Prints how many MiB were not on the node, and
 * how many of the HOT ones are back.
 */
#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#ifndef MPOL_F_NUMA_BALANCING
#define MPOL_F_NUMA_BALANCING (1 << 13)
#endif

#define PAGE 4096UL
#define MIB (1UL << 20)

static unsigned char *memory;

static void die(const char *what)
{
	fprintf(stderr, "prog-pressure: %s: %s\n", what, strerror(errno));
	exit(2);
}

static unsigned long *page(unsigned long i)
{
	return (unsigned long *)(memory + i * PAGE);
}

/* Stores the first @max pages that are not on @node; returns the total number of such pages. */
static unsigned long pages_off(int node, void **from, unsigned long n, void **off, unsigned long max)
{
	int *at = calloc(n, sizeof(*at));
	unsigned long i, found = 0;

	if (!at || move_pages(0, n, from, NULL, at, 0))
		die("move_pages");
	for (i = 0; i < n; i++) {
		if (at[i] == node)
			continue;
		if (found < max)
			off[found] = from[i];
		found++;
	}
	free(at);
	return found;
}

static void work_on(void **pages, unsigned long n)
{
	time_t start = time(NULL);
	unsigned long i;

	/* Accesses make a page hot; system calls do not. */
	while (time(NULL) == start)
		for (i = 0; i < n; i++)
			(void)*(volatile unsigned long *)pages[i];
}

int main(int argc, char **argv)
{
	unsigned long i, pages, hot, demoted, cold;
	void **all, **warm;
	int node, seconds;

	if (argc != 5) {
		fprintf(stderr, "usage: prog-pressure NODE MIB HOT SECONDS\n");
		return 2;
	}
	node = atoi(argv[1]);
	pages = atol(argv[2]) * (MIB / PAGE);
	hot = atol(argv[3]) * (MIB / PAGE);
	seconds = atoi(argv[4]);
	if (set_mempolicy(MPOL_BIND | MPOL_F_NUMA_BALANCING, &(unsigned long){ 1UL << node }, 64))
		die("set_mempolicy");
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	all = calloc(pages, sizeof(*all));
	warm = calloc(hot, sizeof(*warm));
	if (memory == MAP_FAILED || !all || !warm)
		die("mmap");
	/* A huge page is promoted only if the node has a free one, which would be luck. */
	if (madvise(memory, pages * PAGE, MADV_NOHUGEPAGE))
		die("madvise");
	for (i = 0; i < pages; i++) {
		all[i] = page(i);
		*page(i) = i + 1;
	}
	demoted = pages_off(node, all, pages, warm, hot);
	hot = demoted < hot ? demoted : hot;
	cold = hot;
	while (hot && seconds-- > 0 && cold > hot / 4) {
		work_on(warm, hot);
		cold = pages_off(node, warm, hot, NULL, 0);
	}
	printf("%lu %lu\n", demoted * PAGE / MIB, (hot - cold) * PAGE / MIB);
	for (i = 0; i < pages; i++)
		if (*page(i) != i + 1)
			die("memory is not what was written");
	return 0;
}
