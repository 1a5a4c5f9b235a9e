// SPDX-License-Identifier: GPL-2.0-only
#include "msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static void say(const char *format, va_list args)
{
	fflush(stdout);
	fputs("tierbpf: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int fail(int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return err;
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

int exit_status(int err)
{
	switch (err) {
	case 0:
		return EXIT_DONE;
	case -EBADMSG:
		return EXIT_INVALID;
	case -ENOPKG:
		return EXIT_MISSING;
	case -EPERM:
	case -EACCES:
		return EXIT_PERMISSION;
	case -EBUSY:
		return EXIT_BUSY;
	case -ESTALE:
		return EXIT_DRIFT;
	}
	return EXIT_FAILED;
}
