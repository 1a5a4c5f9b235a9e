// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the programs of an object that are attached, and those among them that change how the kernel
 * behaves. Root may load the object of somebody else for its tiering policy, and should not be
 * surprised by what else it does.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "engine/bpf-object.h"
#include "util/msg.h"

/* A fixed list, so that a newer libbpf does not attach kinds that have not been considered here. */
bool engine_object_attaches(const struct bpf_program *program)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_EXT:
		return true;
	default:
		return false;
	}
}

/* How a call changes other processes or the kernel; NULL if it only reads. */
static const char *call_changes(const struct bpf_insn *insn)
{
	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg)
		return NULL;
	switch (insn->imm) {
	case BPF_FUNC_override_return:
		return "overrides what a function of the kernel returns";
	case BPF_FUNC_probe_write_user:
		return "writes into the memory of processes";
	case BPF_FUNC_send_signal:
	case BPF_FUNC_send_signal_thread:
		return "sends signals to processes";
	}
	return NULL;
}

/* Once loaded, the instructions of a program include the functions that it calls. */
static const char *calls_change(const struct bpf_program *program)
{
	const struct bpf_insn *insns = bpf_program__insns(program);
	size_t i, count = bpf_program__insn_cnt(program);
	const char *what = NULL;

	for (i = 0; insns && i < count && !what; i++)
		what = call_changes(&insns[i]);
	return what;
}

/* How @program changes what others do; NULL if it only reads. */
static const char *changes(const struct bpf_program *program)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_TRACING:
		if (bpf_program__expected_attach_type(program) == BPF_MODIFY_RETURN)
			return "changes what a function of the kernel returns";
		break;
	case BPF_PROG_TYPE_LSM:
		return "decides as a security module";
	case BPF_PROG_TYPE_EXT:
		return "replaces a function of another program";
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return "changes what a tracepoint hands on";
	default:
		break;
	}
	return calls_change(program);
}

static bool is_allowed(const struct engine_object *o, const char *name)
{
	size_t i;

	for (i = 0; i < o->nr_allowed; i++)
		if (!strcmp(o->allowed[i], name))
			return true;
	return false;
}

static bool is_attached(const struct bpf_program *program)
{
	return bpf_program__fd(program) >= 0 && engine_object_attaches(program);
}

static void list(const struct engine_object *o)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, o->bpf)
		if (is_attached(program))
			note("%s: program %s will be attached to %s", o->path,
			     bpf_program__name(program), bpf_program__section_name(program));
}

static int check_names(const struct engine_object *o)
{
	size_t i;

	for (i = 0; i < o->nr_allowed; i++)
		if (!bpf_object__find_program_by_name(o->bpf, o->allowed[i]))
			return fail(-ENOENT,
				    "%s: --allow-attach=%s: there is no program of that name in it",
				    o->path, o->allowed[i]);
	return 0;
}

int engine_object_allow(const struct engine_object *o)
{
	struct bpf_program *program;
	int err = check_names(o);

	if (err)
		return err;
	list(o);
	bpf_object__for_each_program(program, o->bpf) {
		const char *name = bpf_program__name(program), *what;

		if (!is_attached(program) || is_allowed(o, name))
			continue;
		what = changes(program);
		if (what)
			err = fail(-EPERM,
				   "%s: program %s (%s) %s, which a tiering policy does not need; if you want it, use "
				   "--allow-attach=%s",
				   o->path, name, bpf_program__section_name(program), what, name);
	}
	return err;
}
