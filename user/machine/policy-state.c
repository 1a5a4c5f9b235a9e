// SPDX-License-Identifier: GPL-2.0-only
#include "machine/policy-state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/msg.h"
#include "util/sysfs.h"

/* These files exist in captured machines only. Those about nodes have a line "NODE NUMBER" for each. */
#define KERNEL_ADISTANCE "/tierbpf/kernel_adistance"
#define ADISTANCE "/tierbpf/adistance"
#define OVERRIDE "/tierbpf/override"
#define MEASURED "/tierbpf/measured_adistance"
#define POLICY "/tierbpf/policy.json"
#define NOT_ASKED "/tierbpf/not_asked"

#define WHY_NOT_ASKED "A policy seemed to be in force, and only root can ask it.\n"

/* ---- saving ---- */

struct saving {
	const struct machine *m;
	const struct policy_state *state;
	int (*save)(void *context, const char *path, const void *data, size_t length);
	void *context;
};

/* Saves only answers of the kernel; estimates can be computed again from the other files. */
static bool kernel_adistance(const struct saving *s, int node, __s32 *value)
{
	const struct machine_node *n = &s->m->nodes[node];

	*value = (__s32)n->facts.value[TIERBPF_FACT_KERNEL_ADISTANCE];
	return n->source[TIERBPF_FACT_KERNEL_ADISTANCE] == SOURCE_MODULE;
}

static bool adistance(const struct saving *s, int node, __s32 *value)
{
	*value = s->m->nodes[node].adistance;
	return *value;
}

static bool override(const struct saving *s, int node, __s32 *value)
{
	*value = s->state->overrides[node];
	return *value;
}

static bool measured(const struct saving *s, int node, __s32 *value)
{
	*value = s->state->measured[node];
	return *value;
}

/* Saves the value of each node that has one. Without any there is no file. */
static int save_values(const struct saving *s, const char *path,
		       bool (*value_of)(const struct saving *s, int node, __s32 *value))
{
	_cleanup_free_ char *text = NULL;
	FILE *out;
	size_t size;
	__s32 value;
	int node;

	out = open_memstream(&text, &size);
	if (!out)
		return no_memory();
	for (node = 0; node < s->m->nr_nodes; node++)
		if (value_of(s, node, &value))
			fprintf(out, "%d %d\n", node, value);
	if (fclose(out))
		return no_memory();
	return size ? s->save(s->context, path, text, size) : 0;
}

int policy_state_save(const struct machine *m, const struct policy_state *state,
		      int (*save)(void *context, const char *path, const void *data, size_t length),
		      void *context)
{
	const struct saving s = { m, state, save, context };
	int err = save_values(&s, KERNEL_ADISTANCE, kernel_adistance);

	err = err ?: save_values(&s, ADISTANCE, adistance);
	err = err ?: save_values(&s, OVERRIDE, override);
	err = err ?: save_values(&s, MEASURED, measured);
	if (!err && state->policy)
		err = save(context, POLICY, state->policy->source, state->policy->source_bytes);
	if (!err && state->not_asked)
		err = save(context, NOT_ASKED, WHY_NOT_ASKED, strlen(WHY_NOT_ASKED));
	return err;
}

/* ---- reading ---- */

struct values {
	__s32 value[TIERBPF_MAX_NODES];
	bool known[TIERBPF_MAX_NODES];
	bool any;
};

static void read_values(const char *root, const char *path, struct values *v)
{
	_cleanup_free_ char *text = NULL;
	const char *line;
	int node, value;

	memset(v, 0, sizeof(*v));
	if (sysfs_text(&text, root, "%s", path))
		return;
	for (line = text; line && sscanf(line, "%d %d", &node, &value) == 2;) {
		if (node >= 0 && node < TIERBPF_MAX_NODES) {
			v->value[node] = value;
			v->known[node] = v->any = true;
		}
		line = strchr(line, '\n');
		line += !!line;
	}
}

static void read_adistances(const char *root, struct machine *m, struct policy_state *state)
{
	struct values v;
	int node;

	read_values(root, KERNEL_ADISTANCE, &v);
	state->in_force = v.any;
	for (node = 0; node < m->nr_nodes; node++)
		if (v.known[node])
			machine_set_fact(&m->nodes[node], TIERBPF_FACT_KERNEL_ADISTANCE,
					 v.value[node], SOURCE_MODULE);
	read_values(root, ADISTANCE, &v);
	for (node = 0; node < m->nr_nodes; node++)
		m->nodes[node].adistance = v.value[node];
}

static int read_policy(const char *root, struct policy **policy)
{
	_cleanup_free_ char *text = NULL;
	struct diags diags = { .file = "the captured policy" };
	size_t length;
	int err = sysfs_bytes(root, POLICY, TIERBPF_MAX_POLICY_BYTES, &text, &length);

	if (err)
		return err == -ENOMEM ? no_memory() : 0;
	diags.text = text;
	err = policy_parse(text, length, &diags, policy);
	if (err == -EBADMSG)
		diags_print(&diags, stderr);
	diags_free(&diags);
	return err == -ENOMEM ? no_memory() : 0;
}

int policy_state_read(const char *root, struct machine *m, struct policy_state *state,
		      struct policy **policy)
{
	struct values v;
	int err;

	*state = (struct policy_state){ .not_asked = sysfs_exists(root, NOT_ASKED) };
	*policy = NULL;
	read_adistances(root, m, state);
	if (!state->in_force)
		return 0;
	read_values(root, OVERRIDE, &v);
	memcpy(state->overrides, v.value, sizeof(state->overrides));
	read_values(root, MEASURED, &v);
	memcpy(state->measured, v.value, sizeof(state->measured));
	err = read_policy(root, policy);
	state->policy = *policy;
	return err;
}
