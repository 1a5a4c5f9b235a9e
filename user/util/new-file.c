// SPDX-License-Identifier: GPL-2.0-only
#include "util/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/msg.h"

static int fail_at(const char *path)
{
	return fail(errno == EACCES ? -EACCES : -EIO, "%s: %s", path, strerror(errno));
}

int new_file_check(const char *path, bool force)
{
	struct stat st;

	if (lstat(path, &st))
		return 0; /* any other error shows when the file is created */
	/* A link such as /dev/stdout would itself be replaced, for every process. */
	if (S_ISLNK(st.st_mode) && stat(path, &st) && errno == ENOENT)
		st.st_mode = S_IFREG;
	if (!S_ISREG(st.st_mode))
		return fail(-EEXIST, "%s: not a regular file, so it is not replaced", path);
	return force ? 0 : fail(-EEXIST, "%s: exists already; --force replaces it", path);
}

/* mkostemp() creates every file with mode 0600. */
static int set_mode(int fd, mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, mode & ~mask);
}

static int fill(int fd, const char *path, int (*write)(FILE *out, const void *what),
		const void *what)
{
	_cleanup_fclose_ FILE *out = fdopen(fd, "w");
	int err;

	if (!out) {
		close(fd);
		return fail_at(path);
	}
	err = write(out, what);
	errno = EIO;
	if (!err && (ferror(out) || fflush(out) || fsync(fd)))
		err = fail_at(path);
	return err;
}

/* Some file systems cannot rename without replacing, but those support hard links. */
static int rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL || link(from, to))
		return -1;
	return unlink(from);
}

/* Makes a file beside @path, of a name that the caller frees. 0, or -errno with a message. */
static int make_temporary(const char *path, bool force, char **temporary, int *fd)
{
	int err = new_file_check(path, force);

	if (err)
		return err;
	if (asprintf(temporary, "%s.XXXXXX", path) < 0) {
		*temporary = NULL;
		return no_memory();
	}
	*fd = mkostemp(*temporary, O_CLOEXEC);
	return *fd < 0 ? fail_at(path) : 0;
}

/* Another process may make the file meanwhile: new_file_write() checks again. */
int new_file_try(const char *path, bool force)
{
	_cleanup_free_ char *temporary = NULL;
	int fd, err = make_temporary(path, force, &temporary, &fd);

	if (err)
		return err;
	close(fd);
	unlink(temporary);
	return 0;
}

int new_file_write(const char *path, bool force, mode_t mode,
		   int (*write)(FILE *out, const void *what), const void *what)
{
	_cleanup_free_ char *temporary = NULL;
	int fd, err = make_temporary(path, force, &temporary, &fd);

	if (err)
		return err;
	if (set_mode(fd, mode)) {
		err = fail_at(path);
		close(fd);
	}
	err = err ?: fill(fd, path, write, what);
	if (!err && (force ? rename(temporary, path) : rename_new(temporary, path)))
		err = fail_at(path);
	if (err)
		unlink(temporary);
	return err;
}
