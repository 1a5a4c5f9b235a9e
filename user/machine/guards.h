/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * With kprobes (kmod/numa.c, kmod/demotion.c) the module guards against kernel bugs that could
 * crash the machine while nodes move between tiers. The administrator can switch kprobes off.
 */
#ifndef GUARDS_H
#define GUARDS_H

#define GUARDS_SWITCH "/sys/kernel/debug/kprobes/enabled"

enum guards {
	GUARDS_UNKNOWN, /* the module is not loaded, or debugfs is not mounted or not readable */
	GUARDS_ON,
	GUARDS_OFF,
};

enum guards guards_read(const char *root);

#endif
