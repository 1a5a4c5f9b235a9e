// SPDX-License-Identifier: GPL-2.0-only
#include "util/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "util/array.h"
#include "util/cleanup.h"

/* A sysfs attribute is at most a page long; a list of 1024 nodes (node/distance) fits. */
#define ATTRIBUTE_MAX 65536

/* Limit of entries in a directory; that of a node has one for each block of its memory. */
#define ENTRIES_MAX (1 << 20)

#define PROC_PATH 32

struct names {
	char **list;
	size_t count;
};

/*
 * Opens @path below @root without following links out of it: an absolute link begins at @root,
 * and the parent of @root is @root. The descriptor (O_PATH) can be examined, but not read.
 */
static int find_below(const char *root, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	_cleanup_close_ int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (top < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

static void proc_path(int fd, char path[PROC_PATH])
{
	snprintf(path, PROC_PATH, "/proc/self/fd/%d", fd);
}

/* Opening a FIFO or a device has side effects, so the type of the file is checked first. */
static int open_below(const char *root, const char *path)
{
	_cleanup_close_ int found = find_below(root, path);
	char name[PROC_PATH];
	struct stat st;
	int fd;

	if (found < 0)
		return found;
	if (fstat(found, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	proc_path(found, name);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* Opens a file of the running system. Without O_NONBLOCK, a FIFO in its place would block. */
static int open_here(const char *path)
{
	struct stat st = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

int sysfs_open(const char *root, const char *path)
{
	return *root ? open_below(root, path) : open_here(path);
}

static int read_all(int fd, size_t max, char **data, size_t *length)
{
	_cleanup_free_ char *buffer = malloc(max + 2);
	size_t used = 0;
	ssize_t n;

	if (!buffer)
		return -ENOMEM;
	while (used <= max && (n = read(fd, buffer + used, max + 1 - used)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		used += n > 0 ? (size_t)n : 0;
	}
	if (used > max)
		return -EFBIG;
	buffer[used] = 0;
	*data = TAKE_PTR(buffer);
	*length = used;
	return 0;
}

int sysfs_bytes(const char *root, const char *path, size_t max, char **data, size_t *length)
{
	_cleanup_close_ int fd = sysfs_open(root, path);

	return fd < 0 ? fd : read_all(fd, max, data, length);
}

int sysfs_reread(int fd, size_t max, char **data, size_t *length)
{
	return lseek(fd, 0, SEEK_SET) ? -errno : read_all(fd, max, data, length);
}

static int read_text(char **text, const char *root, const char *format, va_list args)
{
	_cleanup_free_ char *path = NULL;
	size_t length;
	int err;

	if (vasprintf(&path, format, args) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	err = sysfs_bytes(root, path, ATTRIBUTE_MAX, text, &length);
	if (!err && length && (*text)[length - 1] == '\n')
		(*text)[length - 1] = 0;
	return err;
}

int sysfs_text(char **text, const char *root, const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = read_text(text, root, format, args);
	va_end(args);
	return err;
}

bool sysfs_number(uint64_t *value, int base, const char *root, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	char *end;
	int err;

	va_start(args, format);
	err = read_text(&text, root, format, args);
	va_end(args);
	if (err || !isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return !errno && !*end;
}

bool sysfs_exists(const char *root, const char *format, ...)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&path, format, args);
	va_end(args);
	if (n < 0)
		path = NULL;
	if (!path || !*root)
		return path && !access(path, F_OK);
	fd = find_below(root, path);
	return fd >= 0;
}

/* The path of @fd on the running system; NULL if the file was removed. The caller frees. */
static char *name_of(int fd)
{
	char name[PROC_PATH];

	proc_path(fd, name);
	return realpath(name, NULL);
}

char *sysfs_real(const char *root, const char *path)
{
	_cleanup_close_ int top_fd = -1, fd = -1;
	_cleanup_free_ char *top = NULL, *real = NULL;
	size_t length;

	if (!*root)
		return realpath(path, NULL);
	top_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = find_below(root, path);
	if (top_fd < 0 || fd < 0)
		return NULL;
	top = name_of(top_fd);
	real = name_of(fd);
	length = top && strcmp(top, "/") ? strlen(top) : 0;
	if (!top || !real || strncmp(real, top, length) || real[length] != '/')
		return NULL;
	return strdup(real + length);
}

static int open_directory(const char *root, const char *path)
{
	_cleanup_close_ int found = -1;
	char name[PROC_PATH];

	if (!*root)
		return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	found = find_below(root, path);
	if (found < 0)
		return -1;
	proc_path(found, name);
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool add_name(struct names *names, const char *name)
{
	if (names->count == ENTRIES_MAX || ARRAY_GROW(names->list, names->count))
		return false;
	names->list[names->count] = strdup(name);
	return names->list[names->count] && ++names->count;
}

static void read_names(DIR *dir, const char *prefix, struct names *names)
{
	size_t length = strlen(prefix);
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, length) &&
		    isdigit((unsigned char)entry->d_name[length]) && !add_name(names, entry->d_name))
			return;
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

void sysfs_each(const char *root, const char *path, const char *prefix,
		void (*visit)(const char *name, void *arg), void *arg)
{
	int fd = open_directory(root, path);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct names names = {};
	size_t i;

	if (!dir) {
		cleanup_close(&fd);
		return;
	}
	read_names(dir, prefix, &names);
	closedir(dir);
	if (names.count)
		qsort(names.list, names.count, sizeof(*names.list), by_number);
	for (i = 0; i < names.count; i++) {
		visit(names.list[i], arg);
		free(names.list[i]);
	}
	free(names.list);
}
