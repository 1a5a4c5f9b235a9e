// SPDX-License-Identifier: GPL-2.0-only
/* Registers kprobes, and finds variables of the kernel that are not exported. */
#include <linux/ftrace.h>
#include <linux/kprobes.h>

#include "kmod.h"

/*
 * Uses that register_kprobe() looks up the name before it refuses to probe a variable,
 * and leaves the address in the struct (5.x to 7.3). kallsyms_lookup_name() is not exported,
 * and a call of it through a pointer would trap on machines with IBT.
 */
void *probe_find_data(const char *name)
{
	struct kprobe lookup = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&lookup);

	if (!err)
		unregister_kprobe(&lookup);
	if (err == -EINVAL && lookup.addr)
		return lookup.addr;
	pr_err("the kernel has no variable %s that this module can find: needs CONFIG_KALLSYMS_ALL, and a mm/memory-tiers.c that this module knows\n",
	       name);
	return NULL;
}

/*
 * A kprobe at the start of a function goes through ftrace, and removing it allocates
 * memory. If that fails, unregister_kprobe() silently leaves the kprobe in place, and the
 * kernel later calls into a module that is gone. So this puts @probe right behind the
 * instruction that ftrace uses, where the arguments are still in their registers.
 */
int probe_register(struct kprobe *probe)
{
	int err;

	probe->flags = KPROBE_FLAG_DISABLED; /* only to find the address */
	err = register_kprobe(probe);
	if (err)
		return err;
	unregister_kprobe(probe);
	if (kprobe_ftrace(probe)) {
		probe->addr = (void *)probe->addr + MCOUNT_INSN_SIZE;
		probe->symbol_name = NULL;
	} else {
		probe->addr = NULL; /* register_kprobe() finds it by its name again */
	}
	probe->flags = 0;
	return register_kprobe(probe);
}
