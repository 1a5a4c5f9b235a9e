// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks for a retier at the end of the module's interrupt, which would queue the interrupt again; the
 * kernel refuses to attach it.
 */
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
