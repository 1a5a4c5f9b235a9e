// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-count OBJECT: loads the programs of a BPF object, without attaching
 * them, and prints the name of each and the number of instructions that the verifier processed.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int print_count(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int err = bpf_prog_get_info_by_fd(bpf_program__fd(prog), &info, &size);

	if (!err)
		printf("%s %u\n", bpf_program__name(prog), info.verified_insns);
	return err;
}

static int count(const char *path)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *prog;
	int err;

	if (!object)
		return -errno;
	err = bpf_object__load(object);
	bpf_object__for_each_program(prog, object)
		err = err ?: print_count(prog);
	bpf_object__close(object);
	return err;
}

int main(int argc, char **argv)
{
	int err = argc == 2 ? count(argv[1]) : -EINVAL;

	if (err)
		fprintf(stderr, "prog-count: %s\n", strerror(-err));
	return err ? 1 : 0;
}
