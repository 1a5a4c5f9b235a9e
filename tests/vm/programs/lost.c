// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-lost COUNT [NODE]: updates the override of node 1 COUNT times, each time by a process
 * of its own and on the next CPU, while a process on each CPU updates a map without a pause. That
 * map is an unrelated one, or with NODE the override of that node, which keeps its value.
 * Prints "LOST lost, LATE late" and the longest time that node 1 took to follow. Lost is an
 * update that did not move it within 4 seconds, late one that took more than half a second.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <tierbpf/abi.h>
#include <time.h>
#include <unistd.h>

#define MOVED_NODE 1
#define FIRST_TIER 5
#define TIERS 8

#define LATE 500	 /* ms */
#define PATIENCE 4000 /* ms */
#define POLL 3000	  /* us */
/* With more moves a second than TIERBPF_MOVES, the module would ask again by itself. */
#define PACE (TIERBPF_MOVES_MS / TIERBPF_MOVES + 25) /* ms */

static int check(int ret, const char *what)
{
	if (ret >= 0)
		return ret;
	fprintf(stderr, "prog-lost: %s: %s\n", what, strerror(-ret));
	exit(1);
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		check(-errno, "sched_setaffinity");
}

static bool is_in_tier(int tier)
{
	char path[80], line[80] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/virtual/memory_tiering/memory_tier%d/nodelist",
		 tier);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		*line = 0;
	fclose(f);
	return atoi(line) == MOVED_NODE;
}

static void update_for_ever(int cpu, int map, __u32 key)
{
	__s32 value = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(cpu);
	bpf_map_lookup_elem(map, &key, &value);
	for (;;)
		bpf_map_update_elem(map, &key, &value, BPF_ANY);
}

static void update_once(int cpu, int map, int tier)
{
	__s32 value = tier << TIERBPF_TIER_SHIFT;
	__u32 node = MOVED_NODE;
	int status;

	if (!check(fork(), "fork")) {
		run_on(cpu);
		_exit(bpf_map_update_elem(map, &node, &value, BPF_ANY) ? 1 : 0);
	}
	if (wait(&status) < 0 || status)
		check(-EIO, "update");
}

/* Returns the ms until the node is in @tier, or PATIENCE if it never was. */
static long wait_for(int tier)
{
	long start = now();

	while (!is_in_tier(tier)) {
		if (now() - start >= PATIENCE)
			return PATIENCE;
		usleep(POLL);
	}
	return now() - start;
}

int main(int argc, char **argv)
{
	int map = check(bpf_obj_get(TIERBPF_PIN_ROOT "/" TIERBPF_PIN_OVERRIDE), "the override");
	int count = argc > 1 ? atoi(argv[1]) : 0, busy = map, lost = 0, late = 0, i;
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	long took, longest = 0;
	pid_t updaters[cpus];

	if (argc < 3)
		busy = check(bpf_map_create(BPF_MAP_TYPE_ARRAY, "nobodys", 4, 4, 1, NULL), "map");
	for (i = 0; i < cpus; i++) {
		updaters[i] = check(fork(), "fork");
		if (!updaters[i])
			update_for_ever(i, busy, argc < 3 ? 0 : (__u32)atoi(argv[2]));
	}
	for (i = 0; i < count; i++) {
		int tier = FIRST_TIER + i % TIERS;
		long start = now();

		update_once(i % cpus, map, tier);
		took = wait_for(tier);
		lost += took == PATIENCE;
		late += took > LATE && took < PATIENCE;
		longest = took > longest ? took : longest;
		while (now() - start < PACE)
			usleep(POLL);
	}
	for (i = 0; i < cpus; i++)
		kill(updaters[i], SIGKILL);
	printf("%d lost, %d late, longest %ld ms\n", lost, late, longest);
	return 0;
}
