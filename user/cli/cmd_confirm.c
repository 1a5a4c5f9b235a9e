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
	NULL,
	NULL,
	NULL,
	"Keeps the policy that tierbpf load --try has put on trial, with the overrides of now. Without it, "
	"the former policy comes back when the time is up, with the overrides of then.",
	NULL,
	NULL,
	NULL
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
