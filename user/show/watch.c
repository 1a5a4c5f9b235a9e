// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each policy has a ring buffer of its own (abi.h). Here they look like one: whoever is
 * loaded next is followed, what two rings both have of a replacement is told once, and what
 * is missing in the numbers of the events was dropped.
 */
#include "show/watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "engine/engine.h"
#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "show/event-text.h"
#include "util/cleanup.h"
#include "util/msg.h"

#define LOOK 250 /* ms between looks for another policy */
#define LOOK_SOON 5 /* where it is known that one comes */
#define HURRY 2000 /* such looks, if none comes after all */
#define HELD 256
#define BPFFS "/sys/fs/bpf"
#define MODULE "/sys/module/tierbpf"

struct watch {
	const struct watch_options *options;
	struct ring_buffer *ring; /* NULL: no policy is loaded */
	int events; /* map; like the next two */
	int stats;
	int directory; /* policy/, locked: this ring has no other reader */
	ino_t inode; /* of the pin */
	ino_t module; /* of its directory in sysfs: another one has begun to count anew */
	struct tierbpf_meta meta;
	struct policy *policy; /* NULL: an object */
	__u32 generation; /* of the policy that was in force at what is told */
	bool in_force;
	bool waits; /* for a policy */
	unsigned int hurried; /* looks */
	int inotify; /* tells of directories that are made in bpffs; -1: does not */
	bool replaced; /* what comes is better told by the ring of its successor */
	struct tierbpf_record held[HELD]; /* until that is there, or this policy is back */
	unsigned int nr_held;
	__u64 told; /* number of the last event that was told, 0: none */
	__u64 last; /* the same, or the last that was told as dropped */
	int output; /* errno of it */
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* The first one ends it when all is told; a second one, at once. */
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

/* What was held is its predecessor's: of that, names are not known any more. */
static struct event_context context(const struct watch *w)
{
	bool own = w->generation == w->meta.generation;

