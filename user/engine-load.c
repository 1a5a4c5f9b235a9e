// SPDX-License-Identifier: GPL-2.0-only
/* Loading a policy: fill staging/, switch, commit (pins.h). */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "engine.h"
#include "msg.h"
#include "pins.h"
#include "tierbpf.skel.h"

/* libbpf's own words are for developers: TIERBPF_DEBUG=1 shows them. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (getenv("TIERBPF_DEBUG"))
		return vfprintf(stderr, format, args);
	return 0;
}

static void cleanup_skel(struct tierbpf_bpf **skel)
{
	tierbpf_bpf__destroy(*skel);
}

static int explain_load(int err)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return fail(err, "the kernel does not let this process load BPF programs: it needs root "
			    "with CAP_SYS_ADMIN, outside of a container and of lockdown=confidentiality");
	case -ESRCH:
	case -ENOENT:
	case -ENOTSUP:
	case -EPROTO:
		return fail(-ENOPKG, "kernel and module do not offer what this tierbpf needs: Linux 6.12 or "
			    "newer, and the module of the same version (modinfo tierbpf)");
	case -ENOMEM:
		return fail(err, "the kernel is out of memory for the maps of this policy");
	case -E2BIG:
	case -ENOSPC:
		return fail(err, "the kernel has no room for a policy of this size");
	}
	return fail(err, "the kernel refuses the BPF programs (error %d, %s); TIERBPF_DEBUG=1 shows its words",
		    err, strerror(-err));
}

static int explain_attach(int err)
{
	switch (err) {
	case -EBUSY:
		return fail(err, "another policy is in force that tierbpf did not load: "
			    "bpftool link list names it, and its owner must detach it");
	case -EPROTO:
		return fail(-ENOPKG, "the module has another ABI than this tierbpf (%d): install both from "
			    "the same version", TIERBPF_ABI);
	case -EPERM:
	case -EACCES:
		return explain_load(err);
	}
	return fail(err, "the policy cannot be attached: error %d, %s", err, strerror(-err));
}

static unsigned int next_generation(void)
{
	_cleanup_close_ int fd = bpf_obj_get(POLICY_PATH("meta"));
	struct tierbpf_meta meta = {};
	__u32 zero = 0;

	if (fd >= 0)
		bpf_map_lookup_elem(fd, &zero, &meta);
	return meta.generation + 1;
}

/* Maps as large as the policy needs; the override is the one that people know already. */
static int set_sizes(struct tierbpf_bpf *skel, const struct policy *p)
{
	_cleanup_close_ int override = bpf_obj_get(PIN_PATH(TIERBPF_PIN_OVERRIDE));
	int err = 0;

	if (override >= 0)
		err = bpf_map__reuse_fd(skel->maps.override, override);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.rules, p->nr_rules ? (__u32)p->nr_rules : 1);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.tests, p->nr_tests ? (__u32)p->nr_tests : 1);
	/* The kernel wants more than nothing, and rounds up to 8 bytes itself. */
	if (!err)
		err = bpf_map__set_value_size(skel->maps.source, (__u32)p->source_bytes + 1);
	return err;
}

static int fill(struct tierbpf_bpf *skel, const struct policy *p, unsigned int generation)
{
	struct tierbpf_meta meta = {
		.abi = TIERBPF_ABI,
		.generation = generation,
		.nr_rules = (__u32)p->nr_rules,
		.source_bytes = (__u32)p->source_bytes,
		.loaded_at = (__u64)time(NULL),
		.otherwise = p->otherwise,
	};
	__u32 i, zero = 0;
	int err = 0;

	memcpy(meta.digest, p->digest, sizeof(meta.digest));
	for (i = 0; !err && i < p->nr_rules; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.rules), &i, &p->rules[i], BPF_ANY);
	for (i = 0; !err && i < p->nr_tests; i++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.tests), &i, &p->tests[i], BPF_ANY);
	if (!err)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.source), &zero, p->source, BPF_ANY);
	if (!err)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.meta), &zero, &meta, BPF_ANY);
	return err;
}

