// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <tierbpf/adistance.h>

#include "cli/cmd.h"
#include "engine/engine.h"
#include "engine/pins.h"
#include "machine/machine.h"
#include "show/report.h"
#include "util/cleanup.h"
#include "util/msg.h"

static const struct argp argp = {
	.doc = "Detaches the policy and removes its pins from /sys/fs/bpf. Every node returns to the tier that "
	       "the kernel chooses without a policy; the tiers are then read back to verify it.",
};

#define SETTLE_TRIES 30
#define SETTLE_PAUSE 100000 /* us */

/* A node with memory that is not in the tier that the kernel chooses without a policy; NULL if there is none. */
static const struct report_node *find_astray(const struct report *before, const struct machine *now)
{
	size_t i;

	for (i = 0; i < before->count; i++) {
		const struct report_node *n = &before->nodes[i];

		if (now->nodes[n->node].memory &&
		    now->nodes[n->node].tier != (int64_t)tierbpf_tier(n->kernel_adistance))
			return n;
	}
	return NULL;
}

/*
 * A node that a driver is adding or removing is returned a second later, hence the tries. The lock
 * has gone with the pins: once somebody has loaded another policy, that moves the nodes, and there
 * is nothing left to verify.
 */
static int verify(const struct report *before)
{
	_cleanup_(cleanup_machine) struct machine *now = NULL;
	const struct report_node *n;
	int i, err;

	for (i = 0; i < SETTLE_TRIES; i++) {
		machine_free(TAKE_PTR(now));
		err = machine_read("", &now);
		if (err)
			return err;
		n = find_astray(before, now);
		if (!n || pins_policy_id())
			return 0;
		usleep(SETTLE_PAUSE);
	}
	return fail(-ESTALE,
		    "node %d is in tier %lld, but without a policy the kernel chooses %u; dmesg may say why",
		    n->node, (long long)now->nodes[n->node].tier, tierbpf_tier(n->kernel_adistance));
}

static int unload(void)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	_cleanup_(cleanup_engine) struct engine e = { .ask_fd = -1, .override_fd = -1 };
	_cleanup_close_ int lock = -1;
	struct report r = {};
	int err = engine_check();

	err = err ?: pins_lock(false, &lock);
	if (!err)
		err = engine_open(&e);
	if (err == -ENOENT) {
		note("no policy is loaded");
		return lock >= 0 ? engine_unload() : 0;
	}
	if (lock < 0)
		return err;
	/* Pins that cannot be read must not keep anybody from unloading: the error is returned at the end. */
	err = err ?: machine_read("", &m);
	err = err ?: report_gather(&e, m, NULL, &r);
	engine_close(&e);
	err = engine_unload() ?: err;
	engine_wait_for_release();
	err = err ?: verify(&r);
	report_free(&r);
	return err;
}

int cmd_unload(int argc, char **argv)
{
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	return exit_status(unload());
}
