// SPDX-License-Identifier: GPL-2.0-only
#include "machine/capture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acpi/table.h"
#include "machine/iomem.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/sysfs.h"

/* The paths to capture: files are copied, links are copied as links, directories are created. */
static const char *const wanted[] = {
	SYSFS_NODES "/possible",
	SYSFS_NODES "/online",
	SYSFS_NODES "/has_memory",
	SYSFS_NODES "/has_cpu",
	SYSFS_NODES "/has_generic_initiator",
	SYSFS_NODES "/node*/distance",
	SYSFS_NODES "/node*/cpulist",
	SYSFS_NODES "/node*/meminfo",
	SYSFS_NODES "/node*/memory[0-9]*{,/state}",
	SYSFS_NODES "/node*/access[01]/initiators/*",
	SYSFS_NODES "/node*/memory_side_cache/index*/*",
	"/sys/devices/system/memory/block_size_bytes",
	"/sys/devices/virtual/memory_tiering/memory_tier*/nodelist",
	"/sys/firmware/acpi/tables/SRAT*",
	"/sys/firmware/acpi/tables/HMAT",
	"/sys/firmware/acpi/tables/SLIT",
	"/sys/firmware/acpi/tables/CEDT",
	"/sys/bus/dax/devices/*",
	"/sys/bus/dax/devices/*/driver",
	"/sys/bus/dax/drivers/*",
	"/sys/bus/dax/devices/*/target_node",
	"/sys/bus/dax/devices/*/resource",
	"/sys/bus/dax/devices/*/size",
	"/sys/bus/nd/devices/*",
	"/sys/bus/nd/devices/region*/target_node",
	"/sys/bus/nd/devices/region*/resource",
	"/sys/bus/nd/devices/region*/size",
	"/sys/bus/nd/devices/namespace*/size",
	"/sys/bus/cxl/devices/*",
	"/sys/bus/cxl/drivers/*",
	"/sys/bus/cxl/devices/region*/resource",
	"/sys/bus/cxl/devices/region*/size",
	"/sys/bus/cxl/devices/region*/{commit,mode,driver}",
	"/sys/bus/cxl/devices/region*/interleave_*",
	"/sys/bus/cxl/devices/region*/target[0-9]*",
	"/sys/bus/cxl/devices/region*/access[01]/*",
	"/sys/bus/cxl/devices/region*/dax_region*",
	"/sys/bus/cxl/devices/region*/dax_region*/dax*/target_node",
	"/sys/bus/cxl/devices/decoder*/dpa_resource",
	"/sys/bus/cxl/devices/decoder*/{dpa_size,mode}",
	"/sys/bus/cxl/devices/endpoint*/CDAT",
	"/sys/bus/cxl/devices/endpoint*/uport",
	"/sys/bus/cxl/devices/endpoint*/parent_dport",
	"/sys/bus/cxl/devices/port*/CDAT",
	"/sys/bus/cxl/devices/port*/uport",
	"/sys/bus/cxl/devices/port*/parent_dport",
	"/sys/bus/cxl/devices/port*/parent_dport/firmware_node",
	"/sys/bus/cxl/devices/port*/parent_dport/firmware_node/uid",
	"/sys/bus/cxl/devices/port*/dport*",
	"/sys/bus/cxl/devices/root*/dport*",
	"/sys/bus/cxl/devices/root*/uport",
	"/sys/bus/cxl/devices/mem*/serial",
	"/sys/bus/cxl/devices/mem*/{ram,pmem}/size",
	"/sys/bus/pci/devices/*/current_link_*",
	"/sys/bus/pci/devices/*/firmware_node/path",
	"/sys/bus/acpi/devices/ACPI0016:*/{path,uid,hid}",
	"/sys/bus/acpi/devices/ACPI0017:*/{path,uid,hid}",
	"/sys/kernel/mm/numa/demotion_enabled",
	"/proc/sys/kernel/numa_balancing",
};

