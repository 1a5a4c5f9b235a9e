// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>

#include "cli/cmd.h"
#include "doctor/doctor.h"
#include "util/columns.h"
#include "util/msg.h"

struct arguments {
	const char *sysroot;
	int json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'j':
		a->json = 1;
		return 0;
	case 'r':
		a->sysroot = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print as JSON", 0 },
	{ "sysroot", 'r', "DIR", 0, "Of the machine captured in DIR", 0 },
	{},
};

static const struct argp argp = {
	options,
	parse,
	NULL,
	"Looks at each thing that tierbpf needs, and at what makes nodes look other than they are, and names "
	"the cure. Exit status 4 if something is missing; advice alone is none.",
	NULL,
	NULL,
	NULL
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
		const char *cells[] = { verdict_name(f->verdict), f->what, f->found };

		err = columns_add(t, cells);
	}
	err = columns_print(t, err, stdout);
	for (i = 0; !err && i < d->count; i++) {
		const struct finding *f = &d->findings[i];

		if (f->cure)
			printf("\n%s: %s\n  wanted: %s\n  %s\n", f->what, f->found, f->wanted,
			       f->cure);
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
						"verdict", verdict_name(f->verdict), "found",
						f->found, "wanted", f->wanted, "cure", f->cure));
	}
	json_print(json_pack("{s:o}", "findings", list), stdout);
}

static int doctor(const struct arguments *a)
{
	struct doctor d = { .root = a->sysroot ?: "" };
	int missing = 0, err = doctor_look(&d);
	size_t i;

	for (i = 0; i < d.count; i++)
		missing += d.findings[i].verdict == VERDICT_MISSING;
	if (!err && a->json)
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
	struct arguments a = {};

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(doctor(&a));
}
