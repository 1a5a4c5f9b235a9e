// SPDX-License-Identifier: GPL-2.0-only
/* At the end of the module's interrupt it would ask for the next one: cannot be attached. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/retier_kick_worker")
int BPF_PROG(kick_again, void *work)
{
	tierbpf_retier_async(1);
	return 0;
}
