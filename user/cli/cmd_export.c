// SPDX-License-Identifier: GPL-2.0-only
/* export: passes what is known about the nodes on to a guest or to the next boot. */
#include <argp.h>
#include <ctype.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/option.h"
#include "cli/policy-option.h"
#include "cli/shared-options.h"
#include "engine/snapshot.h"
#include "engine/trial.h"
#include "export/acpi.h"
#include "export/export.h"
#include "machine/measurement.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/nodeset.h"
#include "json/quantity.h"

/* Keys of options without a letter. */
enum { KEY_CPUS = 256, KEY_MEMORY, KEY_PASTE, KEY_WITH_OVERRIDES };

struct arguments {
	struct shared_options shared; /* output, force: acpi */
	const char *format; /* qemu, libvirt, acpi */
	const char *policy; /* acpi; NULL: the one in force, or else what is known about the nodes */
	bool with_overrides; /* acpi */
	struct guest_wish wish;
	const char *end; /* of each line for QEMU */
	const char *guests; /* an option that was given and is only for guests, or NULL */
};

static const struct argp_child children[] = { MEASURED_OPTION, OUTPUT_OPTIONS, SYSROOT_OPTION, {} };

static const struct argp_option options[] = {
	{ "cpus", KEY_CPUS, "N", 0,
	  "Guests: CPUs for each node that has CPUs on the host (default 1)", 2 },
	{ "memory", KEY_MEMORY, "[GUEST=]SIZE", 0,
	  "Guests: memory of each node, or of the guest's node GUEST, such as 4G (default: as on the host)",
	  2 },
	{ "node", 'n', "HOST=GUEST", 0,
	  "Guests: give the guest the host's node HOST as GUEST; once for each node (default: all nodes)",
	  2 },
	{ "with-overrides", KEY_WITH_OVERRIDES, NULL, 0, "acpi: export live overrides, too", 3 },
	{ "paste", KEY_PASTE, NULL, 0, "qemu: end lines with a backslash, for a script", 2 },
	{},
};

/* Digits at the start of @text; *end is what follows them. @what: the start of the message if there are none. */
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
		"--node takes HOST=GUEST, such as 2=1: a node of the host, and a node of the "
		"guest, 0 to 127";
	const char *at;
	uint64_t guest, host = number(arg, TIERBPF_MAX_NODES - 1, &at, what, state);

	if (*at != '=')
		argp_error(state, "%s, not \"%s\"", what, arg);
	guest = number(at + 1, GUEST_MAX_NODES - 1, &at, what, state);
	if (*at)
		argp_error(state, "%s, not \"%s\"", what, arg);
	if (a->wish.host[guest])
		argp_error(state, "the guest's node %d cannot be both %d and %d of the host",
			   (int)guest, a->wish.host[guest] - 1, (int)host);
	a->wish.host[guest] = (int)host + 1;
}

/* Bytes without a unit are refused: whoever writes 512 means MiB, as QEMU takes it for -m. */
static uint64_t parse_size(const char *text, struct argp_state *state)
{
	int64_t bytes = 0;

	if (!*text || isdigit((unsigned char)text[strlen(text) - 1]) ||
	    !quantity_bytes(text, &bytes) || !bytes)
		argp_error(state,
			   "--memory takes a size such as 512M or 4GiB, or GUEST=SIZE, not \"%s\"",
			   text);
	return (uint64_t)bytes;
}

static void parse_memory(const char *arg, struct arguments *a, struct argp_state *state)
{
	static const char what[] =
		"--memory takes GUEST=SIZE, such as 1=4G, where GUEST is a node of the guest, 0 to 127";
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
	case KEY_MEMORY:
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
		argp_error(state, "\"%s\" is not one of qemu, libvirt and acpi", arg);
	if (strcmp(a->format, "acpi"))
		argp_error(state, "%s takes no policy: a guest gets what is known about the nodes",
			   a->format);
	if (a->policy)
		argp_error(state, "give one policy at a time");
	a->policy = arg;
}

