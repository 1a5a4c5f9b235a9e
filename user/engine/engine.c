// SPDX-License-Identifier: GPL-2.0-only
/* The policy in force: reads it back, asks it, overrides and detaches it. */
#include "engine/engine.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <tierbpf/facts.h>

#include "engine/in-force.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "engine/rights.h"
#include "engine/trial.h"
#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

#define RELEASE_TRIES 60
#define RELEASE_PAUSE 50000 /* us */

#define BTF_DIR "/sys/kernel/btf/"

int engine_check(void)
{
	int err = rights_check();

	if (err)
		return err;
	if (access(BTF_DIR "vmlinux", F_OK))
		return fail(-ENOPKG, "this kernel has no BTF (" BTF_DIR "vmlinux); "
				     "boot one built with CONFIG_DEBUG_INFO_BTF=y");
	if (!access(BTF_DIR "tierbpf", F_OK))
		return 0;
	if (!access("/sys/module/tierbpf", F_OK))
		return fail(-ENOPKG,
			    "the module tierbpf is loaded without BTF, so BPF cannot reach it; "
			    "build it against headers that ship a vmlinux, with pahole installed");
	return fail(-ENOPKG, "the kernel module is not loaded: modprobe tierbpf "
			     "(tierbpf doctor says why, if it refuses)");
}

static int open_pin(const char *path, int *fd)
{
	*fd = bpf_obj_get(path);
	if (*fd >= 0)
		return 0;
	return fail(-errno, "%s: %s; load the policy again", path, strerror(errno));
}

static int read_pin(const char *path, void *value, size_t size)
{
	int err = pinned_map_read(path, value, size);

	return err ? pinned_map_fail(err, path) : 0;
}

/* Is @text, which is going to be parsed again, the text that was loaded? */
static bool was_loaded(char *text, const struct tierbpf_meta *meta)
{
	const struct policy read = { .source = text, .source_bytes = meta->source_bytes };
	uint8_t digest[sizeof(meta->digest)];

	policy_digest(&read, digest);
	return !memcmp(digest, meta->digest, sizeof(digest));
}

static int read_policy(struct engine *e)
{
	struct diags diags = { .file = "the policy in force" };
	/* The text and a 0, rounded up to 8 bytes by the kernel. */
	size_t size = ((size_t)e->meta.source_bytes + 1 + 7) / 8 * 8;
	_cleanup_free_ char *text = malloc(size + 1);
	int err;

	if (!text)
		return no_memory();
	err = read_pin(POLICY_PATH("source"), text, size);
	if (err)
		return err;
	text[e->meta.source_bytes] = 0;
	if (!was_loaded(text, &e->meta))
		return pinned_map_fail(-EPROTO, POLICY_PATH("source"));
	diags.text = text;
	err = policy_parse(text, e->meta.source_bytes, &diags, &e->policy);
	if (err == -EBADMSG)
		diags_print(&diags, stderr);
	diags_free(&diags);
	if (!err && e->policy->nr_rules != e->meta.nr_rules)
		return pinned_map_fail(-EPROTO, POLICY_PATH("meta"));
	return err;
}

static int open_override(int *fd)
{
	const char *path = PIN_PATH(TIERBPF_PIN_OVERRIDE);

	*fd = pinned_map_open(path, BPF_MAP_TYPE_HASH, sizeof(__s32));
	return *fd < 0 ? pinned_map_fail(*fd, path) : 0;
}

static int read_back(struct engine *e)
{
	int err = engine_read_meta(&e->meta);

	if (err)
		return pinned_map_fail(err, POLICY_PATH("meta"));
	if (e->meta.abi != TIERBPF_ABI)
		return fail(-ENOPKG,
			    "the policy in force was loaded by a tierbpf with ABI %u, this one has %u; "
			    "load it again",
			    e->meta.abi, TIERBPF_ABI);
	err = read_pin(POLICY_PATH("stats"), &e->stats, sizeof(e->stats));
	err = err ?: open_pin(POLICY_PATH("ask_node"), &e->ask_fd);
	err = err ?: open_override(&e->override_fd);
	/* An object has no text, and so no names of tiers. */
	return err || e->meta.object[0] ? err : read_policy(e);
}

int engine_open(struct engine *e)
{
	unsigned int policy;
	int err;

	*e = (struct engine){ .ask_fd = -1, .override_fd = -1 };
	err = trial_heal();
	if (err)
		return err;
	err = pins_find_policy(&policy);
	if (err)
		return pins_cannot_tell(err);
	if (!policy)
		return -ENOENT;
	err = read_back(e);
	if (err)
		engine_close(e);
	return err;
}

void engine_close(struct engine *e)
{
	policy_free(TAKE_PTR(e->policy));
	cleanup_close(&e->ask_fd);
	cleanup_close(&e->override_fd);
	e->ask_fd = -1;
	e->override_fd = -1;
}

