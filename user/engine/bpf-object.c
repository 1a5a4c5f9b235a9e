// SPDX-License-Identifier: GPL-2.0-only
/* Reads an object, and checks all that can be checked without the kernel. */
#include "engine/bpf-object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/libbpf-log.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/read-file.h"

#define MAX_BYTES (16UL << 20) /* the largest object of the kernel's selftests has 1 MiB */

#define COMPILE "clang -g -O2 -target bpf -c my.bpf.c -o my.bpf.o"

#define NATIVE_ORDER (__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB)

static int check_elf(const char *path, const char *bytes, size_t length)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)bytes;

	if (!length)
		return fail(-EBADMSG, "%s: empty; the compiler may have failed: " COMPILE, path);
	if (length < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG)) {
		if (strchr("{ \t\n", *bytes))
			return fail(-EBADMSG,
				    "%s: not a BPF object; is it a policy of rules? tierbpf load %s",
				    path, path);
		return fail(-EBADMSG,
			    "%s: not a BPF object, which is what the compiler makes of the source: " COMPILE,
			    path);
	}
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_type != ET_REL || h->e_machine != EM_BPF)
		return fail(-EBADMSG, "%s: compiled, but not for BPF: " COMPILE, path);
	if (h->e_ident[EI_DATA] != NATIVE_ORDER)
		return fail(-EBADMSG, "%s: in the byte order of another machine: " COMPILE, path);
	return 0;
}

static int explain_open(const char *path, int err)
{
	char last[200];

	if (err == -ENOMEM)
		return fail(err, "%s: out of memory", path);
	if (strstr(bpf_words(), "BTF is required"))
		return fail(-EBADMSG,
			    "%s: has no BTF, the types that the kernel wants to see; compile with -g "
			    "and do not strip: " COMPILE,
			    path);
	bpf_words_last(last, sizeof(last));
	return fail(-EBADMSG, "%s: damaged, or not for libbpf %s; compile it again. libbpf says: %s",
		    path, libbpf_version_string(), last);
}

/* The type of a struct_ops. Until the object is loaded, libbpf keeps the type of the object itself here. */
static const struct btf_type *ops_type(const struct engine_object *o, const struct bpf_map *map)
{
	return btf__type_by_id(bpf_object__btf(o->bpf), bpf_map__btf_value_type_id(map));
}

static const char *type_name(const struct engine_object *o, const struct btf_type *type)
{
	return btf__name_by_offset(bpf_object__btf(o->bpf), type->name_off);
}

static int find_ops(struct engine_object *o)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, o->bpf) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || !bpf_map__autocreate(map))
			continue;
		if (strcmp(type_name(o, ops_type(o, map)), "tierbpf_ops"))
			return fail(-EBADMSG,
				    "%s: %s is a struct_ops of type %s, and one for tierbpf has "
				    "tierbpf_ops only; move it into an object of its own",
				    o->path, bpf_map__name(map), type_name(o, ops_type(o, map)));
		if (o->ops)
			return fail(-EBADMSG,
				    "%s: holds two policies, %s and %s, and one is in force at a time; "
				    "make an object of each",
				    o->path, bpf_map__name(o->ops), bpf_map__name(map));
		o->ops = map;
	}
	if (o->ops)
		return 0;
	return fail(-EBADMSG,
		    "%s: holds no policy, that is no struct tierbpf_ops in "
		    "SEC(\".struct_ops.link\"); tierbpf/bpf.h shows one",
		    o->path);
}

/* Member @name of the policy in the object; NULL if it has no such member of that size. */
static const void *ops_member(const struct engine_object *o, const char *name, size_t size)
{
	const struct btf_type *type = ops_type(o, o->ops);
	const struct btf_member *m = btf_members(type);
	const struct btf *btf = bpf_object__btf(o->bpf);
	const char *data = bpf_map__initial_value(o->ops, NULL);
	int i;

	for (i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, m[i].name_off), name) &&
		    btf__resolve_size(btf, m[i].type) == (__s64)size)
			return data + m[i].offset / 8;
	return NULL;
}

void engine_object_number(struct engine_object *o, unsigned int generation)
{
	/* An object that was built with an older header lacks this member. */
	__u32 *number = (__u32 *)ops_member(o, "generation", sizeof(*number));

	if (number)
		*number = generation;
}

static int check_abi(const struct engine_object *o)
{
	const __u32 *abi = ops_member(o, "abi", sizeof(*abi));

	if (abi && *abi == TIERBPF_ABI)
		return 0;
	if (abi && !*abi)
		return fail(-EBADMSG,
			    "%s: %s does not say which ABI it was built for; add .abi = TIERBPF_ABI",
			    o->path, bpf_map__name(o->ops));
	return fail(-EBADMSG,
		    "%s: %s was built for ABI %u, and this tierbpf has %d; compile it again with the "
		    "headers of this one",
		    o->path, bpf_map__name(o->ops), abi ? *abi : 0, TIERBPF_ABI);
}

