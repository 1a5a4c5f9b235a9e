/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens pinned maps. The kernel copies as many bytes as a value of the map has, however small the
 * buffer is. So a map is checked first: an older tierbpf, or root by hand, may have pinned another one.
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

/* Prints a message for an error of these functions. Returns @err. */
int pinned_map_fail(int err, const char *path);

#endif
