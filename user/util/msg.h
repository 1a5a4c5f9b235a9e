/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages for people, and the exit status that follows from an error.
 *
 * Functions return 0 or -errno. The function that fails prints the message, since it knows the
 * reason and how to fix it; its callers only pass the number on:
 *
 *	return fail(-ENOPKG, "no module tierbpf: modprobe tierbpf");
 */
#ifndef MSG_H
#define MSG_H

enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_INVALID = 3,	  /* -EBADMSG: the policy */
	EXIT_MISSING = 4,	  /* -ENOPKG: kernel, module, BTF, bpffs */
	EXIT_PERMISSION = 5, /* -EPERM, -EACCES */
	EXIT_BUSY = 6,      /* -EBUSY */
	EXIT_DRIFT = 7, /* -ESTALE: applied, but the kernel disagrees */
	NR_EXIT_STATUSES
};

/* Prints "tierbpf: " and the message on stderr. Returns err. */
int fail(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int no_memory(void); /* fail(-ENOMEM) with the message for it */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifdef TIERBPF_MESSAGES
/*
 * In the objects built for tests, each message and the error of its call are stored in an ELF
 * section, which tests/words/print-tables.c reads. The compiler has then joined the strings, and
 * no test need search the sources for calls. A format that is not constant does not compile.
 */
struct message {
	const char *err, *format;
};

#define MESSAGE_FORMAT(format, ...) format
#define fail(err, ...)                                                                         \
	({                                                                                     \
		static const struct message message_                                           \
			__attribute__((section("messages"), used,                              \
				       aligned(8))) = { #err, MESSAGE_FORMAT(__VA_ARGS__, ) }; \
		(fail)(err, __VA_ARGS__);                                                      \
	})
#endif

/* The exit status for @err, 0 or -errno: as listed above, EXIT_FAILED for any other error. */
int exit_status(int err);

#endif
