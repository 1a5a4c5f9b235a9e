// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-stress flip NODES PROCESSES: updates and deletes overrides of random nodes.
 * prog-stress hog NODES PROCESSES: allocates memory of random nodes, checks that it holds what
 * was written, and frees it.
 * Both run until they are killed, and exit with status 1 if they find an error.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <numaif.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <tierbpf/abi.h>
#include <unistd.h>

#define PAGE 4096UL
#define MIB (1UL << 20)

static int nodes;

static int wrong(const char *what)
{
	fprintf(stderr, "prog-stress: %s: %s\n", what, strerror(errno));
	return 1;
}

static int flip(void)
{
	/* Tiers 0 to 39. The value 0 means no opinion, and the last value is no valid adistance. */
	static const int adistances[] = { 100, 300, 576, 704, 1344, 2880, 5000, 0, -1 };
	int map = bpf_obj_get(TIERBPF_PIN_ROOT "/" TIERBPF_PIN_OVERRIDE);

	if (map < 0)
		return wrong("no pinned override");
	for (;;) {
		__u32 node = (__u32)(rand() % nodes);
		int adistance = adistances[rand() % (int)(sizeof(adistances) / sizeof(*adistances))];
		int err = rand() % 4 ? bpf_map_update_elem(map, &node, &adistance, BPF_ANY) :
				       bpf_map_delete_elem(map, &node);

		if (err && errno != ENOENT)
			return wrong("override");
		usleep(rand() % 5000);
	}
}

static int hog(void)
{
	FILE *score = fopen("/proc/self/oom_score_adj", "w");
	unsigned long i;

	/* If memory runs out, the OOM killer must not kill a test instead. */
	if (!score || fputs("1000", score) < 0 || fclose(score))
		return wrong("oom_score_adj");
	for (;;) {
		unsigned long size = (4 + (unsigned long)(rand() % 28)) * MIB,
			      node = 1UL << rand() % nodes;
		char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			return wrong("mmap");
		/* This fails if the node has no memory at the moment; then any node will do. */
		mbind(p, size, MPOL_PREFERRED, &node, 64, 0);
		for (i = 0; i < size; i += PAGE)
			*(unsigned long *)(p + i) = i + node;
		usleep(rand() % 300000);
		for (i = 0; i < size; i += PAGE)
			if (*(unsigned long *)(p + i) != i + node)
				return wrong("memory is not what was written");
		munmap(p, size);
	}
}

int main(int argc, char **argv)
{
	int processes, status, i;

	if (argc != 4 || (strcmp(argv[1], "flip") && strcmp(argv[1], "hog"))) {
		fprintf(stderr, "usage: prog-stress flip|hog NODES PROCESSES\n");
		return 2;
	}
	nodes = atoi(argv[2]);
	processes = atoi(argv[3]);
	for (i = 0; i < processes; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		srand((unsigned int)getpid());
		return strcmp(argv[1], "flip") ? hog() : flip();
	}
	/* Ends with the first child that exits; one that was killed has merely freed its memory. */
	while (wait(&status) > 0)
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
	return 0;
}
