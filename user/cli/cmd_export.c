// SPDX-License-Identifier: GPL-2.0-only
/* export: what is known of the nodes, for a guest or for the next boot. */
#include <argp.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "engine/snapshot.h"
#include "export/acpi.h"
#include "export/export.h"
#include "machine/measurement.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"

enum { KEY_CPUS = 256, KEY_PASTE, KEY_MEASURED };

struct arguments {
	const char *format; /* qemu, libvirt, acpi */
	const char *sysroot;
	const char *measured;
	const char *policy; /* acpi; NULL: what is known */
	const char *output; /* acpi */
	bool force;	    /* acpi */
	struct guest_wish wish;
	const char *end; /* of QEMU's lines */
	const char *guests; /* an option that is only for guests */
};

static const struct argp_option options[] = {
	{ "measured", KEY_MEASURED, "FILE", 0,
	  "Believe what tierbpf measure found, before firmware", 0 },
	{ "sysroot", 'r', "DIR", 0, "Of the machine captured in DIR", 0 },
	{ "output", 'o', "FILE", 0, "acpi: the archive to write, which must not exist yet", 1 },
	{ "force", 'f', NULL, 0, "acpi: replace FILE if it exists", 1 },
	{ "cpus", KEY_CPUS, "N", 0, "Guests: CPUs for each node that has any here (1)", 2 },
	{ "memory", 'm', "[GUEST=]SIZE", 0,
	  "Guests: memory of each node, or of the guest's node GUEST, such as "
	  "4G (as here)",
	  2 },
	{ "node", 'n', "HOST=GUEST", 0,
	  "Guests: this machine's node HOST as node GUEST; once for each (all)", 2 },
	{ "paste", KEY_PASTE, NULL, 0, "qemu: end lines with a backslash, for a script", 2 },
	{},
};

/* Digits, and what follows them. */
static uint64_t number(const char *text, uint64_t max, const char **end, const char *what,
		       struct argp_state *state)
{
	unsigned long long value;

	if (!option_digits(text, max, &value, end))
		argp_error(state, "%s, not \"%s\"", what, text);
	return value;
}

static void parse_node(const char *arg, struct arguments *a, struct argp_state *state)
{
	static const char what[] =
		"--node takes HOST=GUEST, such as 2=1: a node of this machine, and 0 to "
		"127 for the guest's";
	const char *at;
	uint64_t guest, host = number(arg, TIERBPF_MAX_NODES - 1, &at, what, state);

	if (*at != '=')
		argp_error(state, "%s, not \"%s\"", what, arg);
	guest = number(at + 1, GUEST_MAX_NODES - 1, &at, what, state);
	if (*at)
		argp_error(state, "%s, not \"%s\"", what, arg);
	if (a->wish.host[guest])
		argp_error(state, "two nodes for the guest's node %d: %d and %d", (int)guest,
			   a->wish.host[guest] - 1, (int)host);
	a->wish.host[guest] = (int)host + 1;
}

/* As QEMU has sizes: M, G and T are powers of 1024. */
static uint64_t parse_size(const char *text, struct argp_state *state)
{
	static const char what[] = "--memory takes a size such as 512M or 4G, or GUEST=SIZE";
	static const struct {
		const char *suffix;
		int shift;
	} units[] = { { "M", 20 },   { "MiB", 20 }, { "G", 30 },
		      { "GiB", 30 }, { "T", 40 },   { "TiB", 40 } };
	const char *at;
	uint64_t value = number(text, UINT32_MAX, &at, what, state);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(at, units[i].suffix) && value &&
		    value <= (uint64_t)INT64_MAX >> units[i].shift)
			return value << units[i].shift;
	argp_error(state, "%s, not \"%s\"", what, text);
	return 0;
}

static void parse_memory(const char *arg, struct arguments *a, struct argp_state *state)
{
	static const char what[] =
		"--memory takes GUEST=SIZE, such as 1=4G, with a guest's node, 0 to 127";
	const char *at;
	uint64_t guest;

	if (!strchr(arg, '=')) {
		a->wish.every_size = parse_size(arg, state);
		return;
	}
	guest = number(arg, GUEST_MAX_NODES - 1, &at, what, state);
	if (*at != '=')
		argp_error(state, "%s, not \"%s\"", what, arg);
	a->wish.size[guest] = parse_size(at + 1, state);
}