struct save {
	int dir;
	const char *root; /* real path of the machine; "" for this one */
	size_t files;
	size_t refused; /* number of files that this user may not read */
	char refused_name[PATH_MAX];
};

/*
 * Opens directory @name in @parent, and creates it if it is missing. Links are not followed,
 * since this process creates everything in the capture itself.
 */
static int enter(int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0755) && errno != EEXIST)
		return -errno;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Opens the directory of @path, which begins with a slash, as *fd; *name is the last name of
 * @path.
 */
static int enter_parents(const struct save *s, char *path, int *fd, const char **name)
{
	int dir = fcntl(s->dir, F_DUPFD_CLOEXEC, 3);
	char *at = path + 1, *slash;

	while (dir >= 0 && (slash = strchr(at, '/'))) {
		int next;

		*slash = 0;
		next = enter(dir, at);
		close(dir);
		dir = next;
		if (dir < 0)
			return fail(dir, "%s in the capture: %s", path, strerror(-dir));
		*slash = '/';
		at = slash + 1;
	}
	*fd = dir;
	*name = at;
	return dir < 0 ? fail(-errno, "%s in the capture: %s", path, strerror(errno)) : 0;
}

/* A file that exists already was saved before under another of its names. */
static int write_file(struct save *s, char *path, mode_t mode, const void *data, size_t length)
{
	_cleanup_close_ int dir = -1;
	FILE *f = NULL;
	const char *name;
	int fd, err = enter_parents(s, path, &dir, &name);

	if (err)
		return err;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (!f || fwrite(data, 1, length, f) != length || fflush(f))
		err = fail(-errno, "%s in the capture: %s", path, strerror(errno));
	if (f)
		fclose(f);
	s->files++;
	return err;
}

static int save_link(struct save *s, char *path, const char *from)
{
	_cleanup_close_ int dir = -1;
	char target[PATH_MAX];
	const char *name;
	ssize_t n = readlink(from, target, sizeof(target) - 1);
	int err = n < 0 ? 0 : enter_parents(s, path, &dir, &name);

	if (n < 0 || err)
		return err;
	target[n] = 0;
	if (symlinkat(target, dir, name) && errno != EEXIST)
		return fail(-errno, "%s in the capture: %s", path, strerror(errno));
	return 0;
}

static int save_directory(struct save *s, char *path)
{
	_cleanup_close_ int dir = -1, fd = -1;
	const char *name;
	int err = enter_parents(s, path, &dir, &name);

	if (err)
		return err;
	fd = enter(dir, name);
	return fd < 0 ? fail(fd, "%s in the capture: %s", path, strerror(-fd)) : 0;
}

/* A file that only root may read here is readable only for its owner in the capture. */
static int save_file(struct save *s, char *path, const char *from, mode_t mode)
{
	_cleanup_free_ char *data = NULL;
	size_t length;
	int err = sysfs_bytes("", from, ACPI_TABLE_MAX, &data, &length);

	if (err == -EACCES || err == -EPERM) {
		s->refused++;
		snprintf(s->refused_name, sizeof(s->refused_name), "%s", from);
	}
	if (err)
		return 0; /* it cannot be read here, so it is not known in the capture either */
	return write_file(s, path, mode & 0755, data, length);
}

/* Saves @from, which may itself be a link, below the real path of its directory. */
static int save_one(struct save *s, const char *from)
{
	_cleanup_free_ char *copy = strdup(from), *above = NULL, *path = NULL;
	const char *name = strrchr(from, '/') + 1;
	struct stat st;

	if (!copy)
		return no_memory();
	copy[name - from - 1] = 0;
	above = realpath(copy, NULL);
	if (!above || strncmp(above, s->root, strlen(s->root)) || lstat(from, &st))
		return 0;
	if (asprintf(&path, "%s/%s", above + strlen(s->root), name) < 0) {
		path = NULL;
		return no_memory();
	}
	if (S_ISLNK(st.st_mode))
		return save_link(s, path, from);
	if (S_ISREG(st.st_mode))
		return save_file(s, path, from, st.st_mode);
	return S_ISDIR(st.st_mode) ? save_directory(s, path) : 0;
}

