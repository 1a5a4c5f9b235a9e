// SPDX-License-Identifier: GPL-2.0-only
#include "machine/guards.h"

#include <string.h>

#include "util/cleanup.h"
#include "util/sysfs.h"

enum guards guards_read(const char *root)
{
	_cleanup_free_ char *text = NULL;

	if (!sysfs_exists(root, "/sys/module/tierbpf") || sysfs_text(&text, root, GUARDS_SWITCH))
		return GUARDS_UNKNOWN;
	if (!strcmp(text, "1"))
		return GUARDS_ON;
	return strcmp(text, "0") ? GUARDS_UNKNOWN : GUARDS_OFF;
}
