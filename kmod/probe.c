// SPDX-License-Identifier: GPL-2.0-only
/* The kprobes of drivers.c, numa.c and demotion.c. */
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "kmod.h"

/*
 * Puts @probe right behind ftrace's place in its function: one on it goes through ftrace,
 * and to remove that takes memory. Where there is none, unregister_kprobe() leaves the
 * probe in place for good, says so to nobody, and calls a module that is gone. Behind it
 * the arguments still are where they came.
 */
int probe_register(struct kprobe *probe)
{
	int err;

	probe->flags = KPROBE_FLAG_DISABLED; /* only to learn the place */
	err = register_kprobe(probe);
	if (err)
		return err;
	unregister_kprobe(probe);
	if (kprobe_ftrace(probe)) {
		probe->addr = (void *)probe->addr + MCOUNT_INSN_SIZE;
		probe->symbol_name = NULL;
	} else {
		probe->addr = NULL; /* found by its name again */
	}
	probe->flags = 0;
	return register_kprobe(probe);
}
