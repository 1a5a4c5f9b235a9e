// SPDX-License-Identifier: GPL-2.0-only
#include "show/event-ring.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "engine/pinned-map.h"
#include "engine/pins.h"
#include "util/cleanup.h"
#include "util/msg.h"

static int lock_ring(struct event_ring *r)
{
	r->directory = open(PIN_PATH(TIERBPF_PIN_POLICY), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->directory < 0)
		return fail(-errno, PIN_PATH(TIERBPF_PIN_POLICY) ": %s", strerror(errno));
	if (!flock(r->directory, LOCK_EX | LOCK_NB))
		return 0;
	return fail(-EBUSY,
		    "another tierbpf watch is running, and an event can be read only once: end that one, or let "
		    "both read what it prints (tierbpf watch | tee FILE)");
}

/* The map of the events needs no check: libbpf refuses what is no ring buffer. */
static int open_maps(struct event_ring *r)
{
	r->events = bpf_obj_get(POLICY_PATH("events"));
	if (r->events < 0)
		return pinned_map_fail(-errno, POLICY_PATH("events"));
	r->stats = pinned_map_open(POLICY_PATH("stats"), BPF_MAP_TYPE_ARRAY,
				   sizeof(struct tierbpf_stats));
	return r->stats < 0 ? pinned_map_fail(r->stats, POLICY_PATH("stats")) : 0;
}

static int find_inode(ino_t *inode)
{
	struct stat st;

	if (stat(POLICY_PATH("events"), &st))
		return fail(-errno, POLICY_PATH("events") ": %s", strerror(errno));
	*inode = st.st_ino;
	return 0;
}

int event_ring_open(struct event_ring *r, ring_buffer_sample_fn on_record, void *context)
{
	int err = lock_ring(r);

	err = err ?: open_maps(r);
	err = err ?: find_inode(&r->inode);
	if (!err) {
		r->buffer = ring_buffer__new(r->events, on_record, context, NULL);
		if (!r->buffer)
			err = fail(-errno, "the events cannot be read: %s", strerror(errno));
	}
	if (err)
		event_ring_close(r);
	return err;
}

void event_ring_close(struct event_ring *r)
{
	ring_buffer__free(r->buffer);
	cleanup_close(&r->events);
	cleanup_close(&r->stats);
	cleanup_close(&r->directory);
	*r = (struct event_ring)EVENT_RING_CLOSED;
}

static __u64 last_seq(const struct event_ring *r)
{
	struct tierbpf_stats stats = {};
	__u32 zero = 0;

	return bpf_map_lookup_elem(r->stats, &zero, &stats) ? 0 : stats.seq;
}

int event_ring_read(struct event_ring *r, __u64 *seq)
{
	int err;

	/* Before the records are read: an event that comes meanwhile was not dropped. */
	*seq = last_seq(r);
	err = ring_buffer__consume(r->buffer);
	if (err >= 0 || err == -ECANCELED)
		return err < 0 ? err : 0;
	return fail(err, "the events cannot be read: %s", strerror(-err));
}

bool event_ring_was_read(const struct event_ring *r)
{
	return ring__consumer_pos(ring_buffer__ring(r->buffer, 0));
}

bool event_ring_is_being_written(const struct event_ring *r)
{
	return ring__avail_data_size(ring_buffer__ring(r->buffer, 0));
}

bool event_ring_is_pinned(const struct event_ring *r)
{
	struct stat st;

	return !stat(POLICY_PATH("events"), &st) && st.st_ino == r->inode;
}