int engine_ask(const struct engine *e, int node, struct ask_args *args)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(*args));

	*args = (struct ask_args){ .node = node };
	if (bpf_prog_test_run_opts(e->ask_fd, &opts))
		return fail(-errno, "node %d cannot be asked about: %s", node, strerror(errno));
	if (args->err == -ENOENT || args->err == -EINVAL)
		return -ENOENT;
	return args->err ? fail(args->err, "node %d: the module answers error %d", node, args->err) :
			   0;
}

/* Compares the stored facts only: the kernel supplies the live ones with each question. */
static bool same_facts(const struct tierbpf_facts *a, const struct tierbpf_facts *b)
{
	__u64 stored = a->known & ~TIERBPF_LIVE_FACTS;
	int fact;

	if (stored != (b->known & ~TIERBPF_LIVE_FACTS))
		return false;
	for (fact = 0; fact < TIERBPF_NR_FACTS; fact++)
		if (stored & 1ULL << fact && a->value[fact] != b->value[fact])
			return false;
	return true;
}

/* Less than 0 if there are no facts, or longer ones of a newer tierbpf. */
static int open_facts(void)
{
	return pinned_map_open(POLICY_PATH("facts"), BPF_MAP_TYPE_ARRAY,
			       sizeof(struct tierbpf_facts));
}

static bool knows_facts(const struct compiled_policy *p)
{
	_cleanup_close_ int fd = open_facts();
	struct tierbpf_facts facts;
	int node;

	for (node = 0; node < p->nr_nodes; node++)
		if (bpf_map_lookup_elem(fd, &node, &facts) || !same_facts(&facts, &p->facts[node]))
			return false;
	return true;
}

static bool knows_groups(const struct compiled_policy *p)
{
	_cleanup_close_ int fd = pinned_map_open(POLICY_PATH("groups"), BPF_MAP_TYPE_ARRAY,
						 sizeof(struct tierbpf_group));
	struct tierbpf_meta meta;
	struct tierbpf_group group;
	__u32 i;

	if (engine_read_meta(&meta) || meta.nr_groups != p->meta.nr_groups)
		return false;
	for (i = 0; i < meta.nr_groups; i++)
		if (bpf_map_lookup_elem(fd, &i, &group) ||
		    memcmp(&group, &p->groups[i], sizeof(group)))
			return false;
	return true;
}

bool engine_knows(const struct compiled_policy *compiled)
{
	return knows_facts(compiled) && knows_groups(compiled);
}

void engine_measured(__s32 measured[TIERBPF_MAX_NODES])
{
	_cleanup_close_ int fd = open_facts();
	struct tierbpf_facts facts;
	__u32 node;

	memset(measured, 0, TIERBPF_MAX_NODES * sizeof(*measured));
	for (node = 0; node < TIERBPF_MAX_NODES && !bpf_map_lookup_elem(fd, &node, &facts); node++)
		if (facts.known & 1ULL << TIERBPF_FACT_MEASURED_ADISTANCE)
			measured[node] = (__s32)facts.value[TIERBPF_FACT_MEASURED_ADISTANCE];
}

bool engine_override(const struct engine *e, int node, int *adistance)
{
	return !bpf_map_lookup_elem(e->override_fd, &node, adistance);
}

void engine_overrides(const struct engine *e, __s32 overrides[TIERBPF_MAX_NODES])
{
	struct tierbpf_overrides list;
	__u32 i;

	memset(overrides, 0, TIERBPF_MAX_NODES * sizeof(*overrides));
	engine_list_overrides(e->override_fd, &list);
	for (i = 0; i < list.count; i++)
		if (list.of[i].node < TIERBPF_MAX_NODES)
			overrides[list.of[i].node] = list.of[i].adistance;
}

int engine_set_override(const struct engine *e, int node, const int *adistance)
{
	int err;

	if (adistance)
		err = bpf_map_update_elem(e->override_fd, &node, adistance, BPF_ANY);
	else
		err = bpf_map_delete_elem(e->override_fd, &node);
	if (!err || (!adistance && err == -ENOENT)) {
		fault_point("the override");
		return 0;
	}
	return fail(err, "the override of node %d: %s", node, strerror(-err));
}

/*
 * The kernel frees programs and maps some grace periods after their last user
 * is gone, and each holds the module: a rmmod right after us should succeed.
 * Programs of others may hold it too, so this is no error.
 */
void engine_wait_for_release(void)
{
	int i, users = 1;

	for (i = 0; i < RELEASE_TRIES && users; i++) {
		_cleanup_fclose_ FILE *f = fopen("/sys/module/tierbpf/refcnt", "re");

		if (!f || fscanf(f, "%d", &users) != 1)
			return;
		if (users)
			usleep(RELEASE_PAUSE);
	}
}
