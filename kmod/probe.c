// SPDX-License-Identifier: GPL-2.0-only
/* The kprobes of drivers.c, numa.c and demotion.c, and what slot.c and numa.c find by name. */
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "kmod.h"

/*
 * register_kprobe() looks the name up before it refuses to probe what is not code, and
 * leaves the address behind (5.x to 7.3). kallsyms_lookup_name() is not exported, and
 * a call of it through a pointer would trap where IBT is on.
 */
void *probe_find_data(const char *name)
{
	struct kprobe lookup = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&lookup);

	if (!err)
		unregister_kprobe(&lookup);
	if (err == -EINVAL && lookup.addr)
		return lookup.addr;
	pr_err("%s not found; the kernel needs CONFIG_KALLSYMS_ALL and mm/memory-tiers.c as known\n",
	       name);
	return NULL;
}

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
