/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rights that a command needs or can use, which main.c declares for each verb. All other
 * capabilities are dropped before the command begins, also if root runs it.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

enum right {
	RIGHT_READ = 1, /* root may read files of any user */
	RIGHT_WRITE = 2, /* root may also write files of any user */
	RIGHT_PINS = 4, /* needs root, to whom the pins belong, but no capability */
	RIGHT_LOAD = 8, /* needs CAP_SYS_ADMIN, to get the BTF of a module */
	RIGHT_SPARE =
		16, /* CAP_SYS_RESOURCE is of use: the guardian of a trial is kept from the OOM killer by it */
};

/*
 * Keeps what @rights (enum right) may make use of and drops all other capabilities, for good.
 * With RIGHT_PINS, another user who has CAP_SETUID becomes root first, and whatever is made is
 * root's alone, whatever the umask. Never more than the caller had. 0 or -errno with a message.
 */
int rights_take(unsigned int rights);

/* Does the process have what the command needs? 0, or -EPERM with a message that says how to get it. */
int rights_check(void);

/* The right for `load` that the caller lacked before anything was dropped: constant text, or NULL. */
const char *rights_lack(void);

/* Drops the capabilities that only @rights use, when they are no longer needed. 0, or -EIO with a message. */
int rights_give_up(unsigned int rights);

/* Drops all capabilities. Files that belong to root can still be used. */
void rights_drop(void);

#endif
