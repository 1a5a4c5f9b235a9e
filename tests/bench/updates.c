// SPDX-License-Identifier: GPL-2.0-only
/*
 * updates [empty]: prints the ns of one update of an unrelated map, by a system call and by a BPF
 * program; each is the minimum of many batches. With "empty", it attaches programs that do nothing
 * to the functions that tierbpf watches.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 40
#define BATCH 1000

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define LEN(array) (sizeof(array) / sizeof(*(array)))

static int check(int ret, const char *what)
{
	if (ret >= 0)
		return ret;
	fprintf(stderr, "updates: %s: %s\n", what, strerror(-ret));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void watch_in_vain(const char *function)
{
	struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT);
	int fd;

	opts.attach_btf_id =
		(__u32)check(libbpf_find_vmlinux_btf_id(function, BPF_TRACE_FEXIT), function);
	fd = check(bpf_prog_load(BPF_PROG_TYPE_TRACING, "empty", "GPL", insns, LEN(insns), &opts),
		   "empty program");
	check(bpf_raw_tracepoint_open(NULL, fd), function);
}

/* Updates element 0 of @map, with key and value on the program's stack. */
static int load_updater(int map)
{
	struct bpf_insn insns[] = {
		INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -8, 0),
		INSN(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -8),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, BPF_ANY),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_update_elem),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	return check(bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "updater", "GPL", insns, LEN(insns),
				   NULL),
		     "program");
}

static uint64_t by_syscall(int map)
{
	uint64_t start = now();
	__u32 key = 0, value = 0;
	int i;

	for (i = 0; i < BATCH; i++)
		check(bpf_map_update_elem(map, &key, &value, BPF_ANY), "update");
	return (now() - start) / BATCH;
}

static uint64_t by_program(int updater)
{
	char packet[64] = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = 10 * BATCH);

	check(bpf_prog_test_run_opts(updater, &opts), "run");
	return opts.duration;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv __attribute__((unused)))
{
	int map = check(bpf_map_create(BPF_MAP_TYPE_HASH, "unrelated", 4, 4, 16, NULL), "map");
	int updater = load_updater(map), i;
	uint64_t syscall_ns = UINT64_MAX, program_ns = UINT64_MAX;

	if (argc > 1) {
		watch_in_vain("bpf_map_update_value");
		watch_in_vain("bpf_map_update_value");
		watch_in_vain("__sys_bpf");
	}
	for (i = 0; i < BATCHES; i++) {
		syscall_ns = least(syscall_ns, by_syscall(map));
		program_ns = least(program_ns, by_program(updater));
	}
	printf("%llu %llu\n", (unsigned long long)syscall_ns, (unsigned long long)program_ns);
	return 0;
}