	return (struct event_context){
		.meta = &w->meta,
		.policy = own ? w->policy : NULL,
		.generation = w->generation,
		.in_force = w->in_force && own,
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
		w->output = errno;
}

/* A policy comes into force; one that goes has its nodes moved back. */
static void follow_generation(struct watch *w, const struct tierbpf_event *e)
{
	if (e->kind == TIERBPF_EVENT_POLICY && e->to)
		w->generation = e->to > 0 ? (__u32)e->to : w->meta.generation;
}

static void tell(struct watch *w, const struct tierbpf_record *r)
{
	struct event_context c;

	follow_generation(w, &r->event);
	c = context(w);
	if (w->options->json)
		print_json_line(event_json(&c, r));
	else
		event_print(&c, r, stdout);
	flush(w);
}

/* All between the last one and @next. */
static void tell_dropped(struct watch *w, __u64 at, __u64 next)
{
	__u64 count = w->last && next > w->last ? next - w->last - 1 : 0;
	struct event_context c = context(w);

	if (!count)
		return;
	if (w->options->json)
		print_json_line(event_json_dropped(&c, at, count));
	else
		event_print_dropped(&c, at, count, stdout);
	w->last = next - 1;
	flush(w);
}

static void tell_next(struct watch *w, const struct tierbpf_record *r)
{
	tell_dropped(w, r->at, r->event.seq);
	tell(w, r);
	w->told = r->event.seq;
	if (w->last < w->told)
		w->last = w->told;
}

/* What is held and came before event @seq. */
static void tell_held(struct watch *w, __u64 seq)
{
	unsigned int i;

	for (i = 0; i < w->nr_held; i++)
		if (w->held[i].event.seq > w->told && w->held[i].event.seq < seq)
			tell_next(w, &w->held[i]);
	if (w->nr_held && w->held[w->nr_held - 1].event.seq < seq)
		w->nr_held = 0;
}

static int on_record(void *context, void *data, size_t size)
{
	struct tierbpf_record r = {};
	struct watch *w = context;

	memcpy(&r, data, size < sizeof(r) ? size : sizeof(r));
	if (r.event.kind == TIERBPF_EVENT_POLICY) {
		w->in_force = event_begins(&w->meta, &r.event);
		w->replaced = r.event.to && !w->in_force;
		w->hurried = 0;
	}
	if (w->replaced) {
		w->held[w->nr_held++] = r;
		return w->nr_held == HELD ? -ECANCELED : 0;
	}
	if (r.event.seq && r.event.seq <= w->told)
		return 0; /* from the ring of its predecessor */
	tell_held(w, r.event.seq);
	tell_next(w, &r);
	return w->output ? -ECANCELED : 0;
}

static __u64 last_seq(const struct watch *w)
{
	struct tierbpf_stats stats = {};
	__u32 zero = 0;

	return bpf_map_lookup_elem(w->stats, &zero, &stats) ? 0 : stats.seq;
}

/* All that is there. 0, and *seq is the last event that should have been there; -errno with a message. */
static int drain(struct watch *w, __u64 *seq)
{
	int err;

	*seq = last_seq(w); /* before: what comes meanwhile is not dropped */
	err = ring_buffer__consume(w->ring);
	if (err == -ECANCELED || w->replaced)
		*seq = 0;
	else if (err < 0)
		return fail(err, "the events cannot be read: %s", strerror(-err));
	return 0;
}

/*
 * A record is reserved and not yet submitted. poll() reports it, and reading stops in front
 * of it: it is waited for by the clock instead.
 */
static bool is_being_written(const struct watch *w)
{
	return w->ring && w->nr_held < HELD && ring__avail_data_size(ring_buffer__ring(w->ring, 0));
}

static void close_ring(struct watch *w)
{
	ring_buffer__free(w->ring);
	w->ring = NULL;
	policy_free(TAKE_PTR(w->policy));
	cleanup_close(&w->events);
	cleanup_close(&w->stats);
	cleanup_close(&w->directory);
	w->events = w->stats = w->directory = -1;
}

static int lock_ring(struct watch *w)
{
	w->directory = open(PIN_PATH(TIERBPF_PIN_POLICY), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->directory < 0)
		return fail(-errno, PIN_PATH(TIERBPF_PIN_POLICY) ": %s", strerror(errno));
	if (!flock(w->directory, LOCK_EX | LOCK_NB))
		return 0;
	return fail(-EBUSY,
		    "another tierbpf watch is running, and an event can be read once: end that one, or let "
		    "both read what it prints (tierbpf watch | tee FILE)");
}

/* Of the ring libbpf looks itself whether it is one. */
static int open_maps(struct watch *w)
{
	w->events = bpf_obj_get(POLICY_PATH("events"));
	if (w->events < 0)
		return pinned_map_fail(-errno, POLICY_PATH("events"));
	w->stats = pinned_map_open(POLICY_PATH("stats"), BPF_MAP_TYPE_ARRAY,
				   sizeof(struct tierbpf_stats));
	return w->stats < 0 ? pinned_map_fail(w->stats, POLICY_PATH("stats")) : 0;
}

static int open_pins(struct watch *w)
{
	struct stat st;
	int err = lock_ring(w);

	err = err ?: open_maps(w);
	if (err)
		return err;
	if (stat(POLICY_PATH("events"), &st))
		return fail(-errno, POLICY_PATH("events") ": %s", strerror(errno));
	w->inode = st.st_ino;
	w->ring = ring_buffer__new(w->events, on_record, w, NULL);
	return w->ring ? 0 : fail(-errno, "the events cannot be read: %s", strerror(errno));
}

/* Events are numbered by the module, and those of another one have nothing to do with what was told. */
static void follow_module(struct watch *w)
{
	struct stat st;

	if (stat(MODULE, &st) || st.st_ino == w->module)
		return;
	tell_held(w, UINT64_MAX);
	w->told = w->last = 0;
	w->module = st.st_ino;
}

/* 0; -ENOENT: no policy is loaded; -EAGAIN: cannot be told now; -errno with a message. */
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
	follow_module(w); /* which stays, as long as nobody unloads the policy */
	w->meta = e.meta;
	w->policy = TAKE_PTR(e.policy);
	w->replaced = false;
	if (!w->nr_held)
		w->generation = w->meta.generation;
	err = open_pins(w);
	/* A ring that nobody has read yet begins with the policy's coming into force. */
	if (!err)
		w->in_force = ring__consumer_pos(ring_buffer__ring(w->ring, 0)) && !w->nr_held;
	else
		close_ring(w);
	return err;
}

/* Is what we read still what is pinned? */
static bool still_there(const struct watch *w)
{
	struct stat st;

	return !stat(POLICY_PATH("events"), &st) && st.st_ino == w->inode;
}

static int look_for_ring(struct watch *w)
{
	int err = open_ring(w);

	if (!err)
		w->waits = false;
	if (err == -ENOENT && !w->waits) {
		tell_held(w, UINT64_MAX);
		note("no policy is in force, and nothing is recorded before: tierbpf load POLICY; waiting for it");
		w->waits = true;
	}
	return err == -ENOENT || err == -EAGAIN ? 0 : err;
}

/* 0: go on; -errno with a message. */
static int look(struct watch *w)
{
	bool there;
	__u64 seq = 0;
	int err;

	if (!w->ring)
		return look_for_ring(w);
	there = still_there(w);
	err = w->nr_held == HELD ? 0 : drain(w, &seq);
	/* The rest of one that was replaced may be in the ring of its successor. */
	if (!err && (there || !pins_policy_id()))
		tell_dropped(w, (__u64)clock_ns(CLOCK_BOOTTIME), seq + 1);
	if (err || there || is_being_written(w))
		return err;
	close_ring(w);
	return look_for_ring(w);
}

/* Somebody loads or unloads: what is missed now is lost. */
static bool must_hurry(const struct watch *w)
{
	if (w->hurried >= HURRY)
		return false;
	return w->ring ? w->replaced || !w->in_force : !access(TIERBPF_PIN_ROOT, F_OK);
}

/* For the next event, or to look whether another policy is there. */
static void wait_for_more(struct watch *w)
{
	bool soon = is_being_written(w);
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO }, /* POLLERR: nobody reads it any more */
		{ .fd = w->ring && w->nr_held < HELD && !soon ? ring_buffer__epoll_fd(w->ring) : -1,
		  .events = POLLIN },
		{ .fd = w->ring ? -1 : w->inotify, .events = POLLIN },
	};
	bool hurry = must_hurry(w);
	char event[4096];

	w->hurried += hurry;
	if (poll(fds, 3, hurry || soon ? LOOK_SOON : LOOK) <= 0)
		return;
	if (fds[0].revents & (POLLERR | POLLHUP))
		w->output = EPIPE;
	if (!fds[2].revents)
		return;
	w->hurried = 0;
	if (read(w->inotify, event, sizeof(event)) < 0) {
		cleanup_close(&w->inotify);
		w->inotify = -1;
	}
}

int watch(const struct watch_options *options)
{
	struct watch w = {
		.options = options, .events = -1, .stats = -1, .directory = -1, .inotify = -1
	};
	int err;

	/* Or else the first file that is opened would be written to. */
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return fail(-EIO, "standard output is closed");
	listen_to_signals();
	w.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w.inotify >= 0)
		inotify_add_watch(w.inotify, BPFFS, IN_CREATE);
	err = look(&w);
	while (!err && !stopped && !w.output) {
		wait_for_more(&w);
		if (!w.output)
			err = look(&w);
	}
	close_ring(&w);
	cleanup_close(&w.inotify);
	if (!err && w.output && w.output != EPIPE && !stopped)
		err = fail(-EIO, "standard output: %s", strerror(w.output));
	return err;
}
