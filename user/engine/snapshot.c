// SPDX-License-Identifier: GPL-2.0-only
#include "engine/snapshot.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/pins.h"
#include "model/kernel-adistance.h"
#include "util/cleanup.h"
#include "util/msg.h"

static int ask_node(struct snapshot *s, int node)
{
	struct machine_node *n = &s->machine->nodes[node];
	struct ask_args args;
	int err = engine_ask(&s->engine, node, &args);

	if (err == -ENOENT) /* its last memory has just been removed */
		return 0;
	if (err)
		return err;
	n->adistance = args.answer.adistance;
	machine_set_fact(n, TIERBPF_FACT_KERNEL_ADISTANCE, args.answer.node.kernel_adistance,
			 SOURCE_MODULE);
	return 0;
}

/* 0 also if no policy is in force. */
static int ask_engine(struct snapshot *s)
{
	int node, err = engine_open(&s->engine);

	s->state.in_force = !err;
	if (err)
		return err == -ENOENT ? 0 : err;
	s->state.policy = s->engine.policy;
	engine_measured(s->state.measured);
	engine_overrides(&s->engine, s->state.overrides);
	for (node = 0; !err && node < s->machine->nr_nodes; node++)
		if (s->machine->nodes[node].memory)
			err = ask_node(s, node);
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

/* Finds out where the kernel alone would put the nodes that nobody could be asked about. */
static void complete(struct snapshot *s, bool this_machine)
{
	if (this_machine)
		s->state.not_asked = !s->state.in_force && module_is_used();
	if (s->state.not_asked)
		note("a policy %s, and only root can ask it where the kernel alone puts the nodes; "
		     "it is concluded from their latencies and bandwidths",
		     this_machine ? "seems to be in force" :
				    "seems to have been in force on the captured machine");
	kernel_adistance_estimate(s->machine, !s->state.not_asked && !s->state.in_force);
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
		err = policy_state_read(root, s->machine, &s->state, &s->captured);
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
	if (s->state.in_force)
		engine_close(&s->engine);
	policy_free(TAKE_PTR(s->captured));
	machine_free(TAKE_PTR(s->machine));
	init(s);
}

static bool is_in_force(const struct snapshot *s, const struct policy *policy)
{
	const struct policy *in_force = s->state.policy;

	return in_force && policy->source_bytes == in_force->source_bytes &&
	       !memcmp(policy->source, in_force->source, in_force->source_bytes);
}

const __s32 *snapshot_measured(const struct snapshot *s, const struct policy *policy)
{
	int node;

	for (node = 0; is_in_force(s, policy) && node < TIERBPF_MAX_NODES; node++)
		if (s->state.measured[node])
			return s->state.measured;
	return NULL;
}
