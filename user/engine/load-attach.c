// SPDX-License-Identifier: GPL-2.0-only
/* Attaches what is loaded: the programs that watch the override, their timer, and the policy itself. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/load-steps.h"
#include "engine/pins.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/fault.h"

/*
 * The period of the clock in ns. It is short because the kernel skips a perf program if its CPU is in
 * the middle of a map update, and a missed override should still be found within a second.
 */
#define TICK 100000000

/* With PREEMPT_RT the verifier allows no BPF timers; a clock of perf is used instead. */
int load_choose_timer(const struct tierbpf_bpf *skel)
{
	struct utsname kernel;
	bool timer = !uname(&kernel) && !strstr(kernel.version, "PREEMPT_RT");
	int err = bpf_map__set_autocreate(skel->maps.timer, timer);

	err = err ?: bpf_program__set_autoload(skel->progs.start_timer, timer);
	return err ?: bpf_program__set_autoload(skel->progs.tick, !timer);
}

int load_attach_tracing(struct tierbpf_bpf *skel)
{
	struct {
		const struct bpf_program *program;
		const char *name;
	} links[] = {
		{ skel->progs.override_adistance, "override_link" },
		/* The kernel calls them in the opposite order, so watch_missed is called last. */
		{ skel->progs.watch_missed, "watch_missed_link" },
		{ skel->progs.watch_update, "watch_update_link" },
		{ skel->progs.watch_delete, "watch_delete_link" },
		{ skel->progs.count_event, "count_event_link" },
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(links); i++) {
		struct bpf_link *link;

		if (!bpf_program__autoload(links[i].program))
			continue;
		link = bpf_program__attach(links[i].program);
		if (!link)
			return -errno;
		fault_point(links[i].name);
		err = load_pin(bpf_link__fd(link), PIN_PATH(TIERBPF_PIN_STAGING), links[i].name);
		bpf_link__destroy(link);
	}
	return err;
}

static int run_start_timer(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		return -errno;
	fault_point("the timer is started");
	return (int)opts.retval;
}

/* A clock on the first CPU that has one: CPU 0 hardly ever goes offline. */
static int open_clock(void)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = TICK,
	};
	int cpu, fd = -1;

	for (cpu = 0; fd < 0 && cpu < get_nprocs_conf(); cpu++)
		fd = (int)syscall(__NR_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Without bpf_program__attach_perf_event(), whose link stops the clock when it is closed, even if pinned. */
static int start_clock(const struct bpf_program *program)
{
	_cleanup_close_ int clock = open_clock(), link = -1;

	if (clock < 0)
		return clock;
	link = bpf_link_create(bpf_program__fd(program), clock, BPF_PERF_EVENT, NULL);
	if (link < 0)
		return link;
	return load_pin(link, PIN_PATH(TIERBPF_PIN_STAGING), "tick_link");
}

int load_start_timer(const struct tierbpf_bpf *skel)
{
	if (bpf_program__autoload(skel->progs.start_timer))
		return run_start_timer(skel->progs.start_timer);
	return start_clock(skel->progs.tick);
}

/* Replaces the policy of the pinned link, which the kernel does in one step. */
static int replace_policy(const struct bpf_map *ops)
{
	_cleanup_close_ int link = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));

	if (link < 0)
		return -EBUSY; /* the policy in force is not ours */
	if (bpf_link_update(link, bpf_map__fd(ops), NULL))
		return -errno;
	fault_point("the switch");
	return 0;
}

/*
 * Attaching also makes the struct_ops map ready, for which libbpf has no call of
 * its own (bpf_link__update_map() must not be used on a link from a pin: it
 * writes behind the end of it). So: attach, and where a policy is in force
 * already, update its link.
 */
int load_attach_policy(const struct bpf_map *ops)
{
	struct bpf_link *link = bpf_map__attach_struct_ops(ops);
	int err;

	if (!link)
		return errno == EBUSY ? replace_policy(ops) : -errno;
	fault_point("the first policy is attached");
	err = load_pin(bpf_link__fd(link), TIERBPF_PIN_ROOT, TIERBPF_PIN_LINK);
	bpf_link__destroy(link);
	return err;
}
