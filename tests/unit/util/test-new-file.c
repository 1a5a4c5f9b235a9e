// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/new-file.h"

static char *dir;

static void setup(void)
{
	dir = tmp_new();
	cr_assert_eq(chdir(dir), 0);
	umask(022);
}

static void teardown(void)
{
	tmp_remove(dir);
}

TestSuite(new_file, .init = setup, .fini = teardown);

static int print(FILE *out, const void *what)
{
	fputs(what, out);
	return 0;
}

static int give_up(FILE *out, const void *what)
{
	fputs(what, out);
	return -EINVAL;
}

static void expect_refusal(const char *path, bool force, int err, const char *message)
{
	struct capture c;

	capture_start(&c);
	cr_expect_eq(new_file_write(path, force, 0666, print, "new"), err);
	capture_expect(&c, message);
}

static void expect_text(const char *path, const char *text)
{
	char buffer[64] = "";
	int fd = open(path, O_RDONLY);

	cr_assert(fd >= 0 && read(fd, buffer, sizeof(buffer) - 1) >= 0, "%s", path);
	close(fd);
	cr_expect_str_eq(buffer, text, "%s: %s", path, buffer);
}

static int count_entries(void)
{
	DIR *d = opendir(".");
	int count = -2; /* . and .. */

	while (readdir(d))
		count++;
	closedir(d);
	return count;
}

Test(new_file, appears_with_its_mode_and_nothing_beside_it)
{
	struct stat st;

	cr_assert_eq(new_file_write("f", false, 0666, print, "text"), 0);
	expect_text("f", "text");
	cr_assert_eq(stat("f", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0644U);
	cr_assert_eq(new_file_write("g", false, 0600, print, "text"), 0);
	cr_assert_eq(stat("g", &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600U);
	cr_expect_eq(count_entries(), 2);
}

Test(new_file, is_not_replaced_but_by_force)
{
	cr_assert_eq(new_file_write("f", false, 0666, print, "old"), 0);
	expect_refusal("f", false, -EEXIST, "f: exists already; --force replaces it");
	expect_text("f", "old");
	cr_expect_eq(new_file_check("f", true), 0);
	cr_expect_eq(new_file_write("f", true, 0666, print, "new"), 0);
	expect_text("f", "new");
	cr_expect_eq(count_entries(), 1);
}

/* The trial leaves nothing behind, and fails as the real thing would. */
Test(new_file, is_tried)
{
	struct capture c;

	cr_expect_eq(new_file_try("f", false), 0);
	cr_expect_eq(count_entries(), 0);
	cr_assert_eq(new_file_write("f", false, 0666, print, "old"), 0);
	cr_expect_eq(new_file_try("f", true), 0);
	expect_text("f", "old");
	capture_start(&c);
	cr_expect_eq(new_file_try("f", false), -EEXIST);
	capture_expect(&c, "f: exists already; --force replaces it");
	capture_start(&c);
	cr_expect_eq(new_file_try("none/f", false), -EIO);
	capture_expect(&c, "none/f: No such file or directory");
	cr_expect_eq(count_entries(), 1);
}

Test(new_file, what_fails_leaves_the_old_one_and_nothing_else)
{
	cr_assert_eq(new_file_write("f", false, 0666, print, "old"), 0);
	cr_expect_eq(new_file_write("f", true, 0666, give_up, "half"), -EINVAL);
	cr_expect_eq(new_file_write("g", false, 0666, give_up, "half"), -EINVAL);
	expect_text("f", "old");
	cr_expect_eq(count_entries(), 1);
	expect_refusal("none/f", false, -EIO, "none/f: No such file or directory");
}

/* Another file of the same inode keeps what it holds, whoever has linked it there. */
Test(new_file, nothing_is_written_through_links)
{
	cr_assert_eq(new_file_write("victim", false, 0666, print, "kept"), 0);
	cr_assert_eq(symlink("victim", "soft"), 0);
	cr_assert_eq(symlink("nowhere", "dangling"), 0);
	cr_assert_eq(link("victim", "hard"), 0);
	expect_refusal("soft", false, -EEXIST, "soft: exists already");
	expect_refusal("dangling", false, -EEXIST, "dangling: exists already");
	cr_expect_eq(new_file_write("soft", true, 0666, print, "new"), 0);
	cr_expect_eq(new_file_write("dangling", true, 0666, print, "new"), 0);
	cr_expect_eq(new_file_write("hard", true, 0666, print, "new"), 0);
	expect_text("victim", "kept");
	expect_text("hard", "new");
	cr_expect_neq(access("nowhere", F_OK), 0);
}

Test(new_file, only_files_are_replaced)
{
	cr_assert_eq(mkfifo("fifo", 0600), 0);
	cr_assert_eq(mkdir("directory", 0700), 0);
	expect_refusal("fifo", true, -EEXIST, "fifo: not a regular file, so it is not replaced");
	expect_refusal("directory", true, -EEXIST, "directory: not a regular file");
	expect_refusal("/dev/null", true, -EEXIST, "/dev/null: not a regular file");
	cr_expect_eq(count_entries(), 2);
}
