// SPDX-License-Identifier: GPL-2.0-only
/* Loads an object into the kernel, and explains why the kernel rejects one. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "engine/bpf-object.h"
#include "engine/libbpf-log.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

#define VERDICT_LINES 12

/* Messages of libbpf or the verifier, and how to fix what they mean. The first entry that matches counts. */
static const struct known_error {
	const char *words;
	int err; /* 0: the error of the kernel */
	const char *fix;
} known_errors[] = {
	{ "must have a GPL compatible license", -EBADMSG,
	  "the kernel accepts only policies under the GPL; add char LICENSE[] SEC(\"license\") = \"GPL\";" },
	{ "from non-GPL compatible program", -EBADMSG,
	  "the kernel accepts only policies under the GPL; add char LICENSE[] SEC(\"license\") = \"GPL\";" },
	{ "attach to unsupported member", -EBADMSG,
	  "a policy must not sleep; its program goes into SEC(\"struct_ops/adistance\"), without .s" },
	{ "isn't referenced anywhere", -EBADMSG,
	  "nothing uses this program; set it as .adistance of the struct tierbpf_ops, or remove it" },
	{ "Cannot find member", -EBADMSG,
	  "the module does not know a member of this struct_ops; use the headers of this tierbpf" },
	{ "Error in size of member", -EBADMSG,
	  "the module defines a member of this struct_ops differently; use the headers of this tierbpf" },
	{ "Unmatched member type", -EBADMSG,
	  "the module defines a member of this struct_ops differently; use the headers of this tierbpf" },
	{ "extern (func ksym)", -ENOPKG,
	  "this kernel and its modules have no such function (kfunc), or another one; use a kernel that has it, or "
	  "declare it __weak and ask bpf_ksym_exists() first" },
	{ "extern (var ksym)", -ENOPKG,
	  "this kernel has no such variable; use one that has it, or declare it __weak and test its address" },
	{ "(strong): not resolved", -ENOPKG,
	  "this kernel has nothing of this name; use one that has it, or declare it __weak and test it" },
	{ "failed to find kernel BTF type ID of", -ENOPKG,
	  "this program is to be attached to something that this kernel does not have; use one that has it, or "
	  "remove the program" },
	{ "<invalid CO-RE relocation>", -ENOPKG,
	  "it reads a type or a member that this kernel does not have; use one that has it, or ask "
	  "bpf_core_field_exists() first" },
	{ "Error loading .BTF into kernel", -EBADMSG,
	  "the kernel rejects its BTF; compile it with a clang that is about as old as the kernel (TIERBPF_DEBUG=1 "
	  "says what is wrong)" },
	{ "': failed to create: ", 0,
	  "this map cannot be made; make it smaller, or of another type (TIERBPF_DEBUG=1 says more)" },
};

/* The name in quotes in the line that holds @at: which program, map or function is meant. */
static void quoted_name(const char *at, char *name, size_t size)
{
	const char *begin = at, *end;

	while (begin > bpf_words() && begin[-1] != '\n')
		begin--;
	begin += strcspn(begin, "'\n");
	end = *begin == '\'' ? strchr(begin + 1, '\'') : NULL;
	*name = 0;
	if (end)
		snprintf(name, size, " '%.*s':", (int)(end - begin - 1), begin + 1);
}

static int explain_load(const struct engine_object *o, int err)
{
	char name[80], last[200];
	const char *said;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known_errors); i++) {
		said = strstr(bpf_words(), known_errors[i].words);
		if (!said)
			continue;
		quoted_name(said, name, sizeof(name));
		return fail(known_errors[i].err ?: err, "%s:%s %s", o->path, name,
			    known_errors[i].fix);
	}
	if (err == -ENOMEM)
		return fail(err, "%s: the kernel has no memory for this object; make it smaller",
			    o->path);
	if (!bpf_words_print_verdict(o->path, VERDICT_LINES))
		return fail(-EBADMSG,
			    "correct what the verifier rejects, and compile again; TIERBPF_DEBUG=1 shows "
			    "all of it");
	bpf_words_last(last, sizeof(last));
	return fail(-EBADMSG,
		    "%s: the kernel rejects it (error %d, %s); TIERBPF_DEBUG=1 shows more "
		    "than: %s",
		    o->path, err, strerror(-err), last);
}

int engine_object_load(struct engine_object *o, int facts)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, "facts");
	int err = map ? bpf_map__reuse_fd(map, facts) : 0;

	/* Without pins that the object asks for, which would outlive the policy. */
	bpf_object__for_each_map(map, o->bpf)
		err = err ?: bpf_map__set_pin_path(map, NULL);
	bpf_words_listen();
	err = err ?: bpf_object__load(o->bpf);
	return err ? explain_load(o, err) : 0;
}

static int pin(const struct engine_object *o, int fd, const char *directory, const char *prefix,
	       const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s%s", directory, prefix, name) >= (int)sizeof(path) ||
	    bpf_obj_pin(fd, path))
		return fail(-EBADMSG,
			    "%s: '%.80s' cannot be pinned; a shorter name of other characters may help",
			    o->path, name);
	fault_point(path);
	return 0;
}

/* Maps of global variables are left out: they have no name of their own, and bpffs allows no dot in one. */
static int pin_maps(const struct engine_object *o, const char *directory)
{
	const struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, o->bpf) {
		if (map == o->ops || bpf_map__fd(map) < 0 || bpf_map__is_internal(map) ||
		    !strcmp(bpf_map__name(map), "facts"))
			continue;
		err = err ?: pin(o, bpf_map__fd(map), directory, "object_", bpf_map__name(map));
	}
	return err;
}

/* A program that does not say where to attach it waits, pinned, for whoever runs it. */
static int attach(const struct engine_object *o, const struct bpf_program *program,
		  const char *directory)
{
	struct bpf_link *link = engine_object_attaches(program) ? bpf_program__attach(program) :
								  NULL;
	const char *name = bpf_program__name(program);
	int err = link ? 0 : -errno;

	if (!engine_object_attaches(program) || err == -EOPNOTSUPP)
		return pin(o, bpf_program__fd(program), directory, "object_", name);
	if (err)
		return fail(err,
			    "%s: program '%.80s' cannot be attached (error %d, %s); TIERBPF_DEBUG=1 says more",
			    o->path, name, err, strerror(-err));
	fault_point(name);
	err = pin(o, bpf_link__fd(link), directory, "link_", name);
	bpf_link__destroy(link);
	return err;
}

int engine_object_pin(struct engine_object *o, const char *directory)
{
	struct bpf_program *program;
	int err = pin_maps(o, directory);

	bpf_object__for_each_program(program, o->bpf) {
		if (bpf_program__fd(program) < 0 ||
		    bpf_program__type(program) == BPF_PROG_TYPE_STRUCT_OPS)
			continue;
		err = err ?: attach(o, program, directory);
	}
	return err;
}
