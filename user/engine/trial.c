// SPDX-License-Identifier: GPL-2.0-only
#include "engine/trial.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine/in-force.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

#define NS_PER_MS 1000000ULL
#define NS_PER_SECOND (1000 * NS_PER_MS)

/* A clock that runs while the machine is suspended, and that nobody can set. */
static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return ((__u64)t.tv_sec + fault_seconds()) * NS_PER_SECOND + (__u64)t.tv_nsec;
}

__u64 trial_end(unsigned int seconds)
{
	return now() + (__u64)seconds * NS_PER_SECOND;
}

unsigned int trial_left(const struct tierbpf_meta *meta)
{
	__u64 t = now();

	/* Rounded up, since 0 means that the time is up. */
	return meta->trial_until > t ? (unsigned int)((meta->trial_until - t - 1) / NS_PER_MS + 1) :
				       0;
}

int trial_write_meta(int fd, const struct tierbpf_meta *meta)
{
	__u32 zero = 0;

	return bpf_map_update_elem(fd, &zero, meta, BPF_ANY);
}

static int open_meta(const char *path)
{
	return pinned_map_open(path, BPF_MAP_TYPE_ARRAY, sizeof(struct tierbpf_meta));
}

/* Runs the pinned program that restores the overrides of before the trial. */
static int restore_overrides(void)
{
	_cleanup_close_ int fd = bpf_obj_get(POLICY_PATH("restore_overrides"));
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return fd < 0 ? -errno : bpf_prog_test_run_opts(fd, &opts);
}

/* Records that a trial ended, for a later status or confirm. */
static int mark_returned(void)
{
	_cleanup_close_ int fd = open_meta(STAGING_PATH("meta"));
	struct tierbpf_meta meta = {};
	__u32 zero = 0;

	if (fd < 0)
		return fd;
	if (bpf_map_lookup_elem(fd, &zero, &meta))
		return -errno;
	meta.returned = 1;
	return trial_write_meta(fd, &meta);
}

static int switch_back(void)
{
	_cleanup_close_ int ops = bpf_obj_get(STAGING_PATH("ops"));
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	if (ops < 0 || link < 0)
		return -ENOENT;
	return bpf_link_update(link, ops, NULL);
}

/*
 * Like a load: if the process is killed before the switch, nothing has changed, and the next command
 * finds that the time is up.
 */
static int bring_back(void)
{
	int err = pins_stage();

	err = err ?: pins_copy(FORMER_PATH(""), PIN_PATH(TIERBPF_PIN_STAGING));
	err = err ?: mark_returned();
	err = err ?: restore_overrides();
	fault_point("the overrides are restored");
	err = err ?: switch_back();
	if (err)
		return err;
	fault_point("the former policy is back");
	return pins_commit();
}

/* Ends the trial. If the former policy cannot come back, none is in force rather than an unconfirmed one. */
static int end(void)
{
	int err;

	if (access(FORMER_PATH("ops"), F_OK)) {
		note("the policy on trial was not confirmed in time, and there was none before: none is in force");
		return engine_unload();
	}
	err = bring_back();
	/* -ENOTEMPTY: the former policy is back, but pins of the other one, which have been named, stay. */
	if (!err || err == -ENOTEMPTY) {
		note("the policy on trial was not confirmed in time: the former one is back");
		return 0;
	}
	note("the policy on trial was not confirmed in time, and the former one cannot come back (%s): "
	     "none is in force",
	     strerror(-err));
	return engine_unload();
}

/* Removes overrides_before last, since trial_heal() takes it for the sign that there is more to remove. */
static int forget_former(void)
{
	int err = pins_remove(FORMER_PATH(""));

	err = pins_remove(POLICY_PATH("restore_overrides")) ?: err;
	return pins_remove(POLICY_PATH("overrides_before")) ?: err;
}

int trial_heal(void)
{
	struct tierbpf_meta meta;
	unsigned int policy;
	int err = pins_heal();

	if (err)
		return err;
	err = pins_find_policy(&policy);
	if (err)
		return pins_cannot_tell(err);
	if (!policy || engine_read_meta(&meta))
		return 0;
	if (!meta.trial_until) {
		/* A confirm was killed before it had removed all. */
		if (!access(POLICY_PATH("overrides_before"), F_OK))
			forget_former();
		return 0;
	}
	return trial_left(&meta) ? 0 : end();
}

int trial_nothing_to_confirm(void)
{
	return fail(-ENODATA,
		    "nothing to confirm: no policy is loaded (a first policy that is not confirmed "
		    "in time is unloaded)");
}

static int not_on_trial(const struct tierbpf_meta *meta)
{
	if (meta->returned)
		return fail(-ENODATA,
			    "too late: the policy on trial was not confirmed in time, and the former "
			    "one is back; load it again");
	return fail(-ENODATA, "nothing to confirm: the policy in force is not on trial");
}

int trial_confirm(void)
{
	_cleanup_close_ int fd = -1;
	struct tierbpf_meta meta;
	unsigned int policy;
	int err = trial_heal();

	if (err)
		return err;
	err = pins_find_policy(&policy);
	if (err)
		return pins_cannot_tell(err);
	if (!policy)
		return trial_nothing_to_confirm();
	err = engine_read_meta(&meta);
	if (err)
		return pinned_map_fail(err, POLICY_PATH("meta"));
	if (!meta.trial_until)
		return not_on_trial(&meta);
	meta.trial_until = 0;
	fd = open_meta(POLICY_PATH("meta"));
	err = fd < 0 ? fd : trial_write_meta(fd, &meta);
	if (err)
		return pinned_map_fail(err, POLICY_PATH("meta"));
	fault_point("the trial is confirmed");
	if (!forget_former())
		return 0;
	return fail(-ENOTEMPTY,
		    "the policy is confirmed, but the programs of the former one that are named above stay attached: "
		    "remove what keeps it from being removed, and load the policy again; or reboot");
}
