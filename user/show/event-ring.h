/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring buffer of the policy in force (abi.h), into which BPF and the module write events. */
#ifndef EVENT_RING_H
#define EVENT_RING_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <sys/types.h>
#include <tierbpf/abi.h>

struct event_ring {
	struct ring_buffer *buffer; /* NULL: the ring is not open */
	int events; /* the map of the buffer */
	int stats; /* the map with the number of the last event */
	int directory; /* policy/, locked so that nobody else reads the ring */
	ino_t inode; /* of the pin */
};

#define EVENT_RING_CLOSED { .events = -1, .stats = -1, .directory = -1 }

/*
 * Under the lock of pins.h. @on_record gets each record as it is read, and stops the reading by
 * -ECANCELED. 0, and the ring is to be closed; -EBUSY: another process reads it; -errno, with a
 * message.
 */
int event_ring_open(struct event_ring *ring, ring_buffer_sample_fn on_record, void *context);
void event_ring_close(struct event_ring *ring);

/*
 * Reads all records. *seq: the number of the last event that must have been among them if none was
 * dropped. 0; -ECANCELED: stopped by on_record; -errno with a message.
 */
int event_ring_read(struct event_ring *ring, __u64 *seq);

/* Has somebody read records of it before? */
bool event_ring_was_read(const struct event_ring *ring);

/* Is a record reserved that is not submitted yet? poll() reports it although it cannot be read. */
bool event_ring_is_being_written(const struct event_ring *ring);

/* Is it still the ring that is pinned, or has another policy been loaded since? */
bool event_ring_is_pinned(const struct event_ring *ring);

#endif
