// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop of watch: reads the ring of the policy in force (event-ring.h), has the events put in order
 * (event-order.h), prints them, and waits for more or for the ring of another policy.
 */
#include "show/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/pins.h"
#include "show/event-order.h"
#include "show/event-ring.h"
#include "show/event-text.h"
#include "util/cleanup.h"
#include "util/msg.h"

#define LOOK 250 /* ms between looks for another policy */
#define LOOK_SOON 5 /* the same while another one is being loaded */
#define MAX_SOON 2000 /* such looks without a result, until it is LOOK again */
#define BPFFS "/sys/fs/bpf"
#define MODULE "/sys/module/tierbpf"

struct watch {
	const struct watch_options *options;
	struct event_ring ring; /* closed while no policy is loaded */
	struct event_order order;
	struct policy *policy; /* of the ring; NULL: a BPF object */
	ino_t module; /* of its directory in sysfs, which tells whether it was loaded again */
	bool waiting; /* for a policy to be loaded */
	unsigned int soon; /* looks after LOOK_SOON since the last result */
	int inotify; /* reports directories that are made in bpffs; -1: unavailable */
	int output_errno; /* of standard output */
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* The first signal ends the loop once all events are printed, a second one ends the process at once. */
static void listen_to_signals(void)
{
	struct sigaction action = { .sa_handler = stop, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* ---- printing ---- */

/* Held events belong to the former policy, whose names are no longer known. */
static struct event_context event_context(const struct watch *w)
{
	const struct event_order *o = &w->order;
	bool own = o->generation == o->meta.generation;

	return (struct event_context){
		.meta = &o->meta,
		.policy = own ? w->policy : NULL,
		.generation = o->generation,
		.in_force = o->in_force && own,
		.epoch = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME),
		.utc = w->options->utc,
	};
}

static void print_json_line(json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
}

static void flush(struct watch *w)
{
	if (fflush(stdout))
		w->output_errno = errno;
}

static void print_event(void *context, const struct tierbpf_record *r)
{
	struct watch *w = context;
	struct event_context c = event_context(w);

	if (w->options->json)
		print_json_line(event_json(&c, r));
	else
		event_print(&c, r, stdout);
	flush(w);
}

static void print_dropped(void *context, __u64 at, __u64 count)
{
	struct watch *w = context;
	struct event_context c = event_context(w);

	if (w->options->json)
		print_json_line(event_json_dropped(&c, at, count));
	else
		event_print_dropped(&c, at, count, stdout);
	flush(w);
}

static const struct event_sink printer = { .event = print_event, .dropped = print_dropped };

/* ---- following the policies ---- */

static int on_record(void *context, void *data, size_t size)
{
	struct tierbpf_record r = {};
	struct watch *w = context;

	memcpy(&r, data, size < sizeof(r) ? size : sizeof(r));
	if (r.event.kind == TIERBPF_EVENT_POLICY)
		w->soon = 0;
	return event_order_add(&w->order, &r) && !w->output_errno ? 0 : -ECANCELED;
}

static void close_ring(struct watch *w)
{
	event_ring_close(&w->ring);
	policy_free(TAKE_PTR(w->policy));
}

/* The module cannot be unloaded while a policy is loaded, so one look at each new ring is enough. */
static void follow_module(struct watch *w)
{
	struct stat st;

	if (stat(MODULE, &st) || st.st_ino == w->module)
		return;
	event_order_restart(&w->order);
	w->module = st.st_ino;
}

/* 0; -ENOENT: no policy is loaded; -EAGAIN: a signal came, look again; -errno with a message. */
static int open_ring(struct watch *w)
{
	_cleanup_(cleanup_engine) struct engine e = { .ask_fd = -1, .override_fd = -1 };
	_cleanup_close_ int lock = -1;
	int err = pins_wait(&lock);

	if (err == -EINTR)
		return -EAGAIN;
	err = err ?: engine_open(&e);
	if (err)
		return err;
	follow_module(w);
	err = event_ring_open(&w->ring, on_record, w);
	if (err)
		return err;
	w->policy = TAKE_PTR(e.policy);
	event_order_follow(&w->order, &e.meta, event_ring_was_read(&w->ring));
	return 0;
}

static int look_for_ring(struct watch *w)
{
	int err = open_ring(w);

	if (!err)
		w->waiting = false;
	if (err == -ENOENT && !w->waiting) {
		event_order_release(&w->order);
		note("no policy is loaded, and events are recorded only while one is; waiting for tierbpf load POLICY");
		w->waiting = true;
	}
	return err == -ENOENT || err == -EAGAIN ? 0 : err;
}

/* poll() reports such a record, which cannot be read yet, all the time: it is waited for by the clock. */
static bool is_being_written(const struct watch *w)
{
	return w->ring.buffer && !event_order_is_full(&w->order) &&
	       event_ring_is_being_written(&w->ring);
}

/*
 * Prints all that is in the ring. @pinned: events that are missing at its end were dropped; otherwise
 * they may be in the ring of the next policy, if there is one.
 */
static int read_ring(struct watch *w, bool pinned)
{
	__u64 seq = 0;
	int err = event_order_is_full(&w->order) ? -ECANCELED : event_ring_read(&w->ring, &seq);

	if (err && err != -ECANCELED)
		return err;
	if (!err && !w->order.replaced && (pinned || !pins_policy_id()))
		event_order_find_dropped(&w->order, (__u64)clock_ns(CLOCK_BOOTTIME), seq + 1);
	return 0;
}

/* Reads what has come, and changes to the ring of another policy. 0 or -errno with a message. */
static int look(struct watch *w)
{
	bool pinned;
	int err;

	if (!w->ring.buffer)
		return look_for_ring(w);
	pinned = event_ring_is_pinned(&w->ring);
	err = read_ring(w, pinned);
	if (err || pinned || is_being_written(w))
		return err;
	close_ring(w);
	return look_for_ring(w);
}

/* ---- waiting ---- */

/* A policy is being loaded or unloaded. Its ring is small, and what does not fit is lost. */
static bool must_look_soon(const struct watch *w)
{
	if (w->soon >= MAX_SOON)
		return false;
	return w->ring.buffer ? w->order.replaced || !w->order.in_force :
				!access(TIERBPF_PIN_ROOT, F_OK);
}

/* A directory was made in bpffs, which may be that of the pins. */
static void on_inotify(struct watch *w)
{
	char events[4096];

	w->soon = 0;
	if (read(w->inotify, events, sizeof(events)) < 0) {
		cleanup_close(&w->inotify);
		w->inotify = -1;
	}
}

/* Waits for the next event, or until it is time to look for another policy. */
static void wait_for_more(struct watch *w)
{
	bool soon = must_look_soon(w), written = is_being_written(w);
	bool readable = w->ring.buffer && !event_order_is_full(&w->order) && !written;
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO }, /* POLLERR: nobody reads it any more */
		{ .fd = readable ? ring_buffer__epoll_fd(w->ring.buffer) : -1, .events = POLLIN },
		{ .fd = w->ring.buffer ? -1 : w->inotify, .events = POLLIN },
	};

	w->soon += soon;
	if (poll(fds, 3, soon || written ? LOOK_SOON : LOOK) <= 0)
		return;
	if (fds[0].revents & (POLLERR | POLLHUP))
		w->output_errno = EPIPE;
	if (fds[2].revents)
		on_inotify(w);
}

static int run(struct watch *w)
{
	int err = look(w);

	while (!err && !stopped && !w->output_errno) {
		wait_for_more(w);
		if (!w->output_errno)
			err = look(w);
	}
	return err;
}

int watch(const struct watch_options *options)
{
	struct watch w = {
		.options = options,
		.ring = EVENT_RING_CLOSED,
		.order = { .sink = &printer },
	};
	int err;

	/* It cannot be written to if it was closed (output.h). */
	if ((fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return fail(-EIO, "standard output is closed");
	w.order.context = &w;
	listen_to_signals();
	w.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w.inotify >= 0)
		inotify_add_watch(w.inotify, BPFFS, IN_CREATE);
	err = run(&w);
	close_ring(&w);
	cleanup_close(&w.inotify);
	if (w.output_errno) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	if (!err && w.output_errno && w.output_errno != EPIPE && !stopped)
		err = fail(-EIO, "standard output: %s", strerror(w.output_errno));
	return err;
}
