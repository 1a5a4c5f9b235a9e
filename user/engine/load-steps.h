/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of a load, which load.c takes in order. All return 0 or -errno, without a message. */
#ifndef LOAD_STEPS_H
#define LOAD_STEPS_H

#include <bpf/libbpf.h>

#include "engine/bpf-object.h"
#include "engine/trial.h"
#include "plan/compiled.h"
#include "tierbpf.skel.h"

#define MAX_MAPS 16

/* A map of bpf/maps.h. load_list_maps() has the table of them. */
struct our_map {
	struct bpf_map *map;
	size_t length;
	const void *values; /* @length of them, one behind the other; NULL: it is filled later */
	bool inherited; /* passes from a policy to its replacement */
	bool unpinned; /* the others are pinned in policy/, by their names */
};

/* The policy that is being put in force. */
struct loading {
	struct tierbpf_bpf *skel;
	const struct compiled_policy *compiled;
	struct engine_object *object; /* NULL: the compiled rules decide */
	const struct trial *trial;
	struct tierbpf_meta meta;
	struct our_map maps[MAX_MAPS]; /* up to one without a map */
};

/* ---- load-maps.c ---- */

/* Makes l->maps, once the rest of @l is set. */
void load_list_maps(struct loading *l);

/* Sizes the maps for the policy, before the skeleton is loaded, and fills them afterwards. */
int load_size_maps(const struct loading *l);
int load_fill_maps(const struct loading *l);

/* Writes @count values, which lie one behind the other at @values. */
int load_fill_array(const struct bpf_map *map, const void *values, size_t count);

/* Pins the object @fd in @directory. */
int load_pin(int fd, const char *directory, const char *name);

/* ---- load-attach.c ---- */

/* Whether the regular look for missed updates is a BPF timer, or a clock of perf; before the skeleton is loaded. */
int load_choose_timer(const struct tierbpf_bpf *skel);

/* Attaches the programs that watch, and pins their links in staging/. */
int load_attach_tracing(struct tierbpf_bpf *skel);

/* Starts the regular look for override updates that the watchers missed. It runs until its pin is removed. */
int load_start_timer(const struct tierbpf_bpf *skel);

/* Attaches the struct_ops @ops, in place of that of a policy in force. */
int load_attach_policy(const struct bpf_map *ops);

#endif
