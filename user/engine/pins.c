// SPDX-License-Identifier: GPL-2.0-only
#include "engine/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <tierbpf/abi.h>

#include "util/cleanup.h"
#include "util/fault.h"
#include "util/msg.h"

#define BPFFS "/sys/fs/bpf"
#define ROOT_NAME (TIERBPF_PIN_ROOT + sizeof(BPFFS)) /* the name of the directory in BPFFS */
#define LOCK_TRIES 100
#define LOCK_PATIENCE 20 /* tries until a message says that we wait */
#define LOCK_PAUSE 100000 /* us */

/* Fills @fault. Returns -ENOPKG. */
static int found(struct pins_fault *fault, const char *fix, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int found(struct pins_fault *fault, const char *fix, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->found, sizeof(fault->found), format, args);
	va_end(args);
	fault->fix = fix;
	return -ENOPKG;
}

/*
 * Whoever owns the file system's root, or may write it where no sticky bit protects what
 * others made in it, could put another directory in the place of ours at any time.
 */
static bool others_may_replace(const struct stat *bpffs)
{
	return bpffs->st_uid ||
	       (bpffs->st_mode & (S_IWGRP | S_IWOTH) && !(bpffs->st_mode & S_ISVTX));
}

static int open_bpffs(int *fd, struct pins_fault *fault)
{
	_cleanup_close_ int dir = open(BPFFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;
	struct stat st;

	if (dir < 0 || fstatfs(dir, &fs) || fstat(dir, &st)) {
		int err = errno == EACCES ? -EACCES : -ENOPKG;

		found(fault, NULL, BPFFS ": %s", strerror(errno));
		return err;
	}
	if (fs.f_type != BPF_FS_MAGIC)
		return found(fault, "mount -t bpf -o mode=0700 bpf " BPFFS, "no BPF file system");
	if (others_may_replace(&st))
		return found(fault, "chown 0:0 " BPFFS " && chmod 0700 " BPFFS,
			     "users other than root can replace what is pinned in " BPFFS);
	*fd = TAKE_FD(dir);
	return 0;
}

/*
 * A directory that somebody else made under our name: its owner could remove the policy
 * or hold our lock for ever. One that others may only read could still be locked by them.
 */
static int check_root(const struct stat *st, struct pins_fault *fault)
{
	if (!S_ISDIR(st->st_mode) || st->st_uid)
		return found(fault, "chmod 0700 " BPFFS " && rm -r " TIERBPF_PIN_ROOT,
			     "%s is not a directory of root's (user %u made it)", TIERBPF_PIN_ROOT,
			     st->st_uid);
	/* It is removed, since others may have pinned something in it. */
	if (st->st_mode & 022)
		return found(fault, "rm -r " TIERBPF_PIN_ROOT,
			     "users other than root can write to %s (mode %04o)", TIERBPF_PIN_ROOT,
			     st->st_mode & 07777);
	if (st->st_mode & 077)
		return found(fault, "chmod 0700 " TIERBPF_PIN_ROOT,
			     "users other than root can use %s (mode %04o)", TIERBPF_PIN_ROOT,
			     st->st_mode & 07777);
	return 0;
}

/* O_PATH: root without capabilities may not open another user's directory, but must learn its owner. */
static int find_root(bool create, int *fd, struct pins_fault *fault)
{
	_cleanup_close_ int bpffs = -1, root = -1;
	struct stat st;
	int err = open_bpffs(&bpffs, fault);

	if (err)
		return err;
	err = create && mkdirat(bpffs, ROOT_NAME, 0700) && errno != EEXIST ? -errno : 0;
	if (!err)
		root = openat(bpffs, ROOT_NAME, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (!err && (root < 0 || fstat(root, &st)))
		err = -errno;
	if (err) {
		found(fault, NULL, TIERBPF_PIN_ROOT ": %s", strerror(-err));
		return err;
	}
	*fd = TAKE_FD(root);
	return check_root(&st, fault);
}

int pins_check(struct pins_fault *fault)
{
	_cleanup_close_ int root = -1;
	int err = find_root(false, &root, fault);

	return err == -ENOENT || err == -EACCES ? 0 : err;
}

/* After this, paths below TIERBPF_PIN_ROOT are safe: nobody but root can change what they lead to. */
static int open_root(bool create, int *fd)
{
	_cleanup_close_ int root = -1;
	struct pins_fault fault;
	int err = find_root(create, &root, &fault);

	if (err == -ENOENT)
		return create ? -EAGAIN : -ENOENT; /* an unload has just removed it */
	if (err)
		return fail(err, "%s%s%s", fault.found, fault.fix ? ": " : "", fault.fix ?: "");
	*fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? fail(-errno, TIERBPF_PIN_ROOT ": %s", strerror(errno)) : 0;
}

/* After an unload, which removes the directory, the lock that somebody waited for is worthless. */
static bool still_there(int fd)
{
	struct stat held, named;

	return !fstat(fd, &held) && !lstat(TIERBPF_PIN_ROOT, &named) &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

int pins_lock(bool create, int *fd)
{
	int i, err;

	for (i = 0; i < LOCK_TRIES; i++) {
		_cleanup_close_ int root = -1;

		err = open_root(create, &root);
		if (err && err != -EAGAIN)
			return err;
		if (!err && !flock(root, LOCK_EX | LOCK_NB) && still_there(root)) {
			*fd = TAKE_FD(root);
			return 0;
		}
		if (i == LOCK_PATIENCE)
			note("waiting for another tierbpf to finish …");
		usleep(LOCK_PAUSE);
	}
	return fail(-EBUSY, "another tierbpf is at work; try again when it has finished");
}

int pins_wait(int *fd)
{
	for (;;) {
		_cleanup_close_ int root = -1;
		int err = open_root(false, &root);

		if (err)
			return err;
		if (flock(root, LOCK_EX))
			return -errno;
		if (still_there(root)) {
			*fd = TAKE_FD(root);
			return 0;
		}
	}
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

int pins_find_policy(unsigned int *id)
{
	_cleanup_close_ int fd = bpf_obj_get(PIN_PATH(TIERBPF_PIN_LINK));
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	*id = 0;
	if (fd < 0)
		return errno == ENOENT || errno == EACCES ? 0 : -errno;
	if (bpf_link_get_info_by_fd(fd, &info, &size))
		return -errno;
	/* If a map or a program is pinned there, the same bytes hold its own type and other fields. */
	if (info.type == BPF_LINK_TYPE_STRUCT_OPS && !info.prog_id)
		*id = info.struct_ops.map_id;
	return 0;
}

int pins_cannot_tell(int err)
{
	return fail(err, "cannot tell which policy is in force: %s", strerror(-err));
}

unsigned int pins_policy_id(void)
{
	unsigned int id;

	return pins_find_policy(&id) ? 0 : id;
}

/* Pins that could not be removed. Links are named, since their programs stay attached. */
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
		snprintf(stayed.links + used, sizeof(stayed.links) - used, "%s%s", used ? ", " : "",
			 path + root);
	else
		stayed.others++;
}

/* One line, since the guardian of a trial writes to the kernel's log, which limits their rate. */
static int explain_stayed(void)
{
	if (!stayed.err)
		return 0;
	if (*stayed.links)
		note("cannot remove these pins (%s), so their programs stay attached: %s; and %u others in " TIERBPF_PIN_ROOT,
		     strerror(stayed.err), stayed.links, stayed.others);
	else
		note("cannot remove %u pins in " TIERBPF_PIN_ROOT " (%s)", stayed.others,
		     strerror(stayed.err));
	return -ENOTEMPTY;
}

static void remove_at(int parent, const char *name, const char *path);

static void remove_entries(DIR *dir, const char *path)
{
	const struct dirent *entry;
	char child[PATH_MAX];

	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		remove_at(dirfd(dir), entry->d_name, child);
	}
}

/* Uses descriptors, so that a link that takes the place of a directory meanwhile is not followed. */
static int remove_directory(int parent, const char *name, const char *path)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int err = dir ? 0 : -errno;

	if (err) {
		cleanup_close(&fd);
		return err;
	}
	remove_entries(dir, path);
	closedir(dir);
	return unlinkat(parent, name, AT_REMOVEDIR) ? -errno : 0;
}

/* Removes @name in directory @parent. @path: its full path, for messages. */
static void remove_at(int parent, const char *name, const char *path)
{
	struct stat st;
	int err = fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) ? -errno : 0;

	if (!err && S_ISDIR(st.st_mode))
		err = remove_directory(parent, name, path);
	else if (!err)
		err = unlinkat(parent, name, 0) ? -errno : 0;
	/* -ENOTEMPTY: because of an entry that could not be removed, and has been added already. */
	if (err && err != -ENOENT && err != -ENOTEMPTY)
		add_stayed(path, name, -err);
	if (err != -ENOENT)
		fault_point(path);
}

