// SPDX-License-Identifier: GPL-2.0-only
#include "util/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/msg.h"

int output_flush(void)
{
	static bool said;
	/* If an earlier write failed, its reason is not known any more. */
	int failed = fflush(stdout) ? errno : ferror(stdout) ? EIO : 0;

	if (!failed)
		return 0;
	if (said)
		return -EIO;
	said = true;
	return fail(-EIO, "standard output: %s", strerror(failed));
}

static void check(int status, void *unused)
{
	if (output_flush() && status == EXIT_DONE)
		_exit(EXIT_FAILED);
}

void output_begin(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	on_exit(check, NULL);
}
