// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks for a retier whenever the kernel has queued delayed work. The module itself does that
 * when it is asked for a retier.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <tierbpf/bpf.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fexit/mod_delayed_work_on")
int BPF_PROG(ask_again)
{
	tierbpf_retier_async(1);
	return 0;
}
