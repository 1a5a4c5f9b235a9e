// SPDX-License-Identifier: GPL-2.0-only
/* Reading a malicious captured machine. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/sysfs.h"

static char *root;
static char *outside; /* with a file "secret" */

static void setup(void)
{
	root = tmp_new();
	outside = tmp_new();
	tmp_put(outside, "secret", "57\n", 3);
	tmp_put(root, "a/number", "42\n", 3);
	tmp_put(root, "a/b/number", "43\n", 3);
	/* Opening the wrong file may block for ever. */
	alarm(20);
}

static void teardown(void)
{
	tmp_remove(root);
	tmp_remove(outside);
}

TestSuite(sysfs, .init = setup, .fini = teardown);

static void put_link(const char *name, const char *to)
{
	char *path = tmp_path(root, name);

	cr_assert(!symlink(to, path), "%s", path);
	free(path);
}

static void expect_number(const char *name, uint64_t expected)
{
	uint64_t value = 0;

	cr_expect(sysfs_number(&value, 10, root, "%s", name), "%s", name);
	cr_expect_eq(value, expected, "%s: %llu", name, (unsigned long long)value);
}

static void expect_none(const char *name, int error)
{
	char *text = NULL;

	cr_expect_eq(sysfs_text(&text, root, "%s", name), error, "%s", name);
	cr_expect_null(text, "%s", name);
}

Test(sysfs, links_inside)
{
	put_link("relative", "a/number");
	put_link("absolute", "/a/b/number");
	put_link("a/b/up", "../number");
	put_link("directory", "/a");
	expect_number("/relative", 42);
	expect_number("/absolute", 43);
	expect_number("/a/b/up", 42);
	expect_number("/directory/b/number", 43);
	cr_expect(sysfs_exists(root, "/directory/b"));
}

Test(sysfs, links_that_lead_out)
{
	char *secret = tmp_path(outside, "secret");

	put_link("file", secret);
	put_link("directory", outside);
	put_link("a/up", "../../../../../../../../../etc/passwd");
	put_link("process", "/proc/self/root/etc/passwd");
	expect_none("/file", -ENOENT);
	expect_none("/directory/secret", -ENOENT);
	expect_none("/a/up", -ENOENT);
	expect_none("/process", -ENOENT);
	expect_none("/../../../../../../../../etc/passwd", -ENOENT);
	cr_expect_not(sysfs_exists(root, "/file"));
	cr_expect_not(sysfs_exists(root, "/directory/secret"));
	cr_expect_null(sysfs_real(root, "/directory"));
	free(secret);
}

Test(sysfs, real)
{
	char *real;

	put_link("device", "/a/b");
	put_link("a/turn", "../../../../../../a/b");
	real = sysfs_real(root, "/device");
	cr_expect_str_eq(real, "/a/b");
	free(real);
	real = sysfs_real(root, "/a/turn");
	cr_expect_str_eq(real, "/a/b");
	free(real);
	cr_expect_null(sysfs_real(root, "/a/nothing"));
}

static void visit(const char *name, void *arg)
{
	strcat(strcat(arg, name), " ");
}

static void expect_names(const char *path, const char *expected)
{
	char names[256] = "";

	sysfs_each(root, path, "node", visit, names);
	cr_expect_str_eq(names, expected, "%s: %s", path, names);
}

Test(sysfs, each)
{
	tmp_put(root, "nodes/node10", "", 0);
	tmp_put(root, "nodes/node2", "", 0);
	tmp_put(root, "nodes/node", "", 0);
	tmp_put(root, "nodes/nodes3", "", 0);
	tmp_put(root, "nodes/x4", "", 0);
	tmp_put(outside, "node7", "", 0);
	put_link("in", "/nodes");
	put_link("out", outside);
	expect_names("/nodes", "node2 node10 ");
	expect_names("/in", "node2 node10 ");
	expect_names("/out", "");
	expect_names("/nodes/node2", "");
}

/* Opening a FIFO waits for a process at its other end, and that process would notice. */
Test(sysfs, fifo)
{
	char *path = tmp_path(root, "fifo");
	int reader;

	cr_assert(!mkfifo(path, 0600));
	expect_none("/fifo", -EINVAL);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	cr_assert_geq(reader, 0);
	expect_none("/fifo", -EINVAL);
	close(reader);
	free(path);
}

/* A device is not opened at all: that alone may rewind a tape, or start a watchdog. */
Test(sysfs, device)
{
	char *path = tmp_path(root, "device");

	/* One that has no driver: to open it would be -ENXIO. */
	if (!mknod(path, S_IFCHR | 0600, makedev(4095, 1)))
		expect_none("/device", -EINVAL);
	else
		cr_skip_test("only root can make a device");
	free(path);
}

Test(sysfs, socket_and_directory)
{
	char *path = tmp_path(root, "socket");

	cr_assert(!mknod(path, S_IFSOCK | 0600, 0));
	expect_none("/socket", -EINVAL);
	expect_none("/a", -EISDIR);
	free(path);
}

Test(sysfs, size)
{
	char *path = tmp_path(root, "large"), *data = NULL;
	size_t length;

	tmp_put(root, "large", "", 0);
	cr_assert(!truncate(path, 65536));
	cr_expect_eq(sysfs_bytes(root, "/large", 65536, &data, &length), 0);
	cr_expect_eq(length, 65536);
	free(data);
	data = NULL;
	cr_assert(!truncate(path, (off_t)1 << 40));
	cr_expect_eq(sysfs_bytes(root, "/large", 65536, &data, &length), -EFBIG);
	expect_none("/large", -EFBIG);
	cr_expect_null(data);
	free(path);
}
