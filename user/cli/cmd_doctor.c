// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "cli/shared-options.h"
#include "doctor/doctor.h"
#include "machine/machine.h"
#include "util/columns.h"
#include "util/msg.h"

static const struct argp_child children[] = { JSON_OPTION, SYSROOT_OPTION, {} };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	share_options(state->input, children, state);
	return 0;
}

static const struct argp argp = {
	.parser = parse,
	.doc = "Checks everything that tierbpf needs, and everything that makes nodes appear other than they "
	       "are, and says how to fix what is wrong. The exit status is 4 if something is missing, and 0 "
	       "if there is only advice.",
	.children = children,
};

static int print(const struct doctor *d)
{
	static const struct column columns[] = { { "", 0 },
						 { "WHAT", 0 },
						 { "FOUND", SCOLS_FL_WRAP } };
	struct libscols_table *t = columns_new(columns, 3);
	int err = 0;
	size_t i;

	for (i = 0; !err && i < d->count; i++) {
		const struct finding *f = &d->findings[i];
		const char *cells[] = { doctor_verdict_name(f->verdict), f->what, f->found };

		err = columns_add(t, cells);
	}
	err = columns_print(t, err, stdout);
	for (i = 0; !err && i < d->count; i++) {
		const struct finding *f = &d->findings[i];

		if (f->fix)
			printf("\n%s: %s\n  wanted: %s\n  %s\n", f->what, f->found, f->wanted,
			       f->fix);
	}
	return err;
}

static void print_json(const struct doctor *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct finding *f = &d->findings[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "what", f->what,
						"verdict", doctor_verdict_name(f->verdict), "found",
						f->found, "wanted", f->wanted, "fix", f->fix));
	}
	json_print(json_pack("{s:o}", "findings", list), stdout);
}

static int doctor(const struct shared_options *shared)
{
	struct doctor d = { .root = shared_root(shared) };
	int missing = 0, err = machine_check_root(d.root) ?: doctor_look(&d);
	size_t i;

	for (i = 0; i < d.count; i++)
		missing += d.findings[i].verdict == DOCTOR_MISSING;
	if (!err && shared->json)
		print_json(&d);
	else if (!err)
		err = print(&d);
	doctor_free(&d);
	if (!err && missing == 1)
		err = fail(-ENOPKG, "one thing is missing");
	else if (!err && missing)
		err = fail(-ENOPKG, "%d things are missing", missing);
	return err;
}

int cmd_doctor(int argc, char **argv)
{
	struct shared_options shared = {};

	argp_parse(&argp, argc, argv, 0, NULL, &shared);
	return exit_status(doctor(&shared));
}
