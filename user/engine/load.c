// SPDX-License-Identifier: GPL-2.0-only
/* Loads a policy: fills staging/, switches, commits (pins.h). */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/libbpf-log.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "tierbpf.skel.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

/*
 * The period of the clock in ns. It is short because the kernel skips a perf program if its CPU is in
 * the middle of a map update, and a missed override should still be found within a second.
 */
#define TICK 100000000

#define MAX_MAPS 16

/* A map of bpf/maps.h. list_maps() has the table of them. */
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

/* A map needs at least one entry. */
static int set_length(struct bpf_map *map, size_t length)
{
	return bpf_map__set_max_entries(map, length ? (__u32)length : 1);
}

/*
 * Lets the policy take over a map of its predecessor. If another version of tierbpf made that one
 * differently, the policy begins with a new map.
 */
static int inherit(struct bpf_map *map)
{
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char path[128];

	snprintf(path, sizeof(path), POLICY_PATH("%s"), bpf_map__name(map));
	fd = pinned_map_open(path, BPF_MAP_TYPE_ARRAY, bpf_map__value_size(map));
	if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &size) ||
	    info.value_size != bpf_map__value_size(map) ||
	    info.max_entries != bpf_map__max_entries(map))
		return 0;
	return bpf_map__reuse_fd(map, fd);
}

/* With PREEMPT_RT the verifier allows no BPF timers; a clock of perf is used instead. */
static int choose_timer(const struct tierbpf_bpf *skel)
{
	struct utsname kernel;
	bool timer = !uname(&kernel) && !strstr(kernel.version, "PREEMPT_RT");
	int err = bpf_map__set_autocreate(skel->maps.timer, timer);

	err = err ?: bpf_program__set_autoload(skel->progs.start_timer, timer);
	return err ?: bpf_program__set_autoload(skel->progs.tick, !timer);
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

/* Without `override`, which may exist before the policy, and stays when that is replaced. */
static void list_maps(struct loading *l)
{
	const struct compiled_policy *p = l->compiled;
	const struct our_map maps[] = {
		{ l->skel->maps.facts, (size_t)p->nr_nodes, p->facts },
		{ l->skel->maps.rules, p->policy->nr_rules, p->policy->rules },
		{ l->skel->maps.tests, p->policy->nr_tests, p->policy->tests },
		{ l->skel->maps.groups, p->meta.nr_groups, p->groups },
		{ l->skel->maps.meta, 1, &l->meta },
		/* One value: the text with the 0 at its end. An object has none. */
		{ l->skel->maps.source, p->meta.source_bytes ? 1 : 0, p->policy->source },
		{ l->skel->maps.stats, 1 },
		{ l->skel->maps.events, TIERBPF_EVENTS_BYTES },
		{ l->skel->maps.followed, (size_t)p->nr_nodes, .inherited = true },
		{ l->skel->maps.timer, 1, .inherited = true },
		{ l->skel->maps.overrides_before, 1 },
		{ l->skel->maps.decided, (size_t)p->nr_nodes, .unpinned = true },
	};

	_Static_assert(sizeof(maps) < sizeof(l->maps), "one without a map ends the list");
	memcpy(l->maps, maps, sizeof(maps));
}

/* Sizes the maps for the policy. */
static int size_maps(const struct loading *l)
{
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++) {
		err = set_length(m->map, m->length);
		if (!err && m->inherited)
			err = inherit(m->map);
	}
	/* The kernel rounds the size up to 8 bytes. */
	if (!err)
		err = bpf_map__set_value_size(l->skel->maps.source,
					      l->compiled->meta.source_bytes + 1);
	return err;
}

static int set_up(const struct loading *l)
{
	int err = size_maps(l);

	l->skel->struct_ops.policy->generation = l->meta.generation;
	err = err ?: choose_timer(l->skel);
	/* Only tests use it, and verifying it takes as long as for the policy. */
	err = err ?: bpf_program__set_autoload(l->skel->progs.decide_node, false);
	err = err ?: bpf_map__set_autocreate(l->skel->maps.overrides_before, l->trial->seconds);
	err = err ?: bpf_program__set_autoload(l->skel->progs.restore_overrides, l->trial->seconds);
	/* Only for objects: the program of rules looks up the override itself, which saves a trampoline. */
	err = err ?: bpf_program__set_autoload(l->skel->progs.override_adistance, l->object);
	/* If an object decides, our struct_ops is left out, and its program with it. */
	return err ?: bpf_map__set_autocreate(l->skel->maps.policy, !l->object);
}

/* Writes @count values, which lie one behind the other at @values. */
static int fill_array(const struct bpf_map *map, const void *values, size_t count)
{
	_cleanup_free_ __u32 *keys = calloc(count + 1, sizeof(*keys));
	__u32 done = (__u32)count, i;

	if (!keys)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		keys[i] = i;
	return count ? bpf_map_update_batch(bpf_map__fd(map), keys, values, &done, NULL) : 0;
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
	err = fill_array(l->skel->maps.overrides_before, o, 1);
	return err ? explain_load(err) : 0;
}

static int fill(const struct loading *l)
{
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++)
		if (m->values)
			err = fill_array(m->map, m->values, m->length);
	return err;
}

