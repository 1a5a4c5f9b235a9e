// SPDX-License-Identifier: GPL-2.0-only
/* How a load begins a trial: what comes back is kept, and the guardian is told. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "engine/guardian.h"
#include "engine/in-force.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "engine/trial.h"
#include "util/msg.h"

static bool is_shortage(int err)
{
	return err == -ENOMEM || err == -ENFILE || err == -EMFILE;
}

/*
 * Is a policy in force, and is it on trial? 0; -errno if that cannot be told now. A pin `meta` that
 * cannot be read for another reason than a shortage was not written by a load: such a policy is not
 * on trial.
 */
static int find_trial(bool *in_force, bool *on_trial)
{
	struct tierbpf_meta meta;
	unsigned int policy;
	int err = pins_find_policy(&policy);

	*on_trial = false;
	*in_force = !err && policy;
	if (!*in_force)
		return err;
	err = engine_read_meta(&meta);
	*on_trial = !err && meta.trial_until;
	return is_shortage(err) ? err : 0;
}

int trial_keep_former(void)
{
	bool in_force, on_trial;
	const char *from;
	int err = find_trial(&in_force, &on_trial);

	if (err)
		return fail(err,
			    "cannot tell which policy would have to come back after a trial (%s), so nothing "
			    "was loaded; try again",
			    strerror(-err));
	if (!in_force)
		return 0;
	/* A trial that replaces another one confirms neither: the policy before both comes back. */
	from = on_trial ? FORMER_PATH("") : POLICY_PATH("");
	err = pins_copy(from, STAGING_PATH(TIERBPF_PIN_FORMER));
	return err && err != -ENOENT ? fail(err, "%s: %s", from, strerror(-err)) : 0;
}

int trial_overrides(int override, struct tierbpf_overrides *overrides)
{
	bool in_force, on_trial;
	int err = find_trial(&in_force, &on_trial);

	if (err)
		return err;
	if (!on_trial) {
		engine_list_overrides(override, overrides);
		return 0;
	}
	err = pinned_map_read(POLICY_PATH("overrides_before"), overrides, sizeof(*overrides));
	return err || overrides->count <= TIERBPF_MAX_NODES ? err : -EPROTO;
}

int trial_begin(const struct trial *t, int meta_fd, struct tierbpf_meta *meta, int ops_fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	meta->trial_until = trial_end(t->seconds);
	if (bpf_map_get_info_by_fd(ops_fd, &info, &size))
		return -errno;
	return trial_write_meta(meta_fd, meta) ?: guardian_tell(t->guardian, info.id);
}
