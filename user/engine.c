// SPDX-License-Identifier: GPL-2.0-only
/* What is in force: reading it back, asking it, overriding it, detaching it. */
#include "engine.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "fault.h"
#include "msg.h"
#include "pins.h"
#include "rights.h"
#include "trial.h"

#define RELEASE_TRIES 60
#define RELEASE_PAUSE 50000 /* us */

#define BTF_DIR "/sys/kernel/btf/"

int engine_check(void)
{
	int err = rights_check();

	if (err)
		return err;
	if (access(BTF_DIR "vmlinux", F_OK))
		return fail(-ENOPKG, "this kernel shows no BTF (" BTF_DIR "vmlinux); "
			    "boot one built with CONFIG_DEBUG_INFO_BTF=y");
	if (!access(BTF_DIR "tierbpf", F_OK))
		return 0;
	if (!access("/sys/module/tierbpf", F_OK))
		return fail(-ENOPKG, "the module tierbpf is loaded without BTF, so BPF cannot reach it; "
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

/* The only element of a map: a struct of @size bytes, or an older, shorter one of its kind. */
static int lookup(int fd, void *value, size_t size)
{
	struct bpf_map_info info = {};
	__u32 zero = 0, info_size = sizeof(info);

	if (bpf_map_get_info_by_fd(fd, &info, &info_size))
		return -errno;
	if (info.value_size > size)
		return -EOVERFLOW;
	memset(value, 0, size);
	return bpf_map_lookup_elem(fd, &zero, value) ? -errno : 0;
}

static int read_pin(const char *path, void *value, size_t size)
{
	_cleanup_close_ int fd = -1;
	int err = open_pin(path, &fd);

	if (err)
		return err;
	err = lookup(fd, value, size);
	if (err == -EOVERFLOW)
		return fail(-ENOPKG, "%s: of a newer tierbpf; use that one, or load the policy again", path);
	return err ? fail(err, "%s: %s; load the policy again", path, strerror(-err)) : 0;
}

/* Whoever may write the map may put anything there, and everybody shows it. */
static void make_name_plain(struct tierbpf_meta *meta)
{
	char *c;

	meta->object[sizeof(meta->object) - 1] = 0;
	for (c = meta->object; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
}

int engine_read_meta(struct tierbpf_meta *meta)
{
	_cleanup_close_ int fd = bpf_obj_get(POLICY_PATH("meta"));
	int err = fd < 0 ? -errno : lookup(fd, meta, sizeof(*meta));

	if (!err)
		make_name_plain(meta);
	return err;
}

static int read_policy(struct engine *e)
{
	struct diags diags = { .file = "the policy in force" };
	_cleanup_free_ char *text = NULL;
	struct bpf_map_info info = {};
	_cleanup_close_ int fd = -1;
	__u32 size = sizeof(info);
	int err = open_pin(POLICY_PATH("source"), &fd);

	if (err)
		return err;
	if (bpf_map_get_info_by_fd(fd, &info, &size))
		return fail(-errno, POLICY_PATH("source") ": %s", strerror(errno));
	text = calloc(1, info.value_size + 1UL);
	if (!text)
		return fail(-ENOMEM, "out of memory");
	err = read_pin(POLICY_PATH("source"), text, info.value_size);
	if (err)
		return err;
	if (e->meta.source_bytes > info.value_size)
		return fail(-EIO, POLICY_PATH("source") ": shorter than it should be; load the policy again");
	text[e->meta.source_bytes] = 0;
	diags.text = text;
	err = policy_parse(text, e->meta.source_bytes, &diags, &e->policy);
	if (err == -EBADMSG)
		diags_print(&diags, stderr);
	diags_free(&diags);
	return err;
}

static int read_back(struct engine *e)
{
	int err = read_pin(POLICY_PATH("meta"), &e->meta, sizeof(e->meta));

	if (err)
		return err;
	make_name_plain(&e->meta);
	if (e->meta.abi != TIERBPF_ABI)
		return fail(-ENOPKG, "the policy in force was loaded by a tierbpf with ABI %u, this one has %u; "
			    "load it again", e->meta.abi, TIERBPF_ABI);
	err = read_pin(POLICY_PATH("stats"), &e->stats, sizeof(e->stats));
	err = err ?: open_pin(POLICY_PATH("ask_node"), &e->ask_fd);
	err = err ?: open_pin(PIN_PATH(TIERBPF_PIN_OVERRIDE), &e->override_fd);
	/* An object has no text, and no names for tiers. */
	return err || e->meta.object[0] ? err : read_policy(e);
}

int engine_open(struct engine *e)
{
	int err;

	*e = (struct engine){ .ask_fd = -1, .override_fd = -1 };
	err = trial_heal();
	if (err)
		return err;
	if (!pins_policy_id())
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
	return args->err ? fail(args->err, "node %d: the module answers error %d", node, args->err) : 0;
}

/* The facts that rules find in the map; the others the kernel says at the moment of the question. */
#define STORED_FACTS (~0ULL << TIERBPF_FACT_PXM)

static bool same_facts(const struct tierbpf_facts *a, const struct tierbpf_facts *b)
{
	int fact;

	if ((a->known ^ b->known) & STORED_FACTS)
		return false;
	for (fact = TIERBPF_FACT_PXM; fact < TIERBPF_NR_FACTS; fact++)
		if (a->known & 1ULL << fact && a->value[fact] != b->value[fact])
			return false;
	return true;
}

/* -1: there are none, or those of a newer tierbpf, which are longer. */
static int open_facts(void)
{
	int fd = bpf_obj_get(POLICY_PATH("facts"));
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (fd >= 0 && !bpf_map_get_info_by_fd(fd, &info, &size) &&
	    info.value_size <= sizeof(struct tierbpf_facts))
		return fd;
	cleanup_close(&fd);
	return -1;
}

static bool knows_facts(const struct program *p)
{
	_cleanup_close_ int fd = open_facts();
	struct tierbpf_facts facts;
	int node;

	for (node = 0; node < p->nr_nodes; node++)
		if (bpf_map_lookup_elem(fd, &node, &facts) || !same_facts(&facts, &p->facts[node]))
			return false;
	return true;
}

static bool knows_groups(const struct program *p)
{
	_cleanup_close_ int fd = bpf_obj_get(POLICY_PATH("groups"));
	struct tierbpf_meta meta;
	struct tierbpf_group group;
	__u32 i;

	if (engine_read_meta(&meta) || meta.nr_groups != p->meta.nr_groups)
		return false;
	for (i = 0; i < meta.nr_groups; i++)
		if (bpf_map_lookup_elem(fd, &i, &group) || memcmp(&group, &p->groups[i], sizeof(group)))
			return false;
	return true;
}

bool engine_knows(const struct program *program)
{
	return knows_facts(program) && knows_groups(program);
}

bool engine_is_measured(void)
{
	_cleanup_close_ int fd = open_facts();
	struct tierbpf_facts facts;
	__u32 node;

	for (node = 0; !bpf_map_lookup_elem(fd, &node, &facts); node++)
		if (facts.known & 1ULL << TIERBPF_FACT_MEASURED_ADISTANCE)
			return true;
	return false;
}

bool engine_override(const struct engine *e, int node, int *adistance)
{
	return !bpf_map_lookup_elem(e->override_fd, &node, adistance);
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

int engine_unload(void)
{
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	/* The module restores the nodes before this returns. */
	if (link >= 0 && bpf_link_detach(link) && errno != ENOLINK)
		return fail(-errno, "the policy cannot be detached: %s", strerror(errno));
	fault_point("the policy is detached");
	if (!pins_remove_all())
		return 0;
	return fail(-ENOTEMPTY, "the policy is detached, but what is named above stays attached: remove what keeps it "
		    "from being removed, and run tierbpf unload again; or reboot");
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
