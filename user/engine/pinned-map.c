// SPDX-License-Identifier: GPL-2.0-only
#include "engine/pinned-map.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/msg.h"

static int check(int fd, enum bpf_map_type type, size_t size)
{
	struct bpf_map_info info = {};
	__u32 info_size = sizeof(info);
	__u32 key = 0, next;

	if (bpf_map_get_info_by_fd(fd, &info, &info_size))
		return -errno;
	/* A program or a link tells other things in these places; only a map has keys. */
	if (info.type != type || info.key_size != sizeof(key) ||
	    (bpf_map_get_next_key(fd, NULL, &next) && errno != ENOENT))
		return -EPROTO;
	return info.value_size > size ? -EOVERFLOW : 0;
}

int pinned_map_open(const char *path, enum bpf_map_type type, size_t size)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	int err = fd < 0 ? -errno : check(fd, type, size);

	return err ?: TAKE_FD(fd);
}

int pinned_map_read(const char *path, void *value, size_t size)
{
	_cleanup_close_ int fd = pinned_map_open(path, BPF_MAP_TYPE_ARRAY, size);
	__u32 zero = 0;

	if (fd < 0)
		return fd;
	memset(value, 0, size);
	return bpf_map_lookup_elem(fd, &zero, value) ? -errno : 0;
}

int pinned_map_fail(int err, const char *path)
{
	if (err == -EOVERFLOW)
		return fail(-ENOPKG,
			    "%s: a newer tierbpf made this pin; use that version, or load the policy again",
			    path);
	if (err == -EPROTO)
		return fail(err,
			    "%s: this is not what tierbpf pins there; tierbpf unload removes it",
			    path);
	return fail(err, "%s: %s; load the policy again", path, strerror(-err));
}
