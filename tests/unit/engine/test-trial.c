// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include "engine/pins.h"
#include "engine/trial.h"

/* The errors with which the kernel refuses the pins `link` and all others; 0: it opens them. */
static int link_errno, meta_errno;

int __wrap_bpf_obj_get(const char *path);
int __wrap_bpf_link_get_info_by_fd(int fd, struct bpf_link_info *info, __u32 *size);

int __wrap_bpf_obj_get(const char *path)
{
	bool link = !strcmp(path, PIN_PATH(TIERBPF_PIN_LINK));

	errno = link ? link_errno : meta_errno;
	return errno ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int __wrap_bpf_link_get_info_by_fd(int fd, struct bpf_link_info *info, __u32 *size)
{
	info->type = BPF_LINK_TYPE_STRUCT_OPS;
	info->struct_ops.map_id = 7;
	return 0;
}

static int keep_former(int link, int meta)
{
	link_errno = link;
	meta_errno = meta;
	return trial_keep_former();
}

/* Without a policy, or without its pins, there is nothing to restore after the trial. */
Test(trial, keeps_nothing)
{
	cr_expect_eq(keep_former(ENOENT, ENOENT), 0);
	cr_expect_eq(keep_former(0, ENOENT), 0);
}

/* If the policy in force were overlooked, it would be lost after the trial. */
Test(trial, link_cannot_be_read)
{
	static const int errors[] = { ENOMEM, ENFILE, EMFILE, EINTR, EIO };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		cr_expect_eq(keep_former(errors[i], ENOENT), -errors[i], "%s", strerror(errors[i]));
}

/* Taken for one that is not on trial, it would come back though nobody has confirmed it. */
Test(trial, meta_cannot_be_read)
{
	cr_expect_eq(keep_former(0, ENOMEM), -ENOMEM);
}

/* A load must be able to replace a policy whose pins somebody has spoilt. */
Test(trial, meta_is_spoilt)
{
	cr_expect_eq(keep_former(0, EACCES), 0);
}

Test(trial, overrides)
{
	struct tierbpf_overrides overrides;

	link_errno = ENOMEM;
	cr_expect_eq(trial_overrides(-1, &overrides), -ENOMEM);
}
