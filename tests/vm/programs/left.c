// SPDX-License-Identifier: GPL-2.0-only
/* Counts the BPF programs, maps and links that exist, to find those that a case has left behind. */
#include <bpf/bpf.h>
#include <stdio.h>

static int count(int (*next)(__u32, __u32 *))
{
	__u32 id = 0;
	int n = 0;

	while (!next(id, &id))
		n++;
	return n;
}

int main(void)
{
	printf("bpf programs %d, maps %d, links %d\n", count(bpf_prog_get_next_id),
	       count(bpf_map_get_next_id), count(bpf_link_get_next_id));
	return 0;
}
