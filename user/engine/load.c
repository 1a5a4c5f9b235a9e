// SPDX-License-Identifier: GPL-2.0-only
/* Loads a policy: fills staging/, switches, commits (pins.h). */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/libbpf-log.h"
#include "engine/load-steps.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "util/cleanup.h"
#include "util/msg.h"

static void cleanup_skel(struct tierbpf_bpf **skel)
{
	tierbpf_bpf__destroy(*skel);
}

static int explain_load(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return fail(err,
			    "the kernel does not let this process load BPF programs: it needs root "
			    "with CAP_SYS_ADMIN, outside of a container and of lockdown=confidentiality");
	case -ESRCH:
	case -ENOENT:
	case -ENOTSUP:
	case -EPROTO:
		return fail(-ENOPKG,
			    "the kernel or the module lacks what this tierbpf needs: Linux 6.12 or "
			    "newer, and the module of the same version (modinfo tierbpf)");
	case -ENOMEM:
		return fail(err, "the kernel is out of memory for the maps of this policy");
	case -E2BIG:
	case -ENOSPC:
		return fail(err, "the kernel has no room for a policy of this size");
	}
	return fail(err,
		    "the kernel rejects the BPF programs (error %d, %s); TIERBPF_DEBUG=1 shows its messages",
		    err, strerror(-err));
}

static int explain_attach(int err)
{
	switch (err) {
	case -EBUSY:
		return fail(err, "another policy is in force that tierbpf did not load: "
				 "bpftool link list names it, and its owner must detach it");
	case -EPROTO:
		return fail(-ENOPKG,
			    "the module has another ABI than this tierbpf (%d): install both from "
			    "the same version",
			    TIERBPF_ABI);
	case -EPERM:
	case -EACCES:
		return explain_load(err);
	}
	return fail(err, "the policy cannot be attached: error %d, %s", err, strerror(-err));
}

/* The struct_ops that will answer the hook. */
static const struct bpf_map *ops_map(const struct loading *l)
{
	return l->object ? l->object->ops : l->skel->maps.policy;
}

static struct tierbpf_meta next_meta(const struct compiled_policy *compiled,
				     const struct engine_object *object)
{
	struct tierbpf_meta meta = compiled->meta, former;

	meta.generation = 1 + (engine_read_meta(&former) ? 0 : former.generation);
	meta.loaded_at = (__u64)time(NULL);
	if (object) {
		memcpy(meta.object, object->name, sizeof(meta.object));
		memcpy(meta.digest, object->digest, sizeof(meta.digest));
	}
	return meta;
}

/*
 * Keeps the map that is pinned, since users have it open. Its type is checked, because libbpf would
 * accept any map.
 */
static int reuse_override(const struct loading *l)
{
	const char *path = PIN_PATH(TIERBPF_PIN_OVERRIDE);
	_cleanup_close_ int fd = pinned_map_open(path, BPF_MAP_TYPE_HASH, sizeof(__s32));

	if (fd == -ENOENT)
		return 0;
	return fd < 0 ? pinned_map_fail(fd, path) : bpf_map__reuse_fd(l->skel->maps.override, fd);
}

static int set_up(const struct loading *l)
{
	int err = load_size_maps(l);

	l->skel->struct_ops.policy->generation = l->meta.generation;
	err = err ?: load_choose_timer(l->skel);
	/* Only tests use it, and verifying it takes as long as for the policy. */
	err = err ?: bpf_program__set_autoload(l->skel->progs.decide_node, false);
	err = err ?: bpf_map__set_autocreate(l->skel->maps.overrides_before, l->trial->seconds);
	err = err ?: bpf_program__set_autoload(l->skel->progs.restore_overrides, l->trial->seconds);
	/* Only for objects: the program of rules looks up the override itself, which saves a trampoline. */
	err = err ?: bpf_program__set_autoload(l->skel->progs.override_adistance, l->object);
	/* If an object decides, our struct_ops is left out, and its program with it. */
	return err ?: bpf_map__set_autocreate(l->skel->maps.policy, !l->object);
}