static void parse_cpus(const char *arg, struct arguments *a, struct argp_state *state)
{
	const char *end;

	a->wish.cpus =
		(unsigned int)number(arg, 4096, &end, "--cpus takes a number, 1 to 4096", state);
	if (*end || !a->wish.cpus)
		argp_error(state, "--cpus takes a number, 1 to 4096, not \"%s\"", arg);
}

static error_t parse_guest(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'n':
		parse_node(arg, a, state);
		a->guests = "--node";
		return 0;
	case 'm':
		parse_memory(arg, a, state);
		a->guests = "--memory";
		return 0;
	case KEY_CPUS:
		parse_cpus(arg, a, state);
		a->guests = "--cpus";
		return 0;
	case KEY_PASTE:
		a->end = " \\";
		a->guests = "--paste";
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static void parse_argument(char *arg, struct arguments *a, struct argp_state *state)
{
	static const char *const formats[] = { "qemu", "libvirt", "acpi" };
	size_t i;

	for (i = 0; !a->format && i < ARRAY_SIZE(formats); i++)
		if (!strcmp(arg, formats[i])) {
			a->format = formats[i];
			return;
		}
	if (!a->format)
		argp_error(state, "\"%s\" is none of qemu, libvirt, acpi", arg);
	if (strcmp(a->format, "acpi"))
		argp_error(state, "%s takes no policy: a guest gets what is known of the nodes",
			   a->format);
	if (a->policy)
		argp_error(state, "one policy at a time");
	a->policy = arg;
}

static void check(const struct arguments *a, struct argp_state *state)
{
	if (!a->format)
		argp_error(state, "export what? qemu, libvirt or acpi");
	if (!strcmp(a->format, "acpi")) {
		if (a->guests)
			argp_error(state, "%s is for guests: qemu and libvirt", a->guests);
		if (!a->output)
			argp_error(state, "where to? --output FILE");
	} else if (a->output || a->force) {
		argp_error(state, "--output and --force are for acpi; %s is printed", a->format);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'r':
		a->sysroot = arg;
		return 0;
	case KEY_MEASURED:
		a->measured = arg;
		return 0;
	case 'o':
		a->output = arg;
		return 0;
	case 'f':
		a->force = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(arg, a, state);
		return 0;
	case ARGP_KEY_END:
		check(a, state);
		return 0;
	}
	return parse_guest(key, arg, state);
}

static const struct argp argp = {
	options,
	parse,
	"qemu\nlibvirt\nacpi --output FILE [POLICY]",
	"Says to others what is known of this machine's nodes. qemu: the options that give a guest the same "
	"nodes, distances, latencies and bandwidths; put your own for memory and CPUs in their place. libvirt: "
	"the same as a <cpu> element. acpi: an HMAT in an archive that goes in front of the initrd, by which the "
	"kernel alone puts the nodes where POLICY does, or where what is known says.",
	NULL,
	NULL,
	NULL
};

static int export_guest(const struct arguments *a)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	_cleanup_(cleanup_guest) struct guest *g = NULL;
	int err = machine_read(a->sysroot ?: "", &m);

	if (!a->sysroot)
		acpi_note_withheld();

	err = err ?: measurement_prefer(a->measured, m);
	err = err ?: guest_make(m, &a->wish, &g);
	if (err)
		return err;
	if (!strcmp(a->format, "qemu"))
		return guest_print_qemu(g, a->end, stdout);
	guest_print_libvirt(g, stdout);
	return 0;
}

static int export_acpi(const struct arguments *a)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_policy) struct policy *policy = NULL;
	_cleanup_(cleanup_compiled) struct compiled_policy *compiled = NULL;
	_cleanup_(cleanup_plan) struct plan *plan = NULL;
	_cleanup_(cleanup_acpi) struct acpi_export *e = NULL;
	int err = a->policy ? policy_read(a->policy, &policy) : 0;

	err = err ?: snapshot_open(a->sysroot ?: "", &s);
	err = err ?: measurement_prefer(a->measured, s.machine);
	if (a->policy) {
		err = err ?: policy_compile(policy, s.machine, &compiled);
		err = err ?: plan_make(compiled, s.machine, s.overrides, &plan);
	}
	err = err ?: acpi_make(a->sysroot ?: "", s.machine, plan, &e);
	err = err ?: archive_write(a->output, a->force, &e->hmat);
	if (!err)
		acpi_print(e, a->output, stdout);
	return err;
}

int cmd_export(int argc, char **argv)
{
	struct arguments a = { .wish = GUEST_WISH, .end = "" };

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(strcmp(a.format, "acpi") ? export_guest(&a) : export_acpi(&a));
}
