// SPDX-License-Identifier: GPL-2.0-only
#include "engine/rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/command-line.h"
#include "util/msg.h"

static unsigned int declared;
static const char *lack;

static bool has(unsigned int capability)
{
	return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

/* For a service with ambient capabilities, whose pins have to belong to root like all others. */
static int become_root(void)
{
	return geteuid() && has(CAP_SETUID) && !setresuid(0, 0, 0) ? capng_get_caps_process() : 0;
}

/* The capabilities of root in a user namespace count only inside of it. */
static bool in_user_namespace(void)
{
	unsigned int inside = 0, outside = 0, count = UINT32_MAX;
	FILE *f = fopen("/proc/self/uid_map", "re");
	bool all = !f || fscanf(f, "%u %u %u", &inside, &outside, &count) != 3 ||
		   (!inside && !outside && count == UINT32_MAX);

	if (f)
		fclose(f);
	return !all;
}

static const char *what_lacks(void)
{
	if (geteuid() && !has(CAP_SETUID))
		return "not root";
	if (!has(CAP_SYS_ADMIN))
		return "no CAP_SYS_ADMIN";
	return in_user_namespace() ? "root only in a user namespace" : NULL;
}

/* A mask of the capabilities that @rights can use. */
static uint64_t wanted(unsigned int rights)
{
	uint64_t mask = 0;

	if (rights & (RIGHT_READ | RIGHT_WRITE))
		mask |= 1ULL << CAP_DAC_READ_SEARCH;
	/* Containers often have only this capability, which allows reading as well. */
	if (rights & RIGHT_WRITE || (rights & RIGHT_READ && !has(CAP_DAC_READ_SEARCH)))
		mask |= 1ULL << CAP_DAC_OVERRIDE;
	if (rights & RIGHT_LOAD)
		mask |= 1ULL << CAP_SYS_ADMIN;
	if (rights & RIGHT_SPARE)
		mask |= 1ULL << CAP_SYS_RESOURCE;
	return mask;
}

/*
 * Keeps the capabilities in @mask that the process has. The bounding set may stay, since nothing is
 * executed, and PR_SET_NO_NEW_PRIVS would keep a program from gaining by it. Open descriptors stay as
 * well, for example for tierbpf check <(...).
 */
static int keep(uint64_t mask)
{
	unsigned int capability;
	uint64_t kept = 0;

	for (capability = 0; capability <= CAP_LAST_CAP; capability++)
		if (mask & 1ULL << capability && has(capability))
			kept |= 1ULL << capability;
	capng_clear(CAPNG_SELECT_CAPS);
	for (capability = 0; capability <= CAP_LAST_CAP; capability++)
		if (kept & 1ULL << capability)
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int rights_take(unsigned int rights)
{
	declared = rights;
	if (capng_get_caps_process())
		return fail(-EIO, "this process's capabilities cannot be read: %s", strerror(errno));
	lack = what_lacks();
	if (rights & RIGHT_PINS) {
		if (become_root())
			return fail(-EIO, "root's capabilities cannot be read: %s", strerror(errno));
		umask(077);
	}
	if (keep(wanted(rights)) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(-EIO, "capabilities cannot be dropped: %s", strerror(errno));
	return 0;
}

int rights_check(void)
{
	if (geteuid() && declared & RIGHT_LOAD)
		return fail(-EPERM, "loading a policy needs root with CAP_SYS_ADMIN: sudo %s",
			    command_line());
	if (geteuid())
		return fail(-EPERM, "only root can read or change the policy in force: sudo %s",
			    command_line());
	if (declared & RIGHT_LOAD && !has(CAP_SYS_ADMIN))
		return fail(-EPERM,
			    "root has no CAP_SYS_ADMIN here, as in a container: run tierbpf outside, or give it "
			    "that capability");
	return 0;
}

const char *rights_lack(void)
{
	return lack;
}

int rights_give_up(unsigned int rights)
{
	declared &= ~rights;
	return keep(wanted(declared)) ?
		       fail(-EIO, "capabilities cannot be dropped: %s", strerror(errno)) :
		       0;
}

void rights_drop(void)
{
	declared = 0;
	keep(0);
}
