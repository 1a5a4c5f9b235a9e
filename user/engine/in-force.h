/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in force, whoever loaded it, and how it ends. The caller must hold the lock of pins.h. */
#ifndef IN_FORCE_H
#define IN_FORCE_H

#include <tierbpf/abi.h>

/*
 * Reads the map `meta` of the policy in force. Returns 0, -EPROTO if it has values that no load
 * writes, or another -errno, without a message. If its ABI version differs from ours, no other field
 * has been checked.
 */
int engine_read_meta(struct tierbpf_meta *meta);

/* Lists the overrides in the map that @fd refers to, as they stand there: any key, any value. */
void engine_list_overrides(int fd, struct tierbpf_overrides *list);

/*
 * Detaches the policy, so that nodes return to the tiers that the kernel chooses. Returns 0 or -errno with
 * a message.
 */
int engine_unload(void);

#endif
