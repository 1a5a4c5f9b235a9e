/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module keeps the stock kernel from crashing while nodes move by kprobes (kmod/numa.c,
 * kmod/demotion.c), and these can be switched off under it.
 */
#ifndef GUARDS_H
#define GUARDS_H

#define GUARDS_SWITCH "/sys/kernel/debug/kprobes/enabled"

enum guards {
	GUARDS_UNKNOWN, /* no module, or debugfs is not mounted, or not for this process to read */
	GUARDS_ON,
	GUARDS_OFF,
};

enum guards guards_read(const char *root);

#endif