static int remove_tree(const char *path)
{
	memset(&stayed, 0, sizeof(stayed));
	remove_at(AT_FDCWD, path, path);
	return explain_stayed();
}

/* Removes staging/, and all remains of a policy that is gone. What stays is removed by a later command. */
static void discard(void)
{
	unsigned int in_force;

	remove_tree(PIN_PATH(TIERBPF_PIN_STAGING));
	if (pins_find_policy(&in_force) || in_force)
		return;
	/* Otherwise an old override would take effect again with the next policy. */
	unlink(PIN_PATH(TIERBPF_PIN_LINK));
	fault_point("a dead link is removed");
	unlink(PIN_PATH(TIERBPF_PIN_OVERRIDE));
	fault_point("its override is removed");
	remove_tree(PIN_PATH(TIERBPF_PIN_POLICY));
}

int pins_heal(void)
{
	unsigned int in_force;
	int err = pins_find_policy(&in_force);

	if (err)
		return pins_cannot_tell(err);
	if (in_force && in_force == map_id(STAGING_PATH("ops"))) {
		err = pins_commit();
		return err == -ENOTEMPTY ? 0 : err;
	}
	discard();
	return 0;
}

int pins_stage(void)
{
	int err = remove_tree(PIN_PATH(TIERBPF_PIN_STAGING));

	/* Not -ENOTEMPTY: with that error, pins_commit() says that the policy is in force. */
	if (err)
		return fail(-EEXIST,
			    "programs of an earlier policy are still attached (named above), so nothing was loaded: "
			    "remove what keeps them from being removed, or reboot");
	if (mkdir(PIN_PATH(TIERBPF_PIN_STAGING), 0700))
		return fail(-errno, PIN_PATH(TIERBPF_PIN_STAGING) ": %s", strerror(errno));
	fault_point("staging is made");
	return 0;
}

/* Links all entries of @from but directories. */
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
	fd = err ? -1 : open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
	rmdir(TIERBPF_PIN_ROOT); /* fails, as it should, while a policy is in force */
}

int pins_remove_all(void)
{
	return remove_tree(TIERBPF_PIN_ROOT);
}
