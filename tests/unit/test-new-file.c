// SPDX-License-Identifier: GPL-2.0-only
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "new-file.h"
#include "unit.h"

static char directory[] = "/tmp/tierbpf-unit-XXXXXX";

static void enter(void)
{
	cr_assert(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
	umask(022);
}

static void leave(void)
{
	DIR *d = opendir(".");
	struct dirent *entry;

	while ((entry = readdir(d)))
		remove(entry->d_name);
	closedir(d);
	rmdir(directory);
}

TestSuite(new_file, .init = enter, .fini = leave);

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
	cr_expect_eq(new_file_check("f", false), -EEXIST);
	cr_expect_eq(new_file_write("f", false, 0666, print, "new"), -EEXIST);
	expect_text("f", "old");
	cr_expect_eq(new_file_check("f", true), 0);
	cr_expect_eq(new_file_write("f", true, 0666, print, "new"), 0);
	expect_text("f", "new");
	cr_expect_eq(count_entries(), 1);
}

Test(new_file, what_fails_leaves_the_old_one_and_nothing_else)
{
	cr_assert_eq(new_file_write("f", false, 0666, print, "old"), 0);
	cr_expect_eq(new_file_write("f", true, 0666, give_up, "half"), -EINVAL);
	cr_expect_eq(new_file_write("g", false, 0666, give_up, "half"), -EINVAL);
	expect_text("f", "old");
	cr_expect_eq(count_entries(), 1);
	cr_expect_eq(new_file_write("none/f", false, 0666, print, "text"), -EIO);
}

/* Another file of the same inode keeps what it holds, whoever has linked it there. */
Test(new_file, nothing_is_written_through_links)
{
	cr_assert_eq(new_file_write("victim", false, 0666, print, "kept"), 0);
	cr_assert_eq(symlink("victim", "soft"), 0);
	cr_assert_eq(symlink("nowhere", "dangling"), 0);
	cr_assert_eq(link("victim", "hard"), 0);
	cr_expect_eq(new_file_write("soft", false, 0666, print, "new"), -EEXIST);
	cr_expect_eq(new_file_write("dangling", false, 0666, print, "new"), -EEXIST);
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
	cr_expect_eq(new_file_write("fifo", true, 0666, print, "new"), -EEXIST);
	cr_expect_eq(new_file_write("directory", true, 0666, print, "new"), -EEXIST);
	cr_expect_eq(new_file_check("/dev/null", true), -EEXIST);
	cr_expect_eq(count_entries(), 2);
}
