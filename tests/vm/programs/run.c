// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-run PIN: runs a pinned SEC("syscall") program once and prints its return value. "bpftool
 * prog run" cannot do that: it always asks for output data, which such programs do not support.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int fd = argc == 2 ? bpf_obj_get(argv[1]) : -1;

	if (fd < 0 || bpf_prog_test_run_opts(fd, &opts)) {
		fprintf(stderr, "prog-run: %s\n", strerror(errno));
		return 1;
	}
	printf("%d\n", (int)opts.retval);
	return 0;
}
