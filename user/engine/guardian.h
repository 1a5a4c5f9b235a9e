/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that ends a trial. It outlives the loader and the terminal and waits until the trial is
 * confirmed, replaced or its time is up; then it brings the former policy back. Its messages go to the
 * kernel's log.
 */
#ifndef GUARDIAN_H
#define GUARDIAN_H

/*
 * Starts the guardian; to be called before anything is open that it must not hold. 0, and *fd is a
 * socket to it: it waits there for guardian_tell(), and ends if the socket is closed before. Keep the
 * socket open longer than the lock of the pins. -errno with a message.
 */
int guardian_start(int *fd);

/* Before the switch: @policy is the id of the struct_ops map that will be on trial. 0 or -errno. */
int guardian_tell(int fd, unsigned int policy);

#endif
