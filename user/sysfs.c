// SPDX-License-Identifier: GPL-2.0-only
#include "sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

/* An attribute is a page at most; lists of 1024 nodes (node/distance) fit. */
#define ATTRIBUTE_MAX 65536

/* Without O_NONBLOCK a FIFO in place of the file would hang us. */
static int open_regular(const char *path)
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

int sysfs_bytes(const char *path, size_t max, char **data, size_t *length)
{
	_cleanup_free_ char *buffer = NULL;
	_cleanup_close_ int fd = open_regular(path);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	buffer = malloc(max + 2);
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

static int read_text(char **text, const char *format, va_list args)
{
	_cleanup_free_ char *path = NULL;
	size_t length;
	int err;

	if (vasprintf(&path, format, args) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	err = sysfs_bytes(path, ATTRIBUTE_MAX, text, &length);
	if (!err && length && (*text)[length - 1] == '\n')
		(*text)[length - 1] = 0;
	return err;
}

int sysfs_text(char **text, const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = read_text(text, format, args);
	va_end(args);
	return err;
}

bool sysfs_number(uint64_t *value, int base, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	char *end;
	int err;

	va_start(args, format);
	err = read_text(&text, format, args);
	va_end(args);
	if (err || !isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*value = strtoull(text, &end, base);
	return !errno && !*end;
}

bool sysfs_exists(const char *format, ...)
{
	_cleanup_free_ char *path = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&path, format, args);
	va_end(args);
	if (n < 0)
		path = NULL;
	return path && !access(path, F_OK);
}

char *sysfs_real(const char *root, const char *path)
{
	_cleanup_free_ char *top = realpath(*root ? root : "/", NULL);
	_cleanup_free_ char *full = NULL, *real = NULL;
	size_t length;

	if (!top || asprintf(&full, "%s%s", root, path) < 0) {
		full = NULL;
		return NULL;
	}
	real = realpath(full, NULL);
	length = strcmp(top, "/") ? strlen(top) : 0;
	if (!real || strncmp(real, top, length) || real[length] != '/')
		return NULL;
	return strdup(real + length);
}

void sysfs_each(const char *path, const char *prefix, void (*visit)(const char *name, void *arg),
		void *arg)
{
	size_t length = strlen(prefix);
	struct dirent **entries;
	int i, count = scandir(path, &entries, NULL, versionsort);

	for (i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (!strncmp(name, prefix, length) && isdigit((unsigned char)name[length]))
			visit(name, arg);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}
