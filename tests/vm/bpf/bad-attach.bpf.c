// SPDX-License-Identifier: GPL-2.0-only
/* The object has a second program, which traces a function that no kernel has. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return node->kernel_adistance;
}

SEC("fentry/tierbpf_no_such_function")
int nosy(void *ctx)
{
	return 0;
}

BAD_POLICY(tracer, answer);
