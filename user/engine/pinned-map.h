/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps behind pins. The kernel copies as many bytes as the map has, whatever there is room
 * for, so one is looked at before it is used: an older tierbpf, or root by hand, may have
 * pinned another one there.
 */
#ifndef PINNED_MAP_H
#define PINNED_MAP_H

#include <bpf/bpf.h>
#include <stddef.h>

/*
 * Opens the map at @path, which must be of @type, with keys of 4 bytes, and values of at most
 * @size bytes (those of an older tierbpf are shorter). Its descriptor; -EOVERFLOW: its values
 * are larger, of a newer tierbpf; -EPROTO: it is no such map; -errno; without a message.
 */
int pinned_map_open(const char *path, enum bpf_map_type type, size_t size);

/* The first element of the array at @path; what an older tierbpf did not have is 0. As above, or 0. */
int pinned_map_read(const char *path, void *value, size_t size);

/* What to say of these; returns err. */
int pinned_map_fail(int err, const char *path);

#endif
