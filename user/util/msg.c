// SPDX-License-Identifier: GPL-2.0-only
#include "util/msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/output.h"

static void say(const char *format, va_list args)
{
	_cleanup_free_ char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	output_flush();
	fputs("tierbpf: ", stderr);
	escape_print(text ?: format, stderr);
	fputc('\n', stderr);
}

int(fail)(int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return err;
}

int no_memory(void)
{
	return fail(-ENOMEM, "out of memory");
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
