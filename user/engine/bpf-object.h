/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user's own BPF policy (tierbpf/bpf.h): reading it, checking it, and getting
 * it into the kernel. load.c puts it in force.
 */
#ifndef ENGINE_OBJECT_H
#define ENGINE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tierbpf/abi.h>

struct bpf_map;
struct bpf_object;
struct bpf_program;

struct engine_object {
	char *path; /* to show */
	struct bpf_object *bpf;
	struct bpf_map *ops; /* the policy; of bpf */
	char name[TIERBPF_NAME_LEN]; /* printable, never "" */
	uint8_t digest[32]; /* SHA-256 of the file */
	/* Names of programs that may change what the kernel does elsewhere; the caller's. */
	const char *const *allowed;
	size_t nr_allowed;
};

/*
 * Reads the object in file @path ("-": standard input) and checks all that can be
 * checked without the kernel. 0, and *object is the caller's, for
 * engine_object_free(); -EBADMSG: it is no policy; another -errno if the file cannot
 * be read; each with a message that says how to fix it.
 */
int engine_object_open(const char *path, struct engine_object **object);
void engine_object_free(struct engine_object *object);

/* Sets the generation of its policy, which the module reports. To be called before it is loaded. */
void engine_object_number(struct engine_object *object, unsigned int generation);

/*
 * Loads it into the kernel; nothing is attached or pinned yet. @facts: what map
 * `facts` of it becomes. 0; -EBADMSG: the verifier rejects it; -ENOPKG: it needs
 * what this kernel does not have; -errno; with a message.
 */
int engine_object_load(struct engine_object *object, int facts);

/*
 * Says where each of its other programs is going to be attached, once it is loaded. 0; -EPERM:
 * one would change what the kernel answers elsewhere, and is not among the allowed; -ENOENT:
 * one that is allowed is not there; with a message.
 */
int engine_object_allow(const struct engine_object *object);

/* Is it attached with the policy? The others wait, pinned, for whoever runs them. */
bool engine_object_attaches(const struct bpf_program *program);

/* Attaches its other programs; pins them, and its maps, in @directory. 0 or -errno with a message. */
int engine_object_pin(struct engine_object *object, const char *directory);

static inline void cleanup_engine_object(struct engine_object **object)
{
	engine_object_free(*object);
}

#endif
