/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command may do, and what it needs: main.c declares it for each. Capabilities beyond
 * that are dropped before the command begins, also where root runs it.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

enum right {
	RIGHT_READ = 1, /* files of anybody that it is given, where root runs it */
	RIGHT_WRITE = 2, /* and write them, anywhere */
	RIGHT_PINS = 4, /* needs root, whom the pins belong to, but no capability */
	RIGHT_LOAD = 8, /* needs CAP_SYS_ADMIN: the BTF of a module can only be had by it */
	RIGHT_SPARE =
		32, /* CAP_SYS_RESOURCE is of use: the guardian of a trial is kept from the OOM killer by it */
	RIGHT_IOMEM = 16, /* CAP_SYS_ADMIN is of use: /proc/iomem shows its addresses to that alone */
};

/*
 * Keeps what @rights (enum right) may make use of and drops all other capabilities, for good.
 * With RIGHT_PINS, another user who has CAP_SETUID becomes root first, and whatever is made is
 * root's alone, whatever the umask. Never more than the caller had. 0 or -errno with a message.
 */
int rights_take(unsigned int rights);

/* Is there what the command needs? 0, or -EPERM with a message that says how to get it. */
int rights_check(void);

/* What whoever called lacks for `load`, before anything was dropped: constant text; NULL: nothing. */
const char *rights_lack(void);

/* Drops what only @rights make use of, once that is done. 0, or -EIO with a message. */
int rights_give_up(unsigned int rights);

/* Drops all that is left; files of root can still be used. */
void rights_drop(void);

#endif
