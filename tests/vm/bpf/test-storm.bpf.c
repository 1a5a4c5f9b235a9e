// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks again whenever anybody in the kernel has queued delayed work: also at the end of
 * what the module itself calls when it is asked.
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