static int pin_object(int fd, const char *directory, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

static int pin_maps(struct tierbpf_bpf *skel)
{
	const char *staging = PIN_PATH(TIERBPF_PIN_STAGING);
	int err;

	err = pin_object(bpf_map__fd(skel->maps.facts), staging, "facts");
	err = err ?: pin_object(bpf_map__fd(skel->maps.rules), staging, "rules");
	err = err ?: pin_object(bpf_map__fd(skel->maps.tests), staging, "tests");
	err = err ?: pin_object(bpf_map__fd(skel->maps.meta), staging, "meta");
	err = err ?: pin_object(bpf_map__fd(skel->maps.source), staging, "source");
	err = err ?: pin_object(bpf_map__fd(skel->maps.stats), staging, "stats");
	err = err ?: pin_object(bpf_map__fd(skel->maps.policy), staging, "ops");
	err = err ?: pin_object(bpf_program__fd(skel->progs.ask_node), staging, "ask_node");
	if (!err && access(PIN_PATH(TIERBPF_PIN_OVERRIDE), F_OK))
		err = pin_object(bpf_map__fd(skel->maps.override), TIERBPF_PIN_ROOT,
				 TIERBPF_PIN_OVERRIDE);
	return err;
}

static int attach_tracing(struct tierbpf_bpf *skel)
{
	struct {
		const struct bpf_program *program;
		const char *name;
	} links[] = {
		{ skel->progs.override_adistance, "override_link" },
		{ skel->progs.watch_update, "watch_update_link" },
		{ skel->progs.watch_delete, "watch_delete_link" },
		{ skel->progs.count_event, "count_event_link" },
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(links) / sizeof(*links); i++) {
		struct bpf_link *link = bpf_program__attach(links[i].program);

		if (!link)
			return -errno;
		err = pin_object(bpf_link__fd(link), PIN_PATH(TIERBPF_PIN_STAGING), links[i].name);
		bpf_link__destroy(link);
	}
	return err;
}

/* Replaces what the pinned link has put in force, in one step of the kernel. */
static int replace_policy(struct tierbpf_bpf *skel)
{
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	if (link < 0)
		return -EBUSY; /* somebody else's */
	return bpf_link_update(link, bpf_map__fd(skel->maps.policy), NULL);
}

/*
 * Attaching also makes the struct_ops map ready, for which libbpf has no call of
 * its own (bpf_link__update_map() must not be used on a link from a pin: it
 * writes behind the end of it). So: attach, and where a policy is in force
 * already, update its link.
 */
static int attach_policy(struct tierbpf_bpf *skel)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(skel->maps.policy);
	int err;

	if (!link)
		return errno == EBUSY ? replace_policy(skel) : -errno;
	err = pin_object(bpf_link__fd(link), TIERBPF_PIN_ROOT, TIERBPF_PIN_LINK);
	bpf_link__destroy(link);
	return err;
}

static int stage(struct tierbpf_bpf *skel, const struct policy *policy, unsigned int generation)
{
	int err = set_sizes(skel, policy);

	if (!err)
		err = tierbpf_bpf__load(skel);
	if (!err)
		err = fill(skel, policy, generation);
	return err ? explain_load(err) : 0;
}

/* From here to pins_commit() a kill leaves the former policy or the new one: pins.h. */
static int switch_over(struct tierbpf_bpf *skel)
{
	int err = pins_stage();

	if (err)
		return err;
	err = pin_maps(skel);
	err = err ?: attach_tracing(skel);
	err = err ?: attach_policy(skel);
	return err ? explain_attach(err) : pins_commit();
}

static int load(struct tierbpf_bpf *skel, const struct policy *policy, unsigned int *generation)
{
	int err;

	*generation = next_generation();
	err = stage(skel, policy, *generation);
	return err ?: switch_over(skel);
}

int engine_load(const struct policy *policy, unsigned int *generation)
{
	_cleanup_(cleanup_skel) struct tierbpf_bpf *skel = NULL;
	int err = pins_heal();

	if (err)
		return err;
	libbpf_set_print(print_libbpf);
	skel = tierbpf_bpf__open();
	err = skel ? load(skel, policy, generation) : explain_load(-errno);
	if (err)
		pins_abandon();
	return err;
}
