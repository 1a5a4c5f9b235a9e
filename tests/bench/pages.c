// SPDX-License-Identifier: GPL-2.0-only
/*
 * pages NODE MIB CGROUP: prints the ns for allocating memory on the node (first touch), the ns that
 * the kernel needs to demote half of it when asked to reclaim that from CGROUP, which this joins,
 * and the number of demoted pages.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "pages: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static long demoted(void)
{
	FILE *f = fopen("/proc/vmstat", "r");
	char line[128];
	long pages = 0, n;

	if (!f)
		die("/proc/vmstat");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "pgdemote_%*s %ld", &n) == 1)
			pages += n;
	fclose(f);
	return pages;
}

/* The write may fail because too little was found; the demoted pages are counted. */
static void write_to(const char *cgroup, const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", cgroup, file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || (write(fd, text, strlen(text)) < 0 && errno != EAGAIN))
		die(path);
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned long mask, size;
	uint64_t start, touched;
	char half[32];
	long pages;
	char *p;

	if (argc != 4) {
		fprintf(stderr, "usage: pages NODE MIB CGROUP\n");
		return 2;
	}
	mask = 1UL << atoi(argv[1]);
	size = strtoul(argv[2], NULL, 10) << 20;
	write_to(argv[3], "cgroup.procs", "0");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || madvise(p, size, MADV_NOHUGEPAGE))
		die("mmap");
	if (syscall(SYS_set_mempolicy, MPOL_PREFERRED, &mask, 8 * sizeof(mask)))
		die("set_mempolicy");
	start = now();
	if (madvise(p, size, MADV_POPULATE_WRITE))
		die("touch");
	touched = now() - start;
	pages = demoted();
	snprintf(half, sizeof(half), "%lu", size / 2);
	start = now();
	write_to(argv[3], "memory.reclaim", half);
	start = now() - start;
	printf("%llu %llu %ld\n", (unsigned long long)touched, (unsigned long long)start,
	       demoted() - pages);
	return 0;
}
