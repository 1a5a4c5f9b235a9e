// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/read-file.h"

#define MAX 100

static char *dir, *path;

static void setup(void)
{
	dir = tmp_new();
	path = tmp_path(dir, "file");
}

static void teardown(void)
{
	free(path);
	tmp_remove(dir);
}

TestSuite(text, .init = setup, .fini = teardown);

static void expect_text(const char *from, const char *text, size_t length)
{
	struct capture c;
	char *read = NULL;
	size_t n = 77;
	int err;

	capture_start(&c);
	err = text_read(from, MAX, &read, &n);
	capture_expect(&c, NULL);
	cr_assert_eq(err, 0, "%s: %d", from, err);
	cr_assert_eq(n, length);
	cr_expect(!memcmp(read, text, length) && !read[length]);
	free(read);
}

static void expect_failure(const char *from, int error, const char *message)
{
	char *untouched = (char *)1, *read = untouched;
	struct capture c;
	size_t n = 77;
	int err;

	capture_start(&c);
	err = text_read(from, MAX, &read, &n);
	capture_expect(&c, message);
	cr_expect_eq(err, error, "%s: %d", from, err);
	cr_expect(read == untouched && n == 77);
}

Test(text, sizes)
{
	static const size_t sizes[] = { 0, 1, 99, 100 };
	char data[100];
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)i; /* zeros are text like any other byte */
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		tmp_put(dir, "file", data, sizes[i]);
		expect_text(path, data, sizes[i]);
	}
}

Test(text, too_large)
{
	static const size_t sizes[] = { 101, 102, 100000 };
	char *data = calloc(1, 100000);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		tmp_put(dir, "file", data, sizes[i]);
		expect_failure(path, -EFBIG, "/file: larger than 100 bytes\n");
	}
	free(data);
}

Test(text, missing)
{
	expect_failure(path, -EIO, "/file: No such file or directory\n");
	expect_failure("", -EIO, ": No such file or directory\n");
}

Test(text, not_permitted)
{
	tmp_put(dir, "file", "x", 1);
	chmod(dir, 0700);
	chmod(path, 0);
	become_nobody();
	expect_failure(path, -EACCES, "/file: Permission denied\n");
	become_root();
}

Test(text, directory)
{
	expect_failure(dir, -EIO, ": not a regular file; to read from a pipe, pass -\n");
}

Test(text, device)
{
	expect_failure("/dev/zero", -EIO,
		       "/dev/zero: not a regular file; to read from a pipe, pass -\n");
}

/* A FIFO without a writer does not block, nor does one whose writer never closes it. */
Test(text, fifo, .timeout = 10)
{
	int fd;

	cr_assert(!mkfifo(path, 0600));
	expect_failure(path, -EIO, "/file: not a regular file; to read from a pipe, pass -\n");
	fd = open(path, O_RDWR | O_CLOEXEC);
	expect_failure(path, -EIO, "/file: not a regular file; to read from a pipe, pass -\n");
	close(fd);
}

Test(text, symbolic_link)
{
	char *link = tmp_path(dir, "link");

	tmp_put(dir, "file", "abc", 3);
	cr_assert(!symlink("file", link));
	expect_text(link, "abc", 3);
	free(link);
}

/* A pipe as standard input, with @data in it and no writer any more. */
static void pipe_in(const char *data, size_t length)
{
	int fds[2];

	cr_assert(!pipe(fds));
	cr_assert_eq(write(fds[1], data, length), (ssize_t)length);
	close(fds[1]);
	cr_assert_eq(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	close(fds[0]);
}

Test(text, standard_input)
{
	char data[MAX + 1];

	memset(data, 'x', sizeof(data));
	pipe_in("", 0);
	expect_text("-", "", 0);
	pipe_in("abc\n", 4);
	expect_text("-", "abc\n", 4);
	pipe_in(data, MAX);
	expect_text("-", data, MAX);
	pipe_in(data, MAX + 1);
	expect_failure("-", -EFBIG, "-: larger than 100 bytes\n");
}

/* Reading starts at the current position, and standard input stays open. */
Test(text, standard_input_is_not_closed)
{
	struct stat st;

	pipe_in("abc", 3);
	expect_text("-", "abc", 3);
	cr_expect_eq(fstat(STDIN_FILENO, &st), 0);
	expect_text("-", "", 0);
}

/* Text that arrives in pieces is joined. */
Test(text, standard_input_in_pieces, .timeout = 10)
{
	int fds[2];
	ssize_t n;

	cr_assert(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds)); /* a read ends with its packet */
	n = write(fds[1], "abc", 3) + write(fds[1], "defg", 4) + write(fds[1], "h", 1);
	cr_assert_eq(n, 8);
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	expect_text("-", "abcdefgh", 8);
}

Test(text, standard_input_is_closed)
{
	close(STDIN_FILENO);
	expect_failure("-", -EIO, "standard input: Bad file descriptor\n");
}

Test(text, standard_input_is_a_directory)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	cr_assert_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	expect_failure("-", -EIO, "-: Is a directory\n");
}

/* Nothing stays open, whatever happens. */
Test(text, descriptors)
{
	int before = dup(STDIN_FILENO), i, after;

	close(before);
	tmp_put(dir, "file", "x", 1);
	for (i = 0; i < 10; i++) {
		expect_text(path, "x", 1);
		expect_failure(dir, -EIO, "not a regular file");
		expect_failure("/nowhere", -EIO, "No such file");
	}
	after = dup(STDIN_FILENO);
	close(after);
	cr_expect_eq(before, after);
}
