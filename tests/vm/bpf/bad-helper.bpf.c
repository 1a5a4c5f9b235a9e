// SPDX-License-Identifier: GPL-2.0-only
/* The policy calls a function of the module that moves nodes, which no policy may call. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return tierbpf_retier_async(node->id);
}

BAD_POLICY(recursive, answer);
