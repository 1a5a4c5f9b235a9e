// SPDX-License-Identifier: GPL-2.0-only
#include "util/read-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/msg.h"

/* Without O_NONBLOCK, opening a FIFO in place of the file would block. */
static int open_regular(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return fail(errno == EACCES ? -EACCES : -EIO, "%s: %s", path, strerror(errno));
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return fail(-EIO, "%s: not a regular file; to read from a pipe, pass -", path);
}

static int open_stdin(void)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	return fd >= 0 ? fd : fail(-EIO, "standard input: %s", strerror(errno));
}

int text_read(const char *path, size_t max, char **text, size_t *length)
{
	_cleanup_free_ char *buffer = malloc(max + 2);
	_cleanup_close_ int fd = -1;
	size_t used = 0;
	ssize_t n;

	if (!buffer)
		return no_memory();
	fd = strcmp(path, "-") ? open_regular(path) : open_stdin();
	if (fd < 0)
		return fd;
	while (used <= max && (n = read(fd, buffer + used, max + 1 - used)) != 0) {
		if (n < 0 && errno != EINTR)
			return fail(-EIO, "%s: %s", path, strerror(errno));
		used += n > 0 ? (size_t)n : 0;
	}
	if (used > max)
		return fail(-EFBIG, "%s: larger than %zu bytes", path, max);
	buffer[used] = 0;
	*text = TAKE_PTR(buffer);
	*length = used;
	return 0;
}
