// SPDX-License-Identifier: GPL-2.0-only
/* Calls a function of the module that a policy must not call: it moves nodes. */
#include "bad.h"

SEC("struct_ops/adistance")
int BPF_PROG(answer, const struct tierbpf_node *node)
{
	return tierbpf_retier_async(node->id);
}

BAD_POLICY(recursive, answer);
