// SPDX-License-Identifier: GPL-2.0-only
#include "engine/snapshot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/pins.h"
#include "machine/capture.h"
#include "model/kernel-adistance.h"
#include "util/cleanup.h"
#include "util/msg.h"

static int ask_node(struct snapshot *s, int node)
{
	struct ask_args args;
	int err = engine_ask(&s->engine, node, &args);

	if (err == -ENOENT) /* its last memory has just been removed */
		return 0;
	if (!err)
		machine_set_fact(&s->machine->nodes[node], TIERBPF_FACT_KERNEL_ADISTANCE,
				 args.answer.node.kernel_adistance, SOURCE_MODULE);
	return err;
}

/* 0 also if no policy is in force. */
static int ask_engine(struct snapshot *s)
{
	int node, err = engine_open(&s->engine);

	s->in_force = !err;
	if (err == -ENOENT)
		return 0;
	for (node = 0; !err && node < TIERBPF_MAX_NODES; node++) {
		if (!engine_override(&s->engine, node, &s->overrides[node]))
			s->overrides[node] = 0;
		if (s->machine->nodes[node].memory)
			err = ask_node(s, node);
	}
	return err;
}

/* Does something hold the module? Most likely it is a policy. */
static bool module_is_used(void)
{
	_cleanup_fclose_ FILE *f = fopen("/sys/module/tierbpf/refcnt", "re");
	int users = 0;

	return f && fscanf(f, "%d", &users) == 1 && users > 0;
}

static void init(struct snapshot *s)
{
	memset(s, 0, sizeof(*s));
	s->engine.ask_fd = s->engine.override_fd = -1;
}

static void complete(struct snapshot *s, bool this_machine)
{
	bool moved = this_machine && !s->in_force && module_is_used();

	if (moved)
		note("a policy seems to be in force, and only root can ask it where the kernel alone puts the nodes; "
		     "it is concluded from their latencies and bandwidths");
	kernel_adistance_estimate(s->machine, !moved && !s->in_force);
	if (this_machine)
		acpi_say_tables_withheld();
}

int snapshot_open_locked(struct snapshot *s)
{
	int err;

	init(s);
	err = machine_read("", &s->machine);
	if (err)
		return err;
	if (ask_engine(s))
		note("what is in force cannot be read; it is replaced");
	complete(s, true);
	return 0;
}

static int ask_under_lock(struct snapshot *s)
{
	_cleanup_close_ int lock = -1;
	struct stat st;
	int err;

	/* Only root can use the pins. Without any, there need not even be a bpffs. */
	if (geteuid() || lstat(TIERBPF_PIN_ROOT, &st))
		return 0;
	err = pins_lock(false, &lock);
	if (err)
		return err == -ENOENT ? 0 : err;
	return ask_engine(s);
}

int snapshot_open_any(const char *root, struct snapshot *s)
{
	int err;

	init(s);
	err = machine_read_any(root, &s->machine);
	if (!err && *root)
		capture_read_adistances(root, s->machine);
	else if (!err)
		err = ask_under_lock(s);
	if (err)
		snapshot_close(s);
	else
		complete(s, !*root);
	return err;
}

int snapshot_open(const char *root, struct snapshot *s)
{
	int err = snapshot_open_any(root, s);

	if (!err) {
		err = machine_need_tiers(s->machine, root);
		if (err)
			snapshot_close(s);
	}
	return err;
}

void snapshot_close(struct snapshot *s)
{
	if (s->in_force)
		engine_close(&s->engine);
	machine_free(TAKE_PTR(s->machine));
	init(s);
}
