// SPDX-License-Identifier: GPL-2.0-only
/* prog-lock FILE COMMAND...: holds a lock of FILE while COMMAND runs, like flock(1). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 2 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0 || flock(fd, LOCK_EX)) {
		perror(argc > 2 ? argv[1] : "prog-lock FILE COMMAND...");
		return 1;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
