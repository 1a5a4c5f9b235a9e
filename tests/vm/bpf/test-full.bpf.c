// SPDX-License-Identifier: GPL-2.0-only
/* Has node 1 decided so often that the events about it fill map `events`. */
#include "answers.h"

SEC("syscall")
int fill(void *ctx)
{
	int i;

	for (i = 0; i < 1500; i++)
		tierbpf_retier(1);
	return 0;
}
