// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-caps UID CAPABILITY,...|none COMMAND...: runs COMMAND as user UID with only these
 * capabilities, named as in capabilities(7): sys_admin,bpf.
 */
#include <cap-ng.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int take(char *names)
{
	char *name;
	int cap;

	capng_clear(CAPNG_SELECT_ALL);
	for (name = strtok(names, ","); name && strcmp(names, "none"); name = strtok(NULL, ",")) {
		cap = capng_name_to_capability(name);
		if (cap < 0)
			return -1;
		capng_update(CAPNG_ADD,
			     CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE |
				     CAPNG_BOUNDING_SET | CAPNG_AMBIENT,
			     (unsigned int)cap);
	}
	return 0;
}

static int become(int user)
{
	if (!user)
		return capng_apply(CAPNG_SELECT_ALL);
	return capng_change_id(user, user, CAPNG_DROP_SUPP_GRP) ?: capng_apply(CAPNG_SELECT_AMBIENT);
}

int main(int argc, char **argv)
{
	if (argc < 4 || take(argv[2])) {
		fprintf(stderr, "usage: prog-caps UID CAPABILITY,...|none COMMAND...\n");
		return 99;
	}
	if (become(atoi(argv[1]))) {
		fprintf(stderr, "prog-caps: the user or the capabilities cannot be set\n");
		return 99;
	}
	execvp(argv[3], argv + 3);
	fprintf(stderr, "prog-caps: %s: %s\n", argv[3], strerror(errno));
	return 99;
}
