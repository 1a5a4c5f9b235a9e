// SPDX-License-Identifier: GPL-2.0-only
/* Asks without a place for the answer: older verifiers let it pass. */
#include "answers.h"

SEC("syscall")
int ask_nowhere(void *ctx)
{
	return tierbpf_ask(0, NULL);
}