static int check_callback(const struct engine_object *o)
{
	/* libbpf stores a pointer here if a program is set. */
	void *const *callback = ops_member(o, "adistance", sizeof(*callback));

	if (callback && *callback)
		return 0;
	return fail(-EBADMSG, "%s: %s answers nothing; set .adistance = (void *)PROGRAM", o->path,
		    bpf_map__name(o->ops));
}

/* A policy without a name gets the name of its variable. */
static int take_name(struct engine_object *o)
{
	const char *name = ops_member(o, "name", sizeof(o->name)), *c;

	if (!name || !memchr(name, 0, sizeof(o->name)))
		return fail(-EBADMSG, "%s: the name of %s has no end; at most %d characters fit",
			    o->path, bpf_map__name(o->ops), TIERBPF_NAME_LEN - 1);
	snprintf(o->name, sizeof(o->name), "%s", *name ? name : bpf_map__name(o->ops));
	for (c = o->name; *c; c++)
		if (!isprint((unsigned char)*c))
			return fail(-EBADMSG,
				    "%s: the name of %s has characters that cannot be shown; "
				    "use letters, digits and signs of ASCII",
				    o->path, bpf_map__name(o->ops));
	return 0;
}

static int check_link(const struct engine_object *o)
{
	if (bpf_map__map_flags(o->ops) & BPF_F_LINK)
		return 0;
	return fail(-EBADMSG,
		    "%s: %s is in SEC(\".struct_ops\"), and could not be replaced in one step; "
		    "put it into SEC(\".struct_ops.link\")",
		    o->path, bpf_map__name(o->ops));
}

/* TIERBPF_FACTS_MAP. Shorter values are fine, since older headers have fewer facts. */
static int check_facts(const struct engine_object *o)
{
	const struct bpf_map *facts = bpf_object__find_map_by_name(o->bpf, "facts");

	if (!facts)
		return 0;
	if (bpf_map__type(facts) != BPF_MAP_TYPE_ARRAY ||
	    bpf_map__key_size(facts) != sizeof(__u32) || bpf_map__value_size(facts) % sizeof(__u64))
		return fail(-EBADMSG,
			    "%s: a map called facts is tierbpf's (TIERBPF_FACTS_MAP); call yours "
			    "something else",
			    o->path);
	if (bpf_map__value_size(facts) > sizeof(struct tierbpf_facts))
		return fail(-EBADMSG,
			    "%s: was built with a newer tierbpf, which knows more facts; compile it "
			    "again with the headers of this one, or install that one",
			    o->path);
	return 0;
}

/* Such a program would still answer for a moment after its policy is gone, and hide what decided. */
static int check_programs(const struct engine_object *o)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, o->bpf)
		if (!strcmp(bpf_program__section_name(program), "fmod_ret/tierbpf_adistance"))
			return fail(-EBADMSG,
				    "%s: program %s would stand in front of its own policy; let the "
				    "policy answer, or make an object of its own for bpftool prog loadall … "
				    "autoattach",
				    o->path, bpf_program__name(program));
	return 0;
}

static int check(struct engine_object *o)
{
	int err = find_ops(o);

	err = err ?: check_link(o);
	err = err ?: check_abi(o);
	err = err ?: check_callback(o);
	err = err ?: check_facts(o);
	err = err ?: check_programs(o);
	return err ?: take_name(o);
}

static int read_file(const char *path, char **bytes, size_t *length)
{
	int err = text_read(path, MAX_BYTES, bytes, length);

	if (err == -EFBIG)
		note("a BPF object has some kilobytes: " COMPILE);
	return err;
}

static void take_digest(struct engine_object *o, const char *bytes, size_t length)
{
	SHA2_CTX hash;

	SHA256Init(&hash);
	SHA256Update(&hash, (const uint8_t *)bytes, length);
	SHA256Final(o->digest, &hash);
}

/* The file is read once, so that the bytes that are checked are those that are loaded. */
int engine_object_open(const char *path, struct engine_object **object)
{
	/* The prefix of maps such as .rodata in bpftool map list. */
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "policy");
	_cleanup_(cleanup_engine_object) struct engine_object *o = calloc(1, sizeof(*o));
	_cleanup_free_ char *bytes = NULL;
	size_t length;
	int err;

	if (!o || !(o->path = strdup(strcmp(path, "-") ? path : "standard input")))
		return no_memory();
	err = read_file(path, &bytes, &length);
	err = err ?: check_elf(o->path, bytes, length);
	if (err)
		return err;
	take_digest(o, bytes, length);
	bpf_words_listen();
	o->bpf = bpf_object__open_mem(bytes, length, &opts);
	if (!o->bpf)
		return explain_open(o->path, -errno);
	err = check(o);
	if (!err)
		*object = TAKE_PTR(o);
	return err;
}

void engine_object_free(struct engine_object *o)
{
	if (!o)
		return;
	bpf_object__close(o->bpf);
	free(o->path);
	free(o);
}
