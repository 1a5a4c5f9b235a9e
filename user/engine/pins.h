/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state in bpffs (TIERBPF_PIN_ROOT; names in abi.h). There is no daemon:
 * what stands here is what is in force.
 *
 *	override	the live override, kept through replacements
 *	link		of the struct_ops; who answers the hook
 *	policy/		maps, programs and links of the policy in force
 *	staging/	the same while a policy is being loaded
 *
 * policy/ also holds what passes from a policy to the next one: followed, and timer or
 * tick_link, which find the updates of the override that were missed.
 *
 * A load fills staging/, then updates the link: that is the switch. Only then
 * staging/ and policy/ change places. pins_heal() tells by the link on which
 * side of the switch a load was killed, and finishes it or takes it back.
 */
#ifndef PINS_H
#define PINS_H

#include <stdbool.h>

#define PIN_PATH(name) TIERBPF_PIN_ROOT "/" name
#define POLICY_PATH(name) PIN_PATH(TIERBPF_PIN_POLICY) "/" name
#define FORMER_PATH(name) POLICY_PATH(TIERBPF_PIN_FORMER) "/" name
#define STAGING_PATH(name) PIN_PATH(TIERBPF_PIN_STAGING) "/" name

/* Why the pins would not be root's alone, and what helps (NULL: not known). */
struct pins_fault {
	char found[128];
	const char *fix;
};

/* 0: the pins are safe, or would be once they are made; -ENOPKG and *fault, without a message. */
int pins_check(struct pins_fault *fault);

/*
 * Opens the directory of the pins and holds its lock until *fd is closed; waits
 * some seconds for another holder. @create: makes it where it is missing.
 * 0; -ENOENT: there is none (without a message); -ENOPKG: no bpffs, or one in which
 * users other than root could change what the pins below are; -EBUSY, -EACCES.
 */
int pins_lock(bool create, int *fd);

/*
 * Like pins_lock(), but never creates the directory, goes before other waiters, and waits for as long
 * as it takes. Returns -EINTR if a signal ends the wait.
 */
int pins_wait(int *fd);

void pins_unlock(int *fd);

/*
 * *id: the kernel's id of the struct_ops map behind the link, or 0 if no policy is in force. Returns 0,
 * or -errno if that cannot be told, for example for want of memory.
 */
int pins_find_policy(unsigned int *id);

/* Prints that the policy in force cannot be told, for the error of pins_find_policy(). Returns @err. */
int pins_cannot_tell(int err);

/*
 * The id alone, 0 also if it cannot be told. Only for callers that take no step on "no policy" that
 * could not be taken back.
 */
unsigned int pins_policy_id(void);

/* Under the lock. Finishes or takes back a load that was killed. 0 or -errno. */
int pins_heal(void);

/* Under the lock. An empty staging/. */
int pins_stage(void);

/*
 * Under the lock, after the switch: staging/ becomes policy/, the former is removed. 0;
 * -ENOTEMPTY: done, but something of the former stays, as below; -errno with a message.
 */
int pins_commit(void);

/* Under the lock, when a load has failed: removes what it has made; no policy, no pins. */
void pins_abandon(void);

/* Under the lock. Pins what stands in directory @from in @to, too, which is made. 0 or -errno. */
int pins_copy(const char *from, const char *to);

/*
 * Under the lock. Removes a pin, or a directory of them; everything. What a pin holds stays
 * attached as long as the pin: so one that cannot be removed is named in a message, and
 * -ENOTEMPTY. The others are removed all the same.
 */
int pins_remove(const char *path);
int pins_remove_all(void);

#endif
