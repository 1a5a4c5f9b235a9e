// SPDX-License-Identifier: GPL-2.0-only
/*
 * move NODE ADISTANCE [bpftool]: updates the override of a node, by a system call or by
 * bpftool, and prints the ns until the module reports that the node is in its new tier,
 * which sysfs must show then, and how many pages were migrated meanwhile. It sleeps until the
 * report comes, at most 10 s, because polling sysfs would delay the grace periods of a move.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
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

#include "../vm/programs/ring.h"

#define PATIENCE 10000 /* ms */
#define OVERRIDE TIERBPF_PIN_ROOT "/" TIERBPF_PIN_OVERRIDE
#define EVENTS TIERBPF_PIN_ROOT "/" TIERBPF_PIN_POLICY "/events"

extern char **environ;

/* Reads the clock that struct tierbpf_record uses. */
static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
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
	char *argv[] = { "bpftool", "map",   "update", "pinned", OVERRIDE, "key",
			 text[0],   text[1], text[2],  text[3],	 "value",  text[4],
			 text[5],   text[6], text[7],  NULL };
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

struct move {
	int node;
	uint64_t start, end;
};

static int on_record(void *context, void *data, size_t size __attribute__((unused)))
{
	const struct tierbpf_record *r = data;
	struct move *m = context;

	if (r->event.kind == TIERBPF_EVENT_RETIERED && r->event.node == m->node)
		m->end = r->at;
	return 0;
}

static bool is_reported(void *context)
{
	return ((const struct move *)context)->end;
}

/* Discards the records of earlier moves. */
static struct ring_buffer *open_events(struct move *m)
{
	int fd = bpf_obj_get(EVENTS);
	struct ring_buffer *events = fd < 0 ? NULL : ring_buffer__new(fd, on_record, m, NULL);

	if (!events || ring_buffer__consume(events) < 0)
		die(EVENTS);
	m->end = 0;
	return events;
}

int main(int argc, char **argv)
{
	struct ring_buffer *events;
	struct move m = {};
	char nodelist[128];
	int32_t adistance;
	long pages;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: move NODE ADISTANCE [bpftool]\n");
		return 2;
	}
	m.node = atoi(argv[1]);
	adistance = atoi(argv[2]);
	snprintf(nodelist, sizeof(nodelist),
		 "/sys/devices/virtual/memory_tiering/memory_tier%d/nodelist",
		 adistance >> TIERBPF_TIER_SHIFT);
	fd = bpf_obj_get(OVERRIDE);
	if (fd < 0)
		die(OVERRIDE);
	events = open_events(&m);
	pages = migrated();
	m.start = now();
	if (argc > 3)
		by_bpftool((uint32_t)m.node, adistance);
	else
		by_syscall(fd, (uint32_t)m.node, adistance);
	errno = -ring_wait(events, is_reported, &m, PATIENCE);
	if (errno)
		die("no report of the move");
	if (!is_in(nodelist, m.node))
		die(nodelist);
	printf("%llu %ld\n", (unsigned long long)(m.end - m.start), migrated() - pages);
	ring_buffer__free(events);
	return 0;
}
