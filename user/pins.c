// SPDX-License-Identifier: GPL-2.0-only
#include "pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <tierbpf/abi.h>

#include "cleanup.h"
#include "fault.h"
#include "msg.h"

#define BPFFS "/sys/fs/bpf"
#define LOCK_TRIES 100
#define LOCK_PATIENCE 20 /* tries until we say that we wait */
#define LOCK_PAUSE 100000 /* us */

static int check_bpffs(void)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs))
		return fail(errno == EACCES ? -EACCES : -ENOPKG, BPFFS ": %s", strerror(errno));
	if (fs.f_type != BPF_FS_MAGIC)
		return fail(-ENOPKG, "no BPF file system: mount -t bpf bpf " BPFFS);
	return 0;
}

/* unload removes the directory: whoever waited for its lock must start again. */
static bool still_there(int fd)
{
	struct stat held, named;

	return !fstat(fd, &held) && !stat(TIERBPF_PIN_ROOT, &named) &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

static int open_root(bool create)
{
	int fd;

	if (create && mkdir(TIERBPF_PIN_ROOT, 0700) && errno != EEXIST)
		return fail(-errno, TIERBPF_PIN_ROOT ": %s", strerror(errno));
	fd = open(TIERBPF_PIN_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno == ENOENT)
		return fd >= 0 ? fd : -ENOENT;
	return fail(-errno, TIERBPF_PIN_ROOT ": %s", strerror(errno));
}

int pins_lock(bool create, int *fd)
{
	int i, err = check_bpffs();

	for (i = 0; !err && i < LOCK_TRIES; i++) {
		_cleanup_close_ int root = open_root(create);

		if (root < 0)
			return root;
		if (!flock(root, LOCK_EX | LOCK_NB) && still_there(root)) {
			*fd = root;
			root = -1;
			return 0;
		}
		if (i == LOCK_PATIENCE)
			note("waiting for another tierbpf to finish …");
		usleep(LOCK_PAUSE);
	}
	return err ?: fail(-EBUSY, "another tierbpf is at work; try again when it has finished");
}

int pins_wait(int *fd)
{
	int err = check_bpffs();

	while (!err) {
		_cleanup_close_ int root = open_root(false);

		if (root < 0)
			return root;
		if (flock(root, LOCK_EX))
			return -errno;
		if (still_there(root)) {
			*fd = root;
			root = -1;
			return 0;
		}
	}
	return err;
}

void pins_unlock(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

static unsigned int map_id(const char *path)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &size))
		return 0;
	return info.id;
}

unsigned int pins_policy_id(void)
{
	_cleanup_close_ int fd = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0 || bpf_link_get_info_by_fd(fd, &info, &size))
		return 0;
	return info.struct_ops.map_id;
}

/* Pins that could not be removed. Links are what stays attached: those are named. */
static struct {
	int err;
	char links[600];
	unsigned int others;
} stayed;

static bool is_link(const char *name)
{
	size_t length = strlen(name);

	return !strncmp(name, "link", 4) || (length > 5 && !strcmp(name + length - 5, "_link"));
}

static void add_stayed(const char *path, const char *name, int err)
{
	size_t used = strlen(stayed.links), root = strlen(TIERBPF_PIN_ROOT "/");

	stayed.err = err;
	if (is_link(name) && strlen(path) > root && used + strlen(path) < sizeof(stayed.links))
		snprintf(stayed.links + used, sizeof(stayed.links) - used, "%s%s", used ? ", " : "", path + root);
	else
		stayed.others++;
}

/* In one line: the kernel's log takes few at a time, and the guardian of a trial writes there. */
static int explain_stayed(void)
{
	if (!stayed.err)
		return 0;
	if (*stayed.links)
		note("cannot be removed (%s), so that it stays attached: %s; and %u other pins in " TIERBPF_PIN_ROOT,
		     strerror(stayed.err), stayed.links, stayed.others);
	else
		note("cannot be removed (%s): %u pins in " TIERBPF_PIN_ROOT, strerror(stayed.err), stayed.others);
	return -ENOTEMPTY;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int err = remove(path) ? errno : 0;

	/* A directory with something in it stays because of that, which has been named. */
	if (err && err != ENOENT && err != ENOTEMPTY)
		add_stayed(path, path + ftw->base, err);
	fault_point(path);
	return 0;
}

static int remove_tree(const char *path)
{
	memset(&stayed, 0, sizeof(stayed));
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return explain_stayed();
}

/* What stays has been named; the next command that takes the lock tries again. */
static void discard(void)
{
	remove_tree(PIN_PATH(TIERBPF_PIN_STAGING));
	if (pins_policy_id())
		return;
	/* What a policy left that is gone must not come back with the next one. */
	unlink(PIN_PATH(TIERBPF_PIN_LINK));
	fault_point("a dead link is removed");
	unlink(PIN_PATH(TIERBPF_PIN_OVERRIDE));
	fault_point("its override is removed");
	remove_tree(PIN_PATH(TIERBPF_PIN_POLICY));
}

int pins_heal(void)
{
	unsigned int in_force = pins_policy_id();

	if (in_force && in_force == map_id(STAGING_PATH("ops"))) {
		int err = pins_commit();

		return err == -ENOTEMPTY ? 0 : err;
	}
	discard();
	return 0;
}

int pins_stage(void)
{
	int err = remove_tree(PIN_PATH(TIERBPF_PIN_STAGING));

	if (err)
		return fail(err, "something of an earlier load stays attached: remove what keeps it from being removed, or "
			    "reboot");
	if (mkdir(PIN_PATH(TIERBPF_PIN_STAGING), 0700))
		return fail(-errno, PIN_PATH(TIERBPF_PIN_STAGING) ": %s", strerror(errno));
	fault_point("staging is made");
	return 0;
}

/* All that stands in @from but directories. */
static int link_all(DIR *from, int to)
{
	const struct dirent *entry;

	while ((entry = readdir(from))) {
		if (entry->d_type == DT_DIR)
			continue;
		if (linkat(dirfd(from), entry->d_name, to, entry->d_name, 0))
			return -errno;
		fault_point(entry->d_name);
	}
	return 0;
}

int pins_copy(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	int fd, err;

	if (!dir)
		return -errno;
	err = mkdir(to, 0700) && errno != EEXIST ? -errno : 0;
	fault_point(to);
	fd = err ? -1 : open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err)
		err = fd < 0 ? -errno : link_all(dir, fd);
	cleanup_close(&fd);
	closedir(dir);
	return err;
}

int pins_remove(const char *path)
{
	return remove_tree(path);
}

int pins_commit(void)
{
	const char *from = PIN_PATH(TIERBPF_PIN_STAGING), *to = PIN_PATH(TIERBPF_PIN_POLICY);
	int err = 0;

	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE)) {
		fault_point("staging and policy have changed places");
		err = remove_tree(from);
	} else if (errno != ENOENT || rename(from, to)) {
		return fail(-errno, "%s: %s", to, strerror(errno));
	}
	fault_point("committed");
	return err;
}

void pins_abandon(void)
{
	discard();
	rmdir(TIERBPF_PIN_ROOT); /* fails where a policy is in force, as it should */
}

int pins_remove_all(void)
{
	return remove_tree(TIERBPF_PIN_ROOT);
}
