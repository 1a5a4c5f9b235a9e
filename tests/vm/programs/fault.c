// SPDX-License-Identifier: GPL-2.0-only
/*
 * prog-fault N OPERATION: executes it, with its Nth allocation failing (0: none), and prints how
 * many more allocations were missing until the fault: 0 if it occurred. With "all" for N, all
 * allocations fail that /sys/kernel/debug/failslab and fail_page_alloc select by the task-filter.
 * These directories also define what counts as an allocation. Needs CONFIG_FAULT_INJECTION. The
 * operations:
 *
 *   insert FILE, remove NAME	a module
 *   attach MAP LINK		a pinned struct_ops map, which was attached before; pins the link
 *   update LINK MAP		puts the map in place of the link's own
 *   detach LINK		and removes the pin
 *   write FILE TEXT
 *   run COMMAND ARGUMENT...	its first thread, from the moment it has been executed
 *
 * Exit status: 0; 1 if the operation fails; that of the command; 128 and more for a signal.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct fault {
	const char *n, *file; /* in the task's directory in /proc */
	int fd;
};

static void die(const char *what)
{
	fprintf(stderr, "prog-fault: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int must(int fd, const char *what)
{
	if (fd < 0)
		die(what);
	return fd;
}

static void fault_on(struct fault *f)
{
	if (pwrite(f->fd, f->n, strlen(f->n), 0) < 0)
		die(f->file);
}

static void fault_off(struct fault *f)
{
	int error = errno;
	char left[16] = "";

	if (pread(f->fd, left, sizeof(left) - 1, 0) < 0 || pwrite(f->fd, "0", 1, 0) < 0)
		die(f->file);
	fputs(left, stdout);
	errno = error;
}

/* The fault is active only during the system call itself. */
#define WITH_FAULT(f, call)    \
	({                     \
		long ret_;     \
                               \
		fault_on(f);   \
		ret_ = (call); \
		fault_off(f);  \
		ret_;          \
	})

static long insert(struct fault *f, char **arg)
{
	int fd = must(open(arg[0], O_RDONLY | O_CLOEXEC), arg[0]);

	return WITH_FAULT(f, syscall(SYS_finit_module, fd, "", 0));
}

static long remove_module(struct fault *f, char **arg)
{
	return WITH_FAULT(f, syscall(SYS_delete_module, arg[0], O_NONBLOCK));
}

static long attach(struct fault *f, char **arg)
{
	int map = must(bpf_obj_get(arg[0]), arg[0]);
	int link = WITH_FAULT(f, bpf_link_create(map, 0, BPF_STRUCT_OPS, NULL));

	return link < 0 ? link : bpf_obj_pin(link, arg[1]);
}

static long update(struct fault *f, char **arg)
{
	int link = must(bpf_obj_get(arg[0]), arg[0]), map = must(bpf_obj_get(arg[1]), arg[1]);

	return WITH_FAULT(f, bpf_link_update(link, map, NULL));
}

static long detach(struct fault *f, char **arg)
{
	int link = must(bpf_obj_get(arg[0]), arg[0]);
	long ret = WITH_FAULT(f, bpf_link_detach(link));

	return ret ?: unlink(arg[0]);
}

static long write_file(struct fault *f, char **arg)
{
	int fd = must(open(arg[0], O_WRONLY | O_CLOEXEC), arg[0]);

	return WITH_FAULT(f, write(fd, arg[1], strlen(arg[1]))) < 0 ? -1 : 0;
}

/* The remaining count is read from the zombie process. */
static long run(struct fault *f, char **arg)
{
	char path[32];
	siginfo_t info;
	int status;
	pid_t pid = must(fork(), "fork");

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execvp(arg[0], arg);
		die(arg[0]);
	}
	must(waitpid(pid, &status, 0), "waitpid");
	if (!WIFSTOPPED(status))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, f->file);
	f->fd = must(open(path, O_RDWR), path);
	fault_on(f);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), "waitid");
	fault_off(f);
	exit(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
}

static const struct operation {
	const char *name;
	int args; /* at least */
	long (*run)(struct fault *f, char **arg);
} operations[] = {
	{ "insert", 1, insert }, { "remove", 1, remove_module }, { "attach", 2, attach },
	{ "update", 2, update }, { "detach", 1, detach },	 { "write", 2, write_file },
	{ "run", 1, run },
};

int main(int argc, char **argv)
{
	char path[64];
	size_t i;

	for (i = 0; argc > 2 && i < sizeof(operations) / sizeof(*operations); i++) {
		const struct operation *op = &operations[i];
		struct fault f = { .n = argv[1], .file = "fail-nth" };

		if (strcmp(argv[2], op->name) || argc < 3 + op->args)
			continue;
		if (!strcmp(f.n, "all"))
			f = (struct fault){ .n = "1", .file = "make-it-fail" };
		snprintf(path, sizeof(path), "/proc/thread-self/%s", f.file);
		f.fd = must(open(path, O_RDWR | O_CLOEXEC), path);
		if (op->run(&f, argv + 3))
			die(op->name);
		return 0;
	}
	fprintf(stderr, "usage: prog-fault N OPERATION ARGUMENT...\n");
	return 2;
}
