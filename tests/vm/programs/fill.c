// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-fill LEAVE SECONDS: allocates all free memory but LEAVE MiB, and prints "ready". After a
 * line of input it allocates the rest too, until the OOM killer has killed a process. Then it prints
 * how many MiB it has, and holds them for SECONDS. It is the last process to be killed itself: if
 * none could be killed, the kernel would panic.
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
/* Small, so that it looks for victims after each: within one step that nobody's end
   makes room for, the kernel goes on until it ends this process as well. */
#define STEP (16UL << 10)

static void die(const char *what)
{
	fprintf(stderr, "prog-fill: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void come_last(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (fd < 0 || write(fd, "-999", 4) != 4)
		die("oom_score_adj");
	close(fd);
}

/* Returns the number that follows @name in a file of such lines. */
static unsigned long number(const char *path, const char *name)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text + 1, sizeof(text) - 2);
	const char *line;

	if (n <= 0)
		die(path);
	close(fd);
	text[0] = '\n';
	text[n + 1] = 0;
	line = strstr(text, name);
	if (!line)
		die(name);
	return strtoul(line + strlen(name), NULL, 10);
}

/* Returns how many processes the OOM killer has killed. */
static unsigned long victims(void)
{
	return number("/proc/vmstat", "\noom_kill ");
}

int main(int argc, char **argv)
{
	unsigned long leave, before, taken = 0;
	char *memory, line[16];

	if (argc != 3)
		return 2;
	come_last();
	leave = strtoul(argv[1], NULL, 10);
	memory = mmap(NULL, MOST * MIB, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	for (; number("/proc/meminfo", "\nMemFree:") / 1024 > leave; taken++)
		memset(memory + taken * MIB, 1, MIB);
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		die("standard input");
	taken *= MIB;
	for (before = victims(); victims() == before && taken < MOST * MIB; taken += STEP)
		memset(memory + taken, 1, STEP);
	printf("%lu\n", taken / MIB);
	fflush(stdout);
	sleep((unsigned int)atoi(argv[2]));
	return 0;
}