/* 0 or -errno with a message. */
static int fill_overrides_before(const struct loading *l)
{
	_cleanup_free_ struct tierbpf_overrides *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return no_memory();
	err = trial_overrides(bpf_map__fd(l->skel->maps.override), o);
	if (err)
		return pinned_map_fail(err, POLICY_PATH("overrides_before"));
	err = load_fill_array(l->skel->maps.overrides_before, o, 1);
	return err ? explain_load(err) : 0;
}

static int pin_maps(const struct loading *l)
{
	const char *staging = PIN_PATH(TIERBPF_PIN_STAGING);
	struct tierbpf_bpf *skel = l->skel;
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++)
		if (!m->unpinned && bpf_map__autocreate(m->map))
			err = load_pin(bpf_map__fd(m->map), staging, bpf_map__name(m->map));
	err = err ?: load_pin(bpf_map__fd(ops_map(l)), staging, "ops");
	err = err ?: load_pin(bpf_program__fd(skel->progs.ask_node), staging, "ask_node");
	if (!err && access(PIN_PATH(TIERBPF_PIN_OVERRIDE), F_OK))
		err = load_pin(bpf_map__fd(skel->maps.override), TIERBPF_PIN_ROOT,
			       TIERBPF_PIN_OVERRIDE);
	return err;
}

/* Pins the program that brings the former overrides back at the end of the trial. */
static int pin_trial(const struct loading *l)
{
	return load_pin(bpf_program__fd(l->skel->progs.restore_overrides),
			PIN_PATH(TIERBPF_PIN_STAGING), "restore_overrides");
}

static int stage(struct loading *l)
{
	int err = reuse_override(l);

	if (err)
		return err;
	load_list_maps(l);
	err = set_up(l);
	if (l->object)
		engine_object_number(l->object, l->meta.generation);
	err = err ?: tierbpf_bpf__load(l->skel);
	err = err ?: load_fill_maps(l);
	if (err)
		return explain_load(err);
	if (l->trial->seconds)
		err = fill_overrides_before(l);
	if (err || !l->object)
		return err;
	err = engine_object_load(l->object, bpf_map__fd(l->skel->maps.facts));
	return err ?: engine_object_allow(l->object);
}

/* If the process is killed in here, the former policy or the new one is in force: pins.h. */
static int switch_over(struct loading *l)
{
	int err = pins_stage();

	if (!err && l->trial->seconds)
		err = trial_keep_former();
	if (!err && l->object)
		err = engine_object_pin(l->object, PIN_PATH(TIERBPF_PIN_STAGING));
	if (err)
		return err;
	err = pin_maps(l);
	err = err ?: load_attach_tracing(l->skel);
	err = err ?: load_start_timer(l->skel);
	if (l->trial->seconds) {
		err = err ?: pin_trial(l);
		err = err   ?:
			      trial_begin(l->trial, bpf_map__fd(l->skel->maps.meta), &l->meta,
					  bpf_map__fd(ops_map(l)));
	}
	err = err ?: load_attach_policy(ops_map(l));
	return err ? explain_attach(err) : pins_commit();
}

int engine_load(const struct compiled_policy *compiled, struct engine_object *object,
		const struct trial *trial, unsigned int *generation)
{
	_cleanup_(cleanup_skel) struct tierbpf_bpf *skel = NULL;
	struct loading l = { .compiled = compiled, .object = object, .trial = trial };
	int err = trial_heal();

	if (err)
		return err;
	l.meta = next_meta(compiled, object);
	*generation = l.meta.generation;
	bpf_words_listen();
	l.skel = skel = tierbpf_bpf__open();
	err = skel ? stage(&l) : explain_load(-errno);
	err = err ?: switch_over(&l);
	if (err == -ENOTEMPTY)
		return fail(err,
			    "the new policy is in force, but the programs of the former one that are named above stay attached: "
			    "remove what keeps it from being removed, and load the policy again; or reboot");
	if (err)
		pins_abandon();
	return err;
}
