// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "engine/engine.h"
#include "engine/pins.h"
#include "engine/trial.h"
#include "util/cleanup.h"
#include "util/msg.h"

static const struct argp argp = {
	.doc = "Keeps the policy that tierbpf load --try has put on trial, and the overrides as they are now. "
	       "If it is not run in time, the former policy comes back, with the overrides that were set "
	       "when the trial began.",
};

static int confirm(void)
{
	_cleanup_close_ int lock = -1;
	int err = engine_check();

	err = err ?: pins_lock(false, &lock);
	if (err == -ENOENT)
		return trial_nothing_to_confirm();
	return err ?: trial_confirm();
}

int cmd_confirm(int argc, char **argv)
{
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	return exit_status(confirm());
}
