// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-fill SECONDS: takes all the memory that there is until the kernel has ended somebody
 * for the want of it, and holds it for so long. It is not ended itself. Prints how many MiB
 * it has taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (1UL << 20)
#define MOST (1UL << 20) /* MiB */

static char vmstat[65536];

static void die(const char *what)
{
	fprintf(stderr, "prog-fill: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void spare_me(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		die("oom_score_adj");
	close(fd);
}

/* How many processes the kernel has ended for it. */
static unsigned long victims(int fd)
{
	ssize_t n = pread(fd, vmstat, sizeof(vmstat) - 1, 0);
	const char *line;

	if (n <= 0)
		die("/proc/vmstat");
	vmstat[n] = 0;
	line = strstr(vmstat, "\noom_kill ");
	if (!line)
		die("no oom_kill in /proc/vmstat");
	return strtoul(line + strlen("\noom_kill "), NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned long before, taken = 0;
	char *memory;
	int fd;

	if (argc != 2)
		return 2;
	spare_me();
	fd = open("/proc/vmstat", O_RDONLY);
	if (fd < 0)
		die("/proc/vmstat");
	memory = mmap(NULL, MOST * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	for (before = victims(fd); victims(fd) == before && taken < MOST; taken++)
		memset(memory + taken * MIB, 1, MIB);
	printf("%lu\n", taken);
	fflush(stdout);
	sleep((unsigned int)atoi(argv[1]));
	return 0;
}
