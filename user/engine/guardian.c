// SPDX-License-Identifier: GPL-2.0-only
#include "engine/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "engine/in-force.h"
#include "engine/pins.h"
#include "engine/rights.h"
#include "engine/trial.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/msg.h"

#define TICK 1000 /* ms between looks whether the trial is over */

/* The only descriptors of the guardian beside the standard ones: a socket and a pidfd of the loader. */
enum { LINE = STDERR_FILENO + 1, LOADER, NR_FDS };

/* The guardian's message to the loader that it is ready for guardian_tell(). */
enum { READY = 1, READY_AT_RISK };

/* The guardian must survive a closed terminal, an interrupted loader and the end of a session. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGHUP,	SIGINT,	 SIGQUIT, SIGTERM, SIGPIPE, SIGALRM,
				       SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
}

/*
 * The standard error of a service is a socket of the journal, and may stay. Whoever reads a pipe or a
 * terminal would wait for the end of the trial.
 */
static bool may_stay(int fd)
{
	struct stat st;

	return fd == STDERR_FILENO && !fstat(fd, &st) && S_ISSOCK(st.st_mode);
}

static void redirect(int to, const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0 && may_stay(to))
		return;
	if (fd < 0)
		fd = open("/dev/null", flags);
	if (fd >= 0 && fd != to) {
		dup2(fd, to);
		close(fd);
	}
}

/* To be called before rights_drop(), as it needs CAP_SYS_RESOURCE. */
static bool spare_from_oom(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, "-1000", 5) == 5;
}

/*
 * Without this, the former policy could come back late if memory is short, because the guardian's own
 * pages would have to be read from the disk first. Raising the limit needs the same capability.
 */
static bool stay_in_memory(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	return !setrlimit(RLIMIT_MEMLOCK, &all) && !mlockall(MCL_CURRENT | MCL_FUTURE);
}

static void detach(void)
{
	ignore_signals();
	redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
	redirect(STDOUT_FILENO, "/dev/null", O_WRONLY);
	redirect(STDERR_FILENO, "/dev/kmsg", O_WRONLY);
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* each line becomes one message of the log */
	if (chdir("/"))
		note("/: %s", strerror(errno));
	prctl(PR_SET_NAME, "tierbpf-trial");
}

/*
 * A process that holds the lock for so long hangs. If it may be the loader, which for example waits
 * for a terminal that takes no output, it is killed so that it cannot keep its policy in force.
 */
static void heal(bool loading)
{
	_cleanup_close_ int lock = -1;
	int err;

	while ((err = pins_lock(false, &lock)) == -EBUSY) {
		if (loading)
			pidfd_send_signal(LOADER, SIGKILL, NULL, 0);
	}
	if (!err)
		trial_heal();
}

/*
 * False once @policy is replaced or confirmed; until then *left is what is left of its trial in ms.
 * Where that cannot be told, as in a shortage of memory, it is still to be guarded.
 */
static bool needs_guard(unsigned int policy, unsigned int *left)
{
	struct tierbpf_meta meta;
	unsigned int in_force;
	int err = pins_find_policy(&in_force);

	if (!err && in_force != policy)
		return false;
	err = err ?: engine_read_meta(&meta);
	if (err)
		return err != -ENOENT;
	*left = trial_left(&meta);
	return meta.trial_until;
}

/* Waits at most @ms for the loader to close its end, which also happens when it is killed. */
static bool loader_goes(unsigned int ms)
{
	struct pollfd line = { .fd = LINE, .events = POLLIN };

	return poll(&line, 1, (int)ms) > 0;
}

static void guard(unsigned int policy)
{
	bool loading = true;
	unsigned int left;

	for (;;) {
		left = TICK;
		if (!needs_guard(policy, &left) && !loading)
			return;
		/* Tried again later if the policy is still on trial, since memory may have been short. */
		if (!left)
			heal(loading);
		if (!left || left > TICK)
			left = TICK;
		if (!loading) {
			poll(NULL, 0, (int)left);
		} else if (loader_goes(left)) {
			/* Finishes what it may have left half done. */
			loading = false;
			heal(false);
		}
	}
}

static void be_guardian(void)
{
	unsigned int policy;
	char ready = READY;

	detach();
	if (!spare_from_oom() || !stay_in_memory())
		ready = READY_AT_RISK;
	rights_drop();
	if (write(LINE, &ready, 1) == 1 && read(LINE, &policy, sizeof(policy)) == sizeof(policy))
		guard(policy);
	_exit(0);
}

/* Runs in the child. The guardian is its child in turn, so without a parent, and in a session of its own. */
static void fork_guardian(int line, int loader)
{
	/* Moved first, so that dup2() of one does not close the other. */
	line = fcntl(line, F_DUPFD, NR_FDS);
	loader = fcntl(loader, F_DUPFD, NR_FDS);
	if (line < 0 || loader < 0 || dup2(line, LINE) < 0 || dup2(loader, LOADER) < 0 ||
	    close_range(NR_FDS, ~0U, 0) || setsid() < 0)
		_exit(1);
	if (!fork())
		be_guardian();
	_exit(0);
}

static int start(int line[2])
{
	_cleanup_close_ int loader = pidfd_open(getpid(), 0);
	pid_t child;
	char ready;

	if (loader < 0)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		fork_guardian(line[1], loader);
	close(line[1]);
	line[1] = -1;
	waitpid(child, NULL, 0);
	if (read(line[0], &ready, 1) != 1)
		return -EAGAIN;
	if (ready == READY_AT_RISK)
		note("where memory runs out, the kernel may end the process that is to end the trial: it needs "
		     "CAP_SYS_RESOURCE to be spared");
	return 0;
}

int guardian_start(int *fd)
{
	int err, line[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line))
		err = -errno;
	else
		err = start(line);
	if (err) {
		close(line[0]);
		return fail(err,
			    "no process can be started that would end the trial (%s); load without --try, "
			    "or try again",
			    strerror(-err));
	}
	*fd = line[0];
	return 0;
}

int guardian_tell(int fd, unsigned int policy)
{
	return send(fd, &policy, sizeof(policy), MSG_NOSIGNAL) == sizeof(policy) ? 0 : -ESRCH;
}
