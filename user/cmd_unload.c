// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <tierbpf/adistance.h>

#include "cleanup.h"
#include "cmd.h"
#include "engine.h"
#include "machine.h"
#include "msg.h"
#include "pins.h"
#include "report.h"

static const struct argp argp = {
	NULL, NULL, NULL,
	"Detaches the policy and removes what it left in /sys/fs/bpf. Every node goes back to the "
	"tier that the kernel alone gives it; the tiers are read back to prove it.", NULL, NULL, NULL
};

/* Compares the tiers with the kernel's own, known from before the policy went. */
static int verify(const struct report *before)
{
	_cleanup_free_ struct machine *now = malloc(sizeof(*now));
	size_t i;
	int err;

	if (!now)
		return fail(-ENOMEM, "out of memory");
	err = machine_read("", now);
	if (err)
		return err;
	for (i = 0; i < before->count; i++) {
		const struct report_node *n = &before->nodes[i];
		int64_t tier = now->nodes[n->node].tier;

		if (!now->nodes[n->node].memory || tier == (int64_t)tierbpf_tier(n->kernel_adistance))
			continue;
		err = fail(-ESTALE, "node %d is in tier %lld, and the kernel's own is %u; dmesg may say why",
			   n->node, (long long)tier, tierbpf_tier(n->kernel_adistance));
	}
	return err;
}

static int unload(void)
{
	_cleanup_free_ struct machine *m = malloc(sizeof(*m));
	_cleanup_(cleanup_engine) struct engine e = { .ask_fd = -1, .override_fd = -1 };
	_cleanup_close_ int lock = -1;
	struct report r = {};
	int err = m ? engine_check() : fail(-ENOMEM, "out of memory");

	err = err ?: pins_lock(false, &lock);
	if (!err)
		err = engine_open(&e);
	if (err == -ENOENT) {
		note("no policy is loaded");
		return lock >= 0 ? engine_unload() : 0;
	}
	if (lock < 0)
		return err;
	/* Pins that cannot be read any more must not keep the policy in force. */
	err = err ?: machine_read("", m);
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