static int save_matches(struct save *s, const char *pattern)
{
	_cleanup_free_ char *path = NULL;
	glob_t found = {};
	size_t i;
	int err;

	if (asprintf(&path, "%s%s", s->root, pattern) < 0) {
		path = NULL;
		return no_memory();
	}
	err = glob(path, GLOB_BRACE, NULL, &found);
	if (err == GLOB_NOSPACE)
		return no_memory();
	for (err = 0, i = 0; !err && i < found.gl_pathc; i++)
		err = save_one(s, found.gl_pathv[i]);
	globfree(&found);
	return err;
}

/*
 * This needs the descriptor that iomem_open() keeps. With addresses, only the owner may read the file, as
 * only root may here.
 */
static int save_iomem(struct save *s)
{
	_cleanup_(cleanup_iomem) struct iomem io;
	_cleanup_free_ char *text = NULL;
	char path[] = "/proc/iomem";
	size_t length;

	if (iomem_text(s->root, &text, &length))
		return 0;
	iomem_read(s->root, &io);
	if (!io.told) {
		s->refused++;
		snprintf(s->refused_name, sizeof(s->refused_name), "%s", path);
	}
	return write_file(s, path, io.told ? 0400 : 0444, text, length);
}

static int save_state(void *save, const char *path, const void *data, size_t length)
{
	_cleanup_free_ char *copy = strdup(path);

	return copy ? write_file(save, copy, 0644, data, length) : no_memory();
}

static size_t count_entries(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	size_t count = 0;

	if (!d) {
		cleanup_close(&copy);
		return 1; /* it may not be empty */
	}
	while ((entry = readdir(d)))
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(d);
	return count;
}

/*
 * A user who may write the directory could replace what we create there, and make us write
 * elsewhere. The check is made on the open directory, since its name may be reused meanwhile.
 */
static int check_empty(const char *dir, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return fail(-errno, "%s: %s", dir, strerror(errno));
	if (st.st_uid != geteuid())
		return fail(-EPERM,
			    "%s: belongs to another user, who could change what is written there; name a "
			    "new directory",
			    dir);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return fail(-EPERM,
			    "%s: other users may write there; name a new directory, or chmod go-w it",
			    dir);
	return count_entries(fd) ? fail(-EEXIST, "%s: not empty; name a new directory", dir) : 0;
}

static int make_empty(const char *dir)
{
	_cleanup_free_ char *name = strdup(dir);
	_cleanup_close_ int fd = -1;
	size_t length;
	int err;

	if (!name)
		return no_memory();
	/* With a slash at the end, a link would be followed. */
	for (length = strlen(name); length > 1 && name[length - 1] == '/'; length--)
		name[length - 1] = 0;
	if (mkdir(name, 0755) && errno != EEXIST)
		return fail(-errno, "%s: %s", dir, strerror(errno));
	fd = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(-errno, "%s: %s", dir,
			    errno == ENOTDIR ?
				    "not a directory (links are not followed); name a new one" :
				    strerror(errno));
	err = check_empty(dir, fd);
	return err ?: TAKE_FD(fd);
}

int capture_save(const char *root, const struct machine *m, const struct policy_state *state,
		 const char *dir, size_t *files)
{
	_cleanup_free_ char *real = *root ? realpath(root, NULL) : strdup("");
	_cleanup_close_ int fd = make_empty(dir);
	struct save s = { .dir = fd, .root = real };
	int err = fd < 0 ? fd : 0;
	size_t i;

	if (!real)
		return fail(-errno, "%s: %s", root, strerror(errno));
	for (i = 0; !err && i < ARRAY_SIZE(wanted); i++)
		err = save_matches(&s, wanted[i]);
	err = err ?: save_iomem(&s);
	err = err ?: policy_state_save(m, state, save_state, &s);
	if (!err && s.refused)
		note("%zu files cannot be read by this user, %s the last of them; as root they are captured too",
		     s.refused, s.refused_name);
	*files = s.files;
	return err;
}
