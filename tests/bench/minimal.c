// SPDX-License-Identifier: GPL-2.0-only
/*
 * minimal DIRECTORY	opens, loads, fills and attaches the BPF object of tierbpf, and pins
 *			its links: the least that `tierbpf load` could do
 * minimal --save DIRECTORY   keeps for it what is in the maps of the policy in force
 * minimal --sizes NODES RULES   loads, and prints for each program the instructions that
 *			were verified, the bytes after the verifier and after the JIT;
 *			and the memory of all maps
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tierbpf/abi.h>

#include "tierbpf.skel.h"

#define LINKS "/sys/fs/bpf/minimal"

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "minimal: %s: error %d, %s\n", what, err, strerror(abs(err)));
	exit(1);
}

static const char *const filled[] = { "facts", "rules", "tests", "groups", "meta", "source" };

/* The contents of an array map: its dimensions, then the values. */
struct content {
	__u32 value_size, entries;
	char values[];
};

static struct content *content_alloc(__u32 value_size, __u32 entries)
{
	struct content *c = calloc(1, sizeof(*c) + (size_t)value_size * entries);

	check(c ? 0 : -ENOMEM, "memory");
	c->value_size = value_size;
	c->entries = entries;
	return c;
}

static char *value_of(struct content *c, __u32 i)
{
	return c->values + (size_t)i * c->value_size;
}

static FILE *open_content(const char *dir, const char *name, const char *mode)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, mode);
	check(f ? 0 : -errno, path);
	return f;
}

static void save_map(const char *dir, const char *name)
{
	char path[256];
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), i;
	struct content *c;
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), TIERBPF_PIN_ROOT "/" TIERBPF_PIN_POLICY "/%s", name);
	fd = bpf_obj_get(path);
	check(fd < 0 ? fd : bpf_map_get_info_by_fd(fd, &info, &size), path);
	c = content_alloc(info.value_size, info.max_entries);
	for (i = 0; i < c->entries; i++)
		check(bpf_map_lookup_elem(fd, &i, value_of(c, i)), path);
	f = open_content(dir, name, "w");
	fwrite(c, sizeof(*c) + (size_t)c->value_size * c->entries, 1, f);
	check(fclose(f), name);
	free(c);
}

static struct content *read_content(const char *dir, const char *name)
{
	FILE *f = open_content(dir, name, "r");
	struct content shape, *c;

	check(fread(&shape, sizeof(shape), 1, f) == 1 ? 0 : -EIO, name);
	c = content_alloc(shape.value_size, shape.entries);
	check(fread(c->values, c->value_size, c->entries, f) == c->entries ? 0 : -EIO, name);
	fclose(f);
	return c;
}

static struct tierbpf_bpf *open_skel(void)
{
	struct tierbpf_bpf *skel = tierbpf_bpf__open();

	check(skel ? 0 : -errno, "open");
	/* Like tierbpf, leave out what a load without --try does not need. */
	check(bpf_program__set_autoload(skel->progs.decide_node, false), "decide_node");
	check(bpf_program__set_autoload(skel->progs.restore_overrides, false), "restore_overrides");
	check(bpf_map__set_autocreate(skel->maps.overrides_before, false), "overrides_before");
	return skel;
}

static void fill(const struct bpf_map *map, struct content *c)
{
	__u32 *keys = calloc(c->entries, sizeof(*keys)), count = c->entries, i;

	check(keys ? 0 : -ENOMEM, "memory");
	for (i = 0; i < c->entries; i++)
		keys[i] = i;
	check(bpf_map_update_batch(bpf_map__fd(map), keys, c->values, &count, NULL),
	      bpf_map__name(map));
	free(keys);
}

static void load(const char *dir)
{
	struct content *content[sizeof(filled) / sizeof(*filled)];
	struct tierbpf_bpf *skel = open_skel();
	struct bpf_object_skeleton *s = skel->skeleton;
	size_t i;
	int j;

	for (i = 0; i < sizeof(filled) / sizeof(*filled); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skel->obj, filled[i]);

		content[i] = read_content(dir, filled[i]);
		check(bpf_map__set_max_entries(map, content[i]->entries), filled[i]);
		check(bpf_map__set_value_size(map, content[i]->value_size), filled[i]);
	}
	check(tierbpf_bpf__load(skel), "load");
	for (i = 0; i < sizeof(filled) / sizeof(*filled); i++)
		fill(bpf_object__find_map_by_name(skel->obj, filled[i]), content[i]);
	check(tierbpf_bpf__attach(skel), "attach");
	mkdir(LINKS, 0700);
	for (j = 0; j < s->prog_cnt; j++)
		if (*s->progs[j].link) {
			char path[256];

			snprintf(path, sizeof(path), LINKS "/%s", s->progs[j].name);
			check(bpf_link__pin(*s->progs[j].link, path), path);
		}
	check(bpf_link__pin(skel->links.policy, LINKS "/policy"), "pin");
}

static unsigned long memory_of(const struct bpf_map *map)
{
	unsigned long bytes = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", bpf_map__fd(map));
	f = fopen(path, "r");
	check(f ? 0 : -errno, path);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "memlock: %lu", &bytes);
	fclose(f);
	return bytes;
}

static void print_sizes(__u32 nodes, __u32 rules)
{
	struct tierbpf_bpf *skel = open_skel();
	unsigned long bytes = 0;
	struct bpf_program *prog;
	struct bpf_map *map;

	check(bpf_map__set_max_entries(skel->maps.facts, nodes), "facts");
	check(bpf_map__set_max_entries(skel->maps.rules, rules), "rules");
	check(bpf_map__set_max_entries(skel->maps.tests, rules), "tests");
	check(tierbpf_bpf__load(skel), "load");
	bpf_object__for_each_program(prog, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (!bpf_program__autoload(prog))
			continue;
		check(bpf_prog_get_info_by_fd(bpf_program__fd(prog), &info, &size), "info");
		printf("program %s %u %u %u\n", bpf_program__name(prog), info.verified_insns,
		       info.xlated_prog_len, info.jited_prog_len);
	}
	bpf_object__for_each_map(map, skel->obj)
		if (bpf_map__autocreate(map))
			bytes += memory_of(map);
	printf("maps %u %lu\n", nodes, bytes);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 4 && !strcmp(argv[1], "--sizes")) {
		print_sizes((__u32)atoi(argv[2]), (__u32)atoi(argv[3]));
	} else if (argc == 3 && !strcmp(argv[1], "--save")) {
		mkdir(argv[2], 0700);
		for (i = 0; i < sizeof(filled) / sizeof(*filled); i++)
			save_map(argv[2], filled[i]);
	} else if (argc == 2) {
		load(argv[1]);
	} else {
		fprintf(stderr,
			"usage: minimal DIRECTORY | --save DIRECTORY | --sizes NODES RULES\n");
		return 2;
	}
	return 0;
}
