// SPDX-License-Identifier: GPL-2.0-only
/* The policy calls a kernel function that no kernel has. */
#include "bad.h"

extern int tierbpf_no_such_kfunc(int node) __ksym;

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return tierbpf_no_such_kfunc(node->id);
}

BAD_POLICY(calls, answer);