static void check(const struct arguments *a, struct argp_state *state)
{
	if (!a->format)
		argp_error(state, "give one of qemu, libvirt and acpi");
	if (!strcmp(a->format, "acpi")) {
		if (a->guests)
			argp_error(state, "%s is only for guests (qemu and libvirt)", a->guests);
		if (!a->shared.output)
			argp_error(state, "acpi needs --output FILE");
	} else if (a->with_overrides) {
		argp_error(state, "--with-overrides is only for acpi");
	} else if (a->shared.output || a->shared.force) {
		argp_error(state, "--output and --force are only for acpi; %s is printed",
			   a->format);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		share_options(&a->shared, children, state);
		return 0;
	case ARGP_KEY_ARG:
		parse_argument(arg, a, state);
		return 0;
	case ARGP_KEY_END:
		check(a, state);
		return 0;
	case KEY_WITH_OVERRIDES:
		a->with_overrides = true;
		return 0;
	}
	return parse_guest(key, arg, state);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "qemu\nlibvirt\nacpi --output FILE [POLICY]",
	.doc = "Exports what is known about the nodes. qemu: prints options that give a guest the same nodes, "
	       "distances, latencies and bandwidths; replace those for memory and CPUs by your own. libvirt: "
	       "prints the same as a <cpu> element. acpi: writes an archive with an HMAT, to be put in front of "
	       "the initrd, so that the kernel itself places the nodes as POLICY does. Without POLICY it takes "
	       "the policy in force, or the known values if there is none. Live overrides are left out.",
	.children = children,
};

static int export_guest(const struct arguments *a)
{
	_cleanup_(cleanup_machine) struct machine *m = NULL;
	_cleanup_(cleanup_guest) struct guest *g = NULL;
	int err = machine_read_any(shared_root(&a->shared), &m);

	if (!a->shared.sysroot)
		acpi_say_tables_withheld();

	err = err ?: measurement_prefer(a->shared.measured, m);
	err = err ?: guest_make(m, &a->wish, &g);
	if (err)
		return err;
	if (!strcmp(a->format, "qemu"))
		return guest_print_qemu(g, a->end, stdout);
	guest_print_libvirt(g, stdout);
	return 0;
}

/* An override is meant for now: it ends with the policy, and the table would make it last. */
static int note_overrides(const struct snapshot *s)
{
	_cleanup_free_ char *list = NULL;
	struct nodeset nodes = {};
	int node;

	for (node = 0; node < s->machine->nr_nodes; node++)
		if (s->machine->nodes[node].memory && s->state.overrides[node])
			nodeset_add(&nodes, node);
	list = nodeset_text(&nodes);
	if (!list)
		return no_memory();
	if (*list)
		note("the live override of node %s is left out, since it ends with the policy in force; "
		     "--with-overrides exports it, too",
		     list);
	return 0;
}

static int make_plan(const struct arguments *a, const struct snapshot *s,
		     const struct chosen_policy *chosen, struct plan **plan)
{
	int err;

	if (!chosen->policy)
		return 0;
	if (!a->policy)
		note("no POLICY was given, so the policy in force is exported%s",
		     trial_left(&s->engine.meta) ? ", which is on trial" : "");
	err = a->with_overrides ? 0 : note_overrides(s);
	return err   ?:
		       plan_make(chosen->compiled, s->machine,
				 a->with_overrides ? s->state.overrides : NULL, plan);
}

static int export_acpi(const struct arguments *a)
{
	_cleanup_(cleanup_snapshot) struct snapshot s = {};
	_cleanup_(cleanup_chosen_policy) struct chosen_policy chosen = {};
	_cleanup_(cleanup_plan) struct plan *plan = NULL;
	_cleanup_(cleanup_acpi) struct acpi_export *e = NULL;
	int err = snapshot_open(shared_root(&a->shared), &s);

	err = err ?: measurement_prefer(a->shared.measured, s.machine);
	err = err ?: chosen_policy(a->policy, a->shared.measured, &s, &chosen);
	err = err ?: make_plan(a, &s, &chosen, &plan);
	err = err ?: acpi_make(shared_root(&a->shared), s.machine, plan, &e);
	err = err ?: archive_write(a->shared.output, a->shared.force, &e->hmat);
	if (!err)
		acpi_print(e, a->shared.output, stdout);
	return err;
}

int cmd_export(int argc, char **argv)
{
	struct arguments a = { .wish = GUEST_WISH, .end = "" };

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	return exit_status(strcmp(a.format, "acpi") ? export_guest(&a) : export_acpi(&a));
}
