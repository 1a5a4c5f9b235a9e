/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to people, and what they mean for the exit status.
 *
 * Functions return 0 or -errno. Where one fails, it says so itself, where it
 * knows why and what to do, and its callers only pass the number on:
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

/* "tierbpf: " and the message on stderr. Returns err. */
int fail(int err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int no_memory(void); /* says so: -ENOMEM */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#ifdef TIERBPF_MESSAGES
/*
 * Of the tests' objects, tests/words/print-tables.c reads each message from a section of its own, with
 * the error as the call has it: so the compiler has joined the strings, and nobody need find
 * the calls in the sources. A format that is not constant does not compile.
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

/* err: 0 or -errno, as listed above; all others are EXIT_FAILED. */
int exit_status(int err);

#endif
