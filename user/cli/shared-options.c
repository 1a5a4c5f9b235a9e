// SPDX-License-Identifier: GPL-2.0-only
#include "cli/shared-options.h"

static error_t parse_json(int key, char *arg, struct argp_state *state)
{
	struct shared_options *shared = state->input;

	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	shared->json = true;
	return 0;
}

static error_t parse_measured(int key, char *arg, struct argp_state *state)
{
	struct shared_options *shared = state->input;

	if (key != 'm')
		return ARGP_ERR_UNKNOWN;
	shared->measured = arg;
	return 0;
}

static error_t parse_sysroot(int key, char *arg, struct argp_state *state)
{
	struct shared_options *shared = state->input;

	if (key != 'r')
		return ARGP_ERR_UNKNOWN;
	shared->sysroot = arg;
	return 0;
}

static error_t parse_output(int key, char *arg, struct argp_state *state)
{
	struct shared_options *shared = state->input;

	switch (key) {
	case 'o':
		shared->output = arg;
		return 0;
	case 'f':
		shared->force = true;
		return 0;
	case ARGP_KEY_END:
		if (shared->force && !shared->output)
			argp_error(state, "--force needs --output FILE");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option json_option[] = {
	{ "json", 'j', NULL, 0, "Print JSON", 0 },
	{},
};

static const struct argp_option measured_option[] = {
	{ "measured", 'm', "FILE", 0, "Use the results of tierbpf measure in FILE", 0 },
	{},
};

static const struct argp_option sysroot_option[] = {
	{ "sysroot", 'r', "DIR", 0, "Use the machine captured in DIR", 0 },
	{},
};

static const struct argp_option output_options[] = {
	{ "output", 'o', "FILE", 0, "Write to FILE, which must not exist yet", 0 },
	{ "force", 'f', NULL, 0, "Replace FILE if it exists", 0 },
	{},
};

const struct argp json_option_argp = { .options = json_option, .parser = parse_json };
const struct argp measured_option_argp = { .options = measured_option, .parser = parse_measured };
const struct argp sysroot_option_argp = { .options = sysroot_option, .parser = parse_sysroot };
const struct argp output_options_argp = { .options = output_options, .parser = parse_output };

void share_options(struct shared_options *shared, const struct argp_child *children,
		   struct argp_state *state)
{
	int i;

	for (i = 0; children[i].argp; i++)
		state->child_inputs[i] = shared;
}
