// SPDX-License-Identifier: GPL-2.0-only
/* Asks with NULL for the answer, which the verifier does not reject before Linux 6.13. */
#include "answers.h"

SEC("syscall")
int ask_nowhere(void *ctx)
{
	return tierbpf_ask(0, NULL);
}
