// SPDX-License-Identifier: GPL-2.0-only
/* An fmod_ret program in front of the policy. */
#include "answers.h"

SEC("fmod_ret/tierbpf_adistance")
int BPF_PROG(front, const struct tierbpf_node *node)
{
	return answer_of(node);
}
