// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-swap created|removed DIRECTORY OTHER [READY]: plays an attacker. It waits until something
 * is created in or removed from DIRECTORY. If it was created, the link OTHER replaces DIRECTORY;
 * if removed, the two change places. It creates the file READY once it waits.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static int fails(const char *what)
{
	perror(what);
	return 1;
}

/* Polls the directory, which is faster than waiting for an event. */
static int replace_new(const char *directory, const char *other)
{
	char name[512], aside[520], target[512];
	ssize_t n = readlink(other, target, sizeof(target) - 1);
	struct stat st;

	if (n < 0)
		return fails(other);
	target[n] = 0;
	snprintf(name, sizeof(name), "%s/sys", directory);
	snprintf(aside, sizeof(aside), "%s.aside", name);
	while (lstat(name, &st))
		;
	return rename(name, aside) || symlink(target, name) ? fails(name) : 0;
}

static int exchange(const char *directory, const char *other, const char *ready)
{
	char events[4096];
	int fd = inotify_init();

	if (fd < 0 || inotify_add_watch(fd, directory, IN_DELETE) < 0)
		return fails(directory);
	if (ready)
		close(open(ready, O_CREAT | O_WRONLY, 0666));
	if (read(fd, events, sizeof(events)) <= 0)
		return fails("read");
	return renameat2(AT_FDCWD, other, AT_FDCWD, directory, RENAME_EXCHANGE) ? fails(other) : 0;
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: prog-swap created|removed DIRECTORY OTHER [READY]\n");
		return 99;
	}
	umask(0);
	if (!strcmp(argv[1], "created"))
		return replace_new(argv[2], argv[3]);
	return exchange(argv[2], argv[3], argc > 4 ? argv[4] : NULL);
}
