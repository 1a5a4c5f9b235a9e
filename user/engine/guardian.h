/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that ends a trial: it outlives its loader and its terminal, waits
 * until the trial is over or its time is up, and in the latter case puts the former
 * policy back. What it has to say goes to the kernel's log.
 */
#ifndef GUARDIAN_H
#define GUARDIAN_H

/*
 * Call it before anything is open that must not be held on to. 0, and *fd is the
 * line to the guardian, which waits for guardian_tell(), and goes where fd is closed
 * before; keep it open as long as the lock. -errno with a message.
 */
int guardian_start(int *fd);

/* Before the switch: the id of the struct_ops map that is going to be on trial. 0 or -errno. */
int guardian_tell(int fd, unsigned int policy);

#endif
