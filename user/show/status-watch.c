// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "show/status.h"
#include "util/cleanup.h"
#include "util/msg.h"
#include "util/output.h"

/* Prints @text over the former output: clears the rest of each line, and all below the last one. */
static void repaint(const char *text, bool first, FILE *out)
{
	const char *line, *end;

	fputs(first ? "\033[H\033[2J" : "\033[H", out);
	for (line = text; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		fprintf(out, "%.*s\033[K\n", (int)(end - line), line);
	}
	fputs("\033[J", out);
}

/* Shows messages as part of the output. Printed before it, they would be overwritten. */
static int show_with_messages(int (*show)(void *arg, FILE *out), void *arg, FILE *out)
{
	FILE *messages = stderr;
	int err;

	stderr = out; /* glibc allows assigning to it */
	err = show(arg, out);
	stderr = messages;
	return err;
}

static int show_once(int (*show)(void *arg, FILE *out), void *arg, bool first)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int err;

	if (!f)
		return no_memory();
	err = terminal_obeys() ? show_with_messages(show, arg, f) : show(arg, f);
	if (fclose(f))
		return no_memory();
	if (terminal_obeys())
		repaint(text, first, stdout);
	else
		fputs(text, stdout);
	return output_flush() ?: err;
}

static bool is_over(const sigset_t *signals, double seconds)
{
	struct timespec pause = { (time_t)seconds,
				  (long)((seconds - (double)(time_t)seconds) * 1e9) };
	int signal = sigtimedwait(signals, NULL, &pause);

	return signal == SIGINT ||
	       signal == SIGTERM; /* SIGWINCH: the terminal has another size, so print again */
}

int status_watch(double seconds, int (*show)(void *arg, FILE *out), void *arg)
{
	bool first = true;
	sigset_t signals;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGWINCH);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	do {
		err = show_once(show, arg, first);
		/* Drift, a missing module and another running command may all be temporary. */
		if (err && err != -ESTALE && err != -ENOPKG && err != -EBUSY)
			return err;
		first = false;
	} while (!is_over(&signals, seconds));
	return 0;
}
