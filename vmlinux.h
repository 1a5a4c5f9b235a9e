/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by bpf/trim-vmlinux, which says how; not to be edited. */
#ifndef VMLINUX_H
#define VMLINUX_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_map;

struct task_struct {
	struct files_struct *files;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct file {
	void *private_data;
};

#pragma clang attribute pop

#endif