static int pin_object(int fd, const char *directory, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (bpf_obj_pin(fd, path))
		return -errno;
	fault_point(path);
	return 0;
}

static int pin_maps(const struct loading *l)
{
	const char *staging = PIN_PATH(TIERBPF_PIN_STAGING);
	struct tierbpf_bpf *skel = l->skel;
	const struct our_map *m;
	int err = 0;

	for (m = l->maps; !err && m->map; m++)
		if (!m->unpinned && bpf_map__autocreate(m->map))
			err = pin_object(bpf_map__fd(m->map), staging, bpf_map__name(m->map));
	err = err ?: pin_object(bpf_map__fd(ops_map(l)), staging, "ops");
	err = err ?: pin_object(bpf_program__fd(skel->progs.ask_node), staging, "ask_node");
	if (!err && access(PIN_PATH(TIERBPF_PIN_OVERRIDE), F_OK))
		err = pin_object(bpf_map__fd(skel->maps.override), TIERBPF_PIN_ROOT,
				 TIERBPF_PIN_OVERRIDE);
	return err;
}

/* Pins the program that brings the former overrides back at the end of the trial. */
static int pin_trial(const struct loading *l)
{
	return pin_object(bpf_program__fd(l->skel->progs.restore_overrides),
			  PIN_PATH(TIERBPF_PIN_STAGING), "restore_overrides");
}

static int attach_tracing(struct tierbpf_bpf *skel)
{
	struct {
		const struct bpf_program *program;
		const char *name;
	} links[] = {
		{ skel->progs.override_adistance, "override_link" },
		/* The kernel calls them in the opposite order, so watch_missed is called last. */
		{ skel->progs.watch_missed, "watch_missed_link" },
		{ skel->progs.watch_update, "watch_update_link" },
		{ skel->progs.watch_delete, "watch_delete_link" },
		{ skel->progs.count_event, "count_event_link" },
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(links); i++) {
		struct bpf_link *link;

		if (!bpf_program__autoload(links[i].program))
			continue;
		link = bpf_program__attach(links[i].program);
		if (!link)
			return -errno;
		fault_point(links[i].name);
		err = pin_object(bpf_link__fd(link), PIN_PATH(TIERBPF_PIN_STAGING), links[i].name);
		bpf_link__destroy(link);
	}
	return err;
}

static int run_start_timer(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		return -errno;
	fault_point("the timer is started");
	return (int)opts.retval;
}

/* A clock on the first CPU that has one: CPU 0 hardly ever goes offline. */
static int open_clock(void)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = TICK,
	};
	int cpu, fd = -1;

	for (cpu = 0; fd < 0 && cpu < get_nprocs_conf(); cpu++)
		fd = (int)syscall(__NR_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Without bpf_program__attach_perf_event(), whose link stops the clock when it is closed, even if pinned. */
static int start_clock(const struct bpf_program *program)
{
	_cleanup_close_ int clock = open_clock(), link = -1;

	if (clock < 0)
		return clock;
	link = bpf_link_create(bpf_program__fd(program), clock, BPF_PERF_EVENT, NULL);
	if (link < 0)
		return link;
	return pin_object(link, PIN_PATH(TIERBPF_PIN_STAGING), "tick_link");
}

/* Starts the regular look for override updates that the watchers missed. It runs until its pin is removed. */
static int start_timer(const struct tierbpf_bpf *skel)
{
	if (bpf_program__autoload(skel->progs.start_timer))
		return run_start_timer(skel->progs.start_timer);
	return start_clock(skel->progs.tick);
}

/* Replaces the policy of the pinned link, which the kernel does in one step. */
static int replace_policy(const struct bpf_map *ops)
{
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	if (link < 0)
		return -EBUSY; /* the policy in force is not ours */
	if (bpf_link_update(link, bpf_map__fd(ops), NULL))
		return -errno;
	fault_point("the switch");
	return 0;
}

/*
 * Attaching also makes the struct_ops map ready, for which libbpf has no call of
 * its own (bpf_link__update_map() must not be used on a link from a pin: it
 * writes behind the end of it). So: attach, and where a policy is in force
 * already, update its link.
 */
static int attach_policy(const struct bpf_map *ops)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(ops);
	int err;

	if (!link)
		return errno == EBUSY ? replace_policy(ops) : -errno;
	fault_point("the first policy is attached");
	err = pin_object(bpf_link__fd(link), TIERBPF_PIN_ROOT, TIERBPF_PIN_LINK);
	bpf_link__destroy(link);
	return err;
}

static int stage(struct loading *l)
{
	int err = reuse_override(l);

	if (err)
		return err;
	list_maps(l);
	err = set_up(l);
	if (l->object)
		engine_object_number(l->object, l->meta.generation);
	err = err ?: tierbpf_bpf__load(l->skel);
	err = err ?: fill(l);
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
	err = err ?: attach_tracing(l->skel);
	err = err ?: start_timer(l->skel);
	if (l->trial->seconds) {
		err = err ?: pin_trial(l);
		err = err   ?:
			      trial_begin(l->trial, bpf_map__fd(l->skel->maps.meta), &l->meta,
					  bpf_map__fd(ops_map(l)));
	}
	err = err ?: attach_policy(ops_map(l));
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
