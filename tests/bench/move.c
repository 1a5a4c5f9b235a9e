// SPDX-License-Identifier: GPL-2.0-only
/*
 * move NODE ADISTANCE [bpftool]: updates the override of a node, by a system call or by
 * bpftool, and prints the ns until the node is in the tier that sysfs shows for it, and
 * how many pages were migrated meanwhile. Waits at most 10 s.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tierbpf/abi.h>
#include <time.h>
#include <unistd.h>

#define OVERRIDE TIERBPF_PIN_ROOT "/" TIERBPF_PIN_OVERRIDE

extern char **environ;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "move: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long migrated(void)
{
	FILE *f = fopen("/proc/vmstat", "r");
	char line[128];
	long pages = -1;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "pgmigrate_success %ld", &pages);
	if (f)
		fclose(f);
	return pages;
}

static bool list_has(const char *list, int node)
{
	int first, last, used;

	while (sscanf(list, "%d%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (*list == '-' && sscanf(list, "-%d%n", &last, &used) == 1)
			list += used;
		if (first <= node && node <= last)
			return true;
		list += *list == ',';
	}
	return false;
}

static bool is_in(const char *nodelist, int node)
{
	char list[4096] = "";
	int fd = open(nodelist, O_RDONLY);

	if (fd < 0)
		return false;
	if (read(fd, list, sizeof(list) - 1) < 0)
		*list = 0;
	close(fd);
	return list_has(list, node);
}

static void by_syscall(int fd, uint32_t node, int32_t adistance)
{
	if (bpf_map_update_elem(fd, &node, &adistance, BPF_ANY))
		die(OVERRIDE);
}

static void by_bpftool(uint32_t node, int32_t adistance)
{
	char text[8][12];
	char *argv[] = { "bpftool", "map", "update", "pinned", OVERRIDE, "key", text[0], text[1], text[2], text[3],
			 "value", text[4], text[5], text[6], text[7], NULL };
	int i, status;
	pid_t pid;

	for (i = 0; i < 4; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", node >> 8 * i & 255);
		snprintf(text[4 + i], sizeof(text[i]), "%d", adistance >> 8 * i & 255);
	}
	errno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno || waitpid(pid, &status, 0) != pid || status)
		die("bpftool");
}

int main(int argc, char **argv)
{
	char nodelist[128];
	int32_t adistance;
	uint64_t start;
	uint32_t node;
	long pages;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: move NODE ADISTANCE [bpftool]\n");
		return 2;
	}
	node = (uint32_t)atoi(argv[1]);
	adistance = atoi(argv[2]);
	snprintf(nodelist, sizeof(nodelist), "/sys/devices/virtual/memory_tiering/memory_tier%d/nodelist",
		 adistance >> TIERBPF_TIER_SHIFT);
	fd = bpf_obj_get(OVERRIDE);
	if (fd < 0)
		die(OVERRIDE);
	pages = migrated();
	start = now();
	if (argc > 3)
		by_bpftool(node, adistance);
	else
		by_syscall(fd, node, adistance);
	while (!is_in(nodelist, (int)node)) {
		errno = ETIMEDOUT;
		if (now() - start > 10000000000)
			die(nodelist);
		usleep(20);
	}
	start = now() - start;
	printf("%llu %ld\n", (unsigned long long)start, migrated() - pages);
	return 0;
}
